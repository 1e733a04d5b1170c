/** The colour kernels in use: SIMD, equal to the scalar ones byte for byte. */

export {
  bgraToRgba,
  grayAlphaDrop,
  grayAlphaOver,
  grayToRgb,
  rgbToBgr,
  rgbToGray,
  rgbaDrop,
  rgbaOver,
} from './simd';
export { YUV_BT601, YUV_BT709, YUV_FULL, YUV_LIMITED, yuvMatrix } from './yuv_matrix';
export { yuvToRgb } from './yuv_simd';
