/** All that edge-infer offers to plug-ins. */

/** A line for the message of an error: UTF-8, of which the last 500 bytes are kept. */
@external('edge_infer', 'log')
export declare function log(text: usize, length: usize): void;
