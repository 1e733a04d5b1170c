/**
 * What is known of one picture after it has been through the pipeline.
 */

/** One answer to one picture; addresses are valid until the scratch of the call is released. */
@unmanaged
export class Answer {
  /** SHA-256 of the tensor, 32 bytes. */
  sha256: usize;
  tensor: usize;
  tensorLength: usize;
  /** Size of the picture as it was laid out: upright, unless the card takes it as stored. */
  width: i32;
  height: i32;
  /**
   * Rows of {class_id u32, confidence f32, label address u32, label length u32}, of detection with {x1, y1, x2, y2 f32}
   * behind it; of segmentation the share of the pixels stands for the confidence; of embedding f32.
   */
  predictions: usize;
  count: i32;
  /** Classes of the pixels, u8 or u16. */
  mask: usize;
  maskWidth: i32;
  maskHeight: i32;
  maskBytes: i32;
  /** Milliseconds. */
  decode: f64;
  preprocess: f64;
  infer: f64;
  postprocess: f64;
  latency: f64;
}

/** Bytes of one row of predictions. */
export const PREDICTION_BYTES: usize = 16;

/** Of detection. */
export const DETECTION_BYTES: usize = 32;

/** The answer at hand. */
export const answer: Answer = changetype<Answer>(memory.data(offsetof<Answer>()));
