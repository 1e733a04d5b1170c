/**
 * Row kernels of the profile `opencv`, plain form: the reference that simd.ts must equal byte for byte. `xRow` makes a
 * ring row of a source row, `xRows` an output row of ring rows; tables are of tables.ts.
 */

import { BOUND_BYTES } from '../coefficients';

function byte(value: i32): u8 {
  return <u8>max(0, min(255, value));
}

/** Address of row `j` in a list of u32 addresses. */
function rowAt(rows: usize, j: i32): usize {
  return <usize>load<u32>(rows + ((<usize>j) << 2));
}

/**
 * Linear, columns: src u8[..][channels] -> to i16[count][channels], the sum of 11-bit weights shifted by 4. The second
 * tap of the last source pixel has the weight 0 and lies behind the row (at most 4 bytes are read there).
 */
export function linearRow(
  src: usize,
  to: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
): void {
  for (; count > 0; count--, bounds += BOUND_BYTES, table += 4) {
    const from = src + <usize>(load<i32>(bounds) * channels);
    for (let c = 0; c < channels; c++, to += 2) {
      const left = <i32>load<u8>(from + c) * load<i16>(table);
      store<i16>(to, (left + <i32>load<u8>(from + c + channels) * load<i16>(table, 2)) >> 4);
    }
  }
}

/** Linear, rows: two rows of i16, weights i32[2] -> u8[values]. Both products lose their low 16 bits one by one. */
export function linearRows(rows: usize, weights: usize, to: usize, values: i32): void {
  const top = rowAt(rows, 0);
  const bottom = rowAt(rows, 1);
  for (let x: usize = 0; x < <usize>values; x++) {
    const first = (<i32>load<i16>(top + x * 2) * load<i32>(weights)) >> 16;
    const second = (<i32>load<i16>(bottom + x * 2) * load<i32>(weights, 4)) >> 16;
    store<u8>(to + x, byte((first + second + 2) >> 2));
  }
}

/** Halving, columns: src u8[..][channels] -> to i16[count][channels], sums of two pixels. */
export function halfRow(src: usize, to: usize, channels: i32, count: i32, bounds: usize): void {
  src += <usize>(load<i32>(bounds) * channels);
  for (; count > 0; count--, src += channels) {
    for (let c = 0; c < channels; c++, src++, to += 2) {
      store<i16>(to, <i32>load<u8>(src) + load<u8>(src + channels));
    }
  }
}

/** Halving, rows: two rows of i16 -> u8[values], the mean of four, half up. */
export function halfRows(rows: usize, to: usize, values: i32): void {
  const top = rowAt(rows, 0);
  const bottom = rowAt(rows, 1);
  for (let x: usize = 0; x < <usize>values; x++) {
    store<u8>(to + x, (load<u16>(top + x * 2) + load<u16>(bottom + x * 2) + 2) >> 2);
  }
}

/** Cubic, columns: src u8[..][channels] -> to i32[count][channels]; a row narrower than 4 pixels is read behind. */
export function cubicRow(
  src: usize,
  to: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
): void {
  for (; count > 0; count--, bounds += BOUND_BYTES, table += 8) {
    const from = src + <usize>(load<i32>(bounds) * channels);
    for (let c = 0; c < channels; c++, to += 4) {
      let sum = 0;
      for (let j = 0; j < 4; j++) {
        sum += <i32>load<u8>(from + c + <usize>(j * channels)) * load<i16>(table + ((<usize>j) << 1));
      }
      store<i32>(to, sum);
    }
  }
}

/**
 * Cubic, rows: four rows of i32, weights i32[4] -> u8[values]. As OpenCV's vector code does, the first `floats` values
 * (fewer than `values`) are summed in f32 from the last row to the first; those behind are exact.
 */
export function cubicRows(rows: usize, weights: usize, to: usize, values: i32, floats: i32): void {
  for (let x = 0; x < values; x++) {
    let float: f32 = 0;
    let sum = 1 << 21;
    for (let j = 3; j >= 0; j--) {
      const value = load<i32>(rowAt(rows, j) + ((<usize>x) << 2));
      const weight = load<i32>(weights + ((<usize>j) << 2));
      float += <f32>value * (<f32>weight * <f32>(1.0 / 4194304.0));
      sum += value * weight;
    }
    store<u8>(to + x, byte(x < floats ? <i32>nearest(float) : sum >> 22));
  }
}

/** Area, columns: src u8[..][channels] -> to f32[count][channels], summed from left to right. */
export function areaRow(
  src: usize,
  to: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
  taps: i32,
): void {
  for (; count > 0; count--, bounds += BOUND_BYTES, table += (<usize>taps) << 2) {
    const from = src + <usize>(load<i32>(bounds) * channels);
    const n = load<i32>(bounds, 4);
    for (let c = 0; c < channels; c++, to += 4) {
      let sum: f32 = 0;
      for (let j = 0; j < n; j++) {
        sum += <f32>load<u8>(from + c + <usize>(j * channels)) * load<f32>(table + ((<usize>j) << 2));
      }
      store<f32>(to, sum);
    }
  }
}

/**
 * Area, rows: `n` rows of f32, weights f32[n] -> u8[values]. Scale 1: the weighted sum from top to bottom, in f32.
 * Scale below 1: the sum of whole numbers, all of weight 1, exact, times the scale in f32.
 */
export function areaRows(rows: usize, weights: usize, n: i32, to: usize, values: i32, scale: f32): void {
  for (let x = 0; x < values; x++) {
    let sum: f32 = 0;
    let whole = 0;
    for (let j = 0; j < n; j++) {
      const value = load<f32>(rowAt(rows, j) + ((<usize>x) << 2));
      sum += value * load<f32>(weights + ((<usize>j) << 2));
      whole += <i32>value;
    }
    store<u8>(to + x, byte(<i32>nearest(scale == 1 ? sum : <f32>whole * scale)));
  }
}
