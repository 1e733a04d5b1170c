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
