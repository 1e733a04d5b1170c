/** All that edge-infer offers to plug-ins. */

/** A line for the message of an error: UTF-8, of which the last 500 bytes are kept. */
@external('edge_infer', 'log')
export declare function log(text: usize, length: usize): void;

/** Pillow's resize of RGB pixels, bit for bit; filter 2 is bilinear. 0: done. */
@external('edge_infer', 'resize')
export declare function resize(
  source: usize, width: i32, height: i32, target: usize, targetWidth: i32, targetHeight: i32, filter: i32,
): i32;
