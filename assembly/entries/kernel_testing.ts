/** Test entry: the kernels as exports, for tests/host/kernels_*.test.ts. Not part of any artifact. */

export { arenaAlloc, arenaMark, arenaRelease } from '../memory/arena';
export * from '../kernels/resize';
export {
  bgraToRgba,
  grayAlphaDrop,
  grayAlphaOver,
  grayToRgb,
  rgbToBgr,
  rgbToGray,
  rgbaDrop,
  rgbaOver,
  yuvMatrix,
  yuvToRgb,
} from '../kernels/color';
export { normalizeRow, normalizeTableBuild, normalizeTableBytes } from '../kernels/normalize';
export {
  bf16ToF32,
  dequantize,
  dequantizeChannels,
  dequantizeProducts,
  f16ToF32,
  f32ToBf16,
  f32ToF16,
  f64ToF32,
  i32ToF32,
  i64ToF32,
  quantize,
  quantizeChannels,
  requantize,
  requantizeChannels,
} from '../kernels/quantize';
export { logSoftmax, sigmoid, softmax, softmaxTopK } from '../kernels/softmax';
export { argmax, argmaxPlanes, argmaxPlanesOfBytes, argmaxRows, argmaxRowsOfBytes } from '../kernels/argmax';
export { topK } from '../kernels/topk';
export { SHA256_STATE_BYTES, sha256Final, sha256Init, sha256Update } from '../kernels/hash';
export * from '../kernels/boxes';
export * from '../kernels/nms';
export * from '../kernels/similarity';
