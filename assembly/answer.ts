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
  /** Rows of {class_id u32, confidence f32, label address u32, label length u32}. */
  predictions: usize;
  count: i32;
  /** Milliseconds. */
  decode: f64;
  preprocess: f64;
  infer: f64;
  postprocess: f64;
  latency: f64;
}

/** Bytes of one row of predictions. */
export const PREDICTION_BYTES: usize = 16;

/** The answer at hand. */
export const answer: Answer = changetype<Answer>(memory.data(offsetof<Answer>()));
