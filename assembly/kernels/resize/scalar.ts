/** Row kernels of the profile `pillow`, plain form: the reference that simd.ts must equal byte for byte. */

import { BOUND_BYTES, COEFFICIENT_BITS, COEFFICIENT_HALF } from './coefficients';

/** Bytes that a kernel may write behind a row; rows given as `dst` have this much room. */
export const ROW_SLACK: usize = 32;

/** Brings a table of `count` rows of `taps` i32 into the form that the row kernels read, in place. */
export function packTable(table: usize, count: i32, taps: i32): void {}

function clip(sum: i32): i32 {
  return max(0, min(255, sum >> COEFFICIENT_BITS));
}

/**
 * Horizontal pass of one row: src u8[..][channels] -> dst u8[count][channels].
 *
 * @param bounds i32[count][2]: first source pixel, taps used
 * @param table  packed table, `taps` coefficients a row (a multiple of 4)
 * May read GUARD bytes behind the last source pixel and write ROW_SLACK bytes behind `dst`.
 */
export function horizontalRow(
  src: usize,
  dst: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
  taps: i32,
): void {
  for (let i = 0; i < count; i++) {
    const bound = bounds + <usize>i * BOUND_BYTES;
    const n = load<i32>(bound, 4);
    const from = src + <usize>(load<i32>(bound) * channels);
    const row = table + ((<usize>i * <usize>taps) << 2);
    for (let c = 0; c < channels; c++) {
      let sum = COEFFICIENT_HALF;
      // bounds: first + n <= source width, n <= taps.
      for (let j = 0; j < n; j++) {
        sum += <i32>load<u8>(from + <usize>(j * channels + c)) * load<i32>(row + ((<usize>j) << 2));
      }
      store<u8>(dst + <usize>(i * channels + c), clip(sum));
    }
  }
}

/**
 * Vertical pass: `n` rows of `bytes` bytes -> dst.
 *
 * @param rows         addresses of the rows, u32[n], for odd n followed by one more readable row (it counts 0 times)
 * @param coefficients n packed coefficients, filled up to a multiple of 4 by zeros
 * May read GUARD bytes behind each row and write ROW_SLACK bytes behind `dst`.
 */
export function verticalRow(rows: usize, coefficients: usize, n: i32, dst: usize, bytes: i32): void {
  for (let x = 0; x < bytes; x++) {
    let sum = COEFFICIENT_HALF;
    for (let j = 0; j < n; j++) {
      const at: usize = (<usize>j) << 2;
      // x < bytes, the length of each row.
      sum += <i32>load<u8>(<usize>load<u32>(rows + at) + x) * load<i32>(coefficients + at);
    }
    store<u8>(dst + x, clip(sum));
  }
}

/** Picks pixels: dst[i] = src[indices[i]], indices i32[count] in 0 .. source width - 1. */
export function nearestRow(src: usize, dst: usize, channels: i32, count: i32, indices: usize): void {
  for (let i = 0; i < count; i++) {
    const from = src + <usize>(load<i32>(indices + ((<usize>i) << 2)) * channels);
    for (let c = 0; c < channels; c++) {
      store<u8>(dst + <usize>(i * channels + c), load<u8>(from + c));
    }
  }
}
