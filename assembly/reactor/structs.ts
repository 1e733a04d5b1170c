/**
 * Structs that the host reads and writes: little endian, all fields 4 bytes. docs/abi.md has the same tables.
 */

/** Request of edge_classify, edge_embed and edge_preprocess, 36 bytes; of edge_detect and edge_segment 44. */
@unmanaged
export class ImageRequest {
  image: usize;
  imageLength: usize;
  width: i32;
  height: i32;
  /**
   * 0: image is an encoded file; 255: the tensor itself; otherwise raw pixels: format | matrix << 8 | range << 16, see
   * raw_format.ts. 1 << 24 is added when the host hashes the tensor itself.
   */
  layout: i32;
  model: usize;
  modelLength: usize;
  top: i32;
  threshold: f32;
  /** Of edge_detect: overlap from which on boxes are suppressed; 0: the card's. */
  iou: f32;
  /** Of edge_segment: 1 for the mask as the graph has it. */
  ownMask: i32;
}

/** Bytes of a request that ends with `threshold`. */
export const SHORT_REQUEST: usize = 36;

/** How every result begins, 28 bytes. */
@unmanaged
export class ResultHead {
  /** 0, or the exit code of the error. */
  status: i32;
  code: usize;
  codeLength: usize;
  message: usize;
  messageLength: usize;
  hint: usize;
  hintLength: usize;
}

/** Result of edge_classify, edge_detect, edge_segment and edge_embed, 116 bytes. */
@unmanaged
export class ClassifyResult extends ResultHead {
  /** Rows of predictions (answer.ts), or the f32 of a vector. */
  predictions: usize;
  count: i32;
  sha256: usize;
  decode: f32;
  preprocess: f32;
  infer: f32;
  postprocess: f32;
  latency: f32;
  encoding: usize;
  encodingLength: usize;
  precision: usize;
  precisionLength: usize;
  version: usize;
  versionLength: usize;
  tensor: usize;
  tensorLength: usize;
  width: i32;
  height: i32;
  mask: usize;
  maskWidth: i32;
  maskHeight: i32;
  maskBytes: i32;
}

/** Result of edge_preprocess, 80 bytes. */
@unmanaged
export class PreprocessResult extends ResultHead {
  tensor: usize;
  tensorLength: usize;
  sha256: usize;
  dtype: i32;
  rank: i32;
  dimension0: i32;
  dimension1: i32;
  dimension2: i32;
  dimension3: i32;
  decode: f32;
  preprocess: f32;
  width: i32;
  height: i32;
}

/** Result of edge_open_card, 60 bytes. */
@unmanaged
export class CardResult extends ResultHead {
  dtype: i32;
  rank: i32;
  dimension0: i32;
  dimension1: i32;
  dimension2: i32;
  dimension3: i32;
  outputDtype: i32;
  outputKind: i32;
}

/** Result of edge_decode, 52 bytes. */
@unmanaged
export class DecodeResult extends ResultHead {
  pixels: usize;
  pixelsLength: usize;
  width: i32;
  height: i32;
  channels: i32;
  orientation: i32;
}

/** Result of a pure kernel, 44 bytes. */
@unmanaged
export class VectorResult extends ResultHead {
  address: usize;
  count: i32;
  /** Scores and classes beside boxes; else 0. */
  scores: usize;
  classes: usize;
}

/** Result of edge_tokenize, 52 bytes. */
@unmanaged
export class TokensResult extends ResultHead {
  /** `count` u32. */
  ids: usize;
  /** `count` u32: the template's number for the part that the token is of. */
  types: usize;
  /** `count` pairs of u32: first byte in its text, and the one behind the last. */
  places: usize;
  /** `count` u8: 0 of the text, 1 of the second text, 2 of neither. */
  texts: usize;
  count: usize;
  /** Tokens that were cut off. */
  cut: usize;
}
