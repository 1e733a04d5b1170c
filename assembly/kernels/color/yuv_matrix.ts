/**
 * Y'CbCr -> R'G'B' in integers: coefficients of 2^20 a unit.
 *
 *   y = max(Y - offset, 0) * luma        u = Cb - 128, v = Cr - 128
 *   R = clamp((y + redV * v + 2^19) >> 20)
 *   G = clamp((y + greenU * u + greenV * v + 2^19) >> 20)
 *   B = clamp((y + blueU * u + 2^19) >> 20)
 *
 * BT.601 limited has the coefficients of OpenCV (1.164, 2.018, -0.391, -0.813, 1.596) and is equal to its cvtColor
 * (COLOR_YUV2RGB_NV12, _NV21, _I420, _YUY2) bit for bit. The others are the exact matrices, rounded. No sum leaves 31
 * bits. Before they are rounded R, G and B differ from the real-number matrix by at most 0.2 of 255 for BT.601
 * limited and by 0.001 for the others, where a limited Y below 16 counts as 16.
 */

/** Bytes of one matrix: i32 offset, luma, blueU, greenU, greenV, redV. */
const MATRIX_BYTES: usize = 24;

const MATRICES: usize = memory.data<i32>([
  16, 1220542, 2116026, -409993, -852492, 1673527, 0, 1048576, 1858077, -360853, -748826, 1470104, 16,
  1220945, 2215014, -223607, -558796, 1879825, 0, 1048576, 1945738, -196424, -490864, 1651297,
]);

/** BT.601. */
export const YUV_BT601: i32 = 0;
/** BT.709. */
export const YUV_BT709: i32 = 1;
/** Y of 16..235, Cb and Cr of 16..240. */
export const YUV_LIMITED: i32 = 0;
/** All of 0..255. */
export const YUV_FULL: i32 = 1;

/** The matrix of YUV_BT* and YUV_LIMITED or YUV_FULL, for yuvToRgb; both 0 or 1. */
export function yuvMatrix(standard: i32, range: i32): usize {
  return MATRICES + <usize>(standard * 2 + range) * MATRIX_BYTES;
}
