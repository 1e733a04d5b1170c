/**
 * Row kernels of the profile `tensorflow`, plain form: the reference that simd.ts must equal bit for bit. Rows are
 * u8 on one side of the first pass and f32 everywhere else; every step is rounded to f32.
 */

import { BOUND_BYTES } from '../coefficients';

/**
 * Antialias off, horizontal: u8[..][channels] -> f32[count][channels], left + (right - left) * t.
 *
 * @param bounds i32[count][2]: first source pixel, 1 or 2 pixels
 * @param table  f32[count][2]: t, and one that is not used
 * May read GUARD bytes behind the last source pixel and write ROW_SLACK bytes behind `dst`.
 */
export function linearRow(
  src: usize,
  dst: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
): void {
  for (let i = 0; i < count; i++, bounds += BOUND_BYTES, table += 8) {
    // bounds: first + n <= source width.
    const left = src + <usize>(load<i32>(bounds) * channels);
    const right = left + <usize>((load<i32>(bounds, 4) - 1) * channels);
    for (let c = 0; c < channels; c++, dst += 4) {
      const a = <f32>load<u8>(left + c);
      store<f32>(dst, a + (<f32>load<u8>(right + c) - a) * load<f32>(table));
    }
  }
}

/** Antialias off, vertical: f32[values] = top + (bottom - top) * t. May write ROW_SLACK bytes behind `dst`. */
export function linearRows(top: usize, bottom: usize, t: f32, dst: usize, values: i32): void {
  // x < values, the length of each row.
  for (let x: usize = 0; x < (<usize>values) << 2; x += 4) {
    const a = load<f32>(top + x);
    store<f32>(dst + x, a + (load<f32>(bottom + x) - a) * t);
  }
}

/**
 * Antialias on, horizontal: f32[..][channels] -> f32[count][channels], 0 + w0 x0 + w1 x1 + ...
 *
 * @param bounds i32[count][2]: first source pixel, weights used
 * @param table  f32[count][taps]
 * May read GUARD bytes behind the last source pixel and write ROW_SLACK bytes behind `dst`.
 */
export function weightedRow(
  src: usize,
  dst: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
  taps: i32,
): void {
  const pixel = (<usize>channels) << 2;
  for (let i = 0; i < count; i++, bounds += BOUND_BYTES, table += (<usize>taps) << 2) {
    const from = src + <usize>load<i32>(bounds) * pixel;
    for (let c = 0; c < channels; c++, dst += 4) {
      let sum: f32 = 0;
      // bounds: first + n <= source width, n <= taps.
      for (let j = 0; j < load<i32>(bounds, 4); j++) {
        const sample = load<f32>(from + <usize>j * pixel + ((<usize>c) << 2));
        sum += load<f32>(table + ((<usize>j) << 2)) * sample;
      }
      store<f32>(dst, sum);
    }
  }
}

/**
 * Antialias on, vertical: `n` rows of u8[values] -> f32[values], 0 + w0 x0 + w1 x1 + ...
 *
 * @param rows    addresses of the rows, u32[n]
 * @param weights f32[n]
 * May read GUARD bytes behind each row and write ROW_SLACK bytes behind `dst`.
 */
export function weightedRows(rows: usize, weights: usize, n: i32, dst: usize, values: i32): void {
  for (let x: usize = 0; x < <usize>values; x++) {
    let sum: f32 = 0;
    for (let at: usize = 0; at < (<usize>n) << 2; at += 4) {
      // x < values, the length of each row.
      sum += load<f32>(weights + at) * <f32>load<u8>(<usize>load<u32>(rows + at) + x);
    }
    store<f32>(dst + (x << 2), sum);
  }
}
