/** The colour kernels in use: SIMD, equal to scalar.ts byte for byte. */

export { grayAlphaDrop, grayAlphaOver, grayToRgb, rgbToBgr, rgbToGray, rgbaDrop, rgbaOver } from './simd';
