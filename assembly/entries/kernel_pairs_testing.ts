/**
 * Test entry: kernels in both forms, `scalar_NAME` beside `simd_NAME`, for tests/host/kernels_equal.test.ts. Not part
 * of any artifact.
 */

export { arenaAlloc, arenaMark, arenaRelease } from '../memory/arena';

export {
  bgraToRgba as scalar_bgraToRgba,
  grayAlphaDrop as scalar_grayAlphaDrop,
  grayAlphaOver as scalar_grayAlphaOver,
  grayToRgb as scalar_grayToRgb,
  rgbToBgr as scalar_rgbToBgr,
  rgbToGray as scalar_rgbToGray,
  rgbaDrop as scalar_rgbaDrop,
  rgbaOver as scalar_rgbaOver,
} from '../kernels/color/scalar';
export {
  bgraToRgba as simd_bgraToRgba,
  grayAlphaDrop as simd_grayAlphaDrop,
  grayAlphaOver as simd_grayAlphaOver,
  grayToRgb as simd_grayToRgb,
  rgbToBgr as simd_rgbToBgr,
  rgbToGray as simd_rgbToGray,
  rgbaDrop as simd_rgbaDrop,
  rgbaOver as simd_rgbaOver,
} from '../kernels/color/simd';
export { yuvMatrix } from '../kernels/color/yuv_matrix';
export { yuvToRgb as scalar_yuvToRgb } from '../kernels/color/yuv_scalar';
export { yuvToRgb as simd_yuvToRgb } from '../kernels/color/yuv_simd';

export { compress as scalar_sha256Compress } from '../kernels/hash/scalar';
export { compress as simd_sha256Compress } from '../kernels/hash/simd';

export {
  bf16ToF32 as scalar_bf16ToF32,
  f16ToF32 as scalar_f16ToF32,
  f32ToBf16 as scalar_f32ToBf16,
  f32ToF16 as scalar_f32ToF16,
} from '../kernels/quantize/half_scalar';
export {
  bf16ToF32 as simd_bf16ToF32,
  f16ToF32 as simd_f16ToF32,
  f32ToBf16 as simd_f32ToBf16,
  f32ToF16 as simd_f32ToF16,
} from '../kernels/quantize/half_simd';

export {
  exponentials as scalar_exponentials,
  greatest as scalar_greatest,
  logarithms as scalar_logarithms,
  scaleAll as scalar_scaleAll,
  sigmoid as scalar_sigmoid,
} from '../kernels/softmax/scalar';

export {
  exponentials as simd_exponentials,
  greatest as simd_greatest,
  logarithms as simd_logarithms,
  scaleAll as simd_scaleAll,
  sigmoid as simd_sigmoid,
} from '../kernels/softmax/simd';
export { topK as scalar_topK } from '../kernels/topk/scalar';
export { topK as simd_topK } from '../kernels/topk/simd';
export { normalizeRow as scalar_normalizeRow } from '../kernels/normalize/scalar';
export { normalizeRow as simd_normalizeRow } from '../kernels/normalize/simd';
export { normalizeTableBuild } from '../kernels/normalize/tables';
export { normalizeFloatRow as scalar_normalizeFloatRow } from '../kernels/normalize/float_row_scalar';
export { normalizeFloatRow as simd_normalizeFloatRow } from '../kernels/normalize/float_row_simd';
export { floatTableBuild } from '../kernels/normalize/float_row_table';

export {
  areaRow as scalar_opencvAreaRow,
  areaRows as scalar_opencvAreaRows,
  cubicRow as scalar_opencvCubicRow,
  cubicRows as scalar_opencvCubicRows,
  halfRow as scalar_opencvHalfRow,
  halfRows as scalar_opencvHalfRows,
  linearRow as scalar_opencvLinearRow,
  linearRows as scalar_opencvLinearRows,
} from '../kernels/resize/opencv/scalar';
export {
  areaRow as simd_opencvAreaRow,
  areaRows as simd_opencvAreaRows,
  cubicRow as simd_opencvCubicRow,
  cubicRows as simd_opencvCubicRows,
  halfRow as simd_opencvHalfRow,
  halfRows as simd_opencvHalfRows,
  linearRow as simd_opencvLinearRow,
  linearRows as simd_opencvLinearRows,
} from '../kernels/resize/opencv/simd';
export {
  linearRow as scalar_linearRow,
  linearRows as scalar_linearRows,
  weightedRow as scalar_weightedRow,
  weightedRows as scalar_weightedRows,
} from '../kernels/resize/tensorflow/scalar';
export {
  linearRow as simd_linearRow,
  linearRows as simd_linearRows,
  weightedRow as simd_weightedRow,
  weightedRows as simd_weightedRows,
} from '../kernels/resize/tensorflow/simd';

