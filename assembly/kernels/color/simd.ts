/** Colour kernels in SIMD; shapes, ranges and sources are documented in scalar.ts. */

export { grayAlphaDrop, grayAlphaOver, grayToRgb, rgbToBgr, rgbToGray, rgbaDrop, rgbaOver } from './scalar';