export {
  dequantizeEachI32 as scalar_dequantizeEachI32,
  dequantizeI16 as scalar_dequantizeI16,
  dequantizeI32 as scalar_dequantizeI32,
  dequantizeI8 as scalar_dequantizeI8,
  dequantizeU8 as scalar_dequantizeU8,
  f64ToF32 as scalar_f64ToF32,
  i32ToF32 as scalar_i32ToF32,
  quantizeI16 as scalar_quantizeI16,
  quantizeI8 as scalar_quantizeI8,
  quantizeU8 as scalar_quantizeU8,
  requantizeEachI8 as scalar_requantizeEachI8,
  requantizeEachU8 as scalar_requantizeEachU8,
  requantizeI8 as scalar_requantizeI8,
  requantizeU8 as scalar_requantizeU8,
} from '../kernels/quantize/scalar';

export {
  dequantizeEachI32 as simd_dequantizeEachI32,
  dequantizeI16 as simd_dequantizeI16,
  dequantizeI32 as simd_dequantizeI32,
  dequantizeI8 as simd_dequantizeI8,
  dequantizeU8 as simd_dequantizeU8,
  f64ToF32 as simd_f64ToF32,
  i32ToF32 as simd_i32ToF32,
  quantizeI16 as simd_quantizeI16,
  quantizeI8 as simd_quantizeI8,
  quantizeU8 as simd_quantizeU8,
  requantizeEachI8 as simd_requantizeEachI8,
  requantizeEachU8 as simd_requantizeEachU8,
  requantizeI8 as simd_requantizeI8,
  requantizeU8 as simd_requantizeU8,
} from '../kernels/quantize/simd';

export {
  argmax as scalar_argmax,
  argmaxPlanes as scalar_argmaxPlanes,
  argmaxPlanesOfBytes as scalar_argmaxPlanesOfBytes,
  argmaxRows as scalar_argmaxRows,
  argmaxRowsOfBytes as scalar_argmaxRowsOfBytes,
} from '../kernels/argmax/scalar';

export {
  argmax as simd_argmax,
  argmaxPlanes as simd_argmaxPlanes,
  argmaxPlanesOfBytes as simd_argmaxPlanesOfBytes,
  argmaxRows as simd_argmaxRows,
  argmaxRowsOfBytes as simd_argmaxRowsOfBytes,
} from '../kernels/argmax/simd';

export {
  lowerScores as scalar_lowerScores,
  overlapsAny as scalar_overlapsAny,
} from '../kernels/nms/scalar';

export {
  lowerScores as simd_lowerScores,
  overlapsAny as simd_overlapsAny,
} from '../kernels/nms/simd';

export {
  boxesToPicture as scalar_boxesToPicture,
  cxcywhToXyxy as scalar_cxcywhToXyxy,
  decodePriors as scalar_decodePriors,
  xywhToXyxy as scalar_xywhToXyxy,
  xyxyToCxcywh as scalar_xyxyToCxcywh,
  xyxyToXywh as scalar_xyxyToXywh,
} from '../kernels/boxes/scalar';

export {
  boxesToPicture as simd_boxesToPicture,
  cxcywhToXyxy as simd_cxcywhToXyxy,
  decodePriors as simd_decodePriors,
  xywhToXyxy as simd_xywhToXyxy,
  xyxyToCxcywh as simd_xyxyToCxcywh,
  xyxyToXywh as simd_xyxyToXywh,
} from '../kernels/boxes/simd';

export {
  cosines as scalar_cosines,
  dot as scalar_dot,
  dotProducts as scalar_dotProducts,
  divideBy as scalar_divideBy,
} from '../kernels/similarity/scalar';

export {
  cosines as simd_cosines,
  dot as simd_dot,
  dotProducts as simd_dotProducts,
  divideBy as simd_divideBy,
} from '../kernels/similarity/simd';
