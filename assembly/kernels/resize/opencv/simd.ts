/**
 * Row kernels of the profile `opencv` in SIMD; shapes and comments on arguments are in scalar.ts. The kernels of
 * columns compute a pixel of 1 to 4 channels in four lanes: what the surplus lanes write, the next pixel overwrites,
 * or it lies in the slack.
 */

import { BOUND_BYTES } from '../coefficients';
import { pairsOf } from '../lanes';
import { areaRows as areaRowsExact } from './scalar';

/**
 * Where values are in range, they are narrowed by shuffles: the compiler of WasmEdge 0.17.1 (LLVM) crashes on
 * saturation of two sums of loaded values, and the module would run in its interpreter.
 */
class Lanes {
  /** The low halves of eight i32. */
  @inline static words(low: v128, high: v128): v128 {
    return v128.shuffle<i16>(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
  }

  /** The low halves of sixteen i16. */
  @inline static bytes(low: v128, high: v128): v128 {
    return v128.shuffle<u8>(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  }

  /** Weighted sum of two pixels of up to four channels: eight bytes from the first on, at most 7 behind the row. */
  @inline static pixel(src: usize, channels: i32, bound: usize, pairs: v128, weights: usize): v128 {
    const bytes = v128.load64_zero(src + <usize>(load<i32>(bound) * channels));
    return i32x4.shr_s(i32x4.dot_i16x8_s(i8x16.swizzle(bytes, pairs), v128.load32_splat(weights)), 4);
  }

  /**
   * (top w0 >> 16) + (bottom w1 >> 16), rounded to samples: eight i16. The sum of both products is right but for the
   * carry that their low halves give.
   */
  @inline static linear(top: v128, bottom: v128, w0: v128, w1: v128): v128 {
    const weights = v128.shuffle<i16>(w0, w1, 0, 8, 0, 8, 0, 8, 0, 8);
    const left = i32x4.dot_i16x8_s(v128.shuffle<i16>(top, bottom, 0, 8, 1, 9, 2, 10, 3, 11), weights);
    const right = i32x4.dot_i16x8_s(v128.shuffle<i16>(top, bottom, 4, 12, 5, 13, 6, 14, 7, 15), weights);
    const sum = v128.shuffle<i16>(left, right, 1, 3, 5, 7, 9, 11, 13, 15);
    const low = i16x8.mul(top, w0);
    const carry = i16x8.lt_u(i16x8.add(low, i16x8.mul(bottom, w1)), low);
    return i16x8.shr_s(i16x8.add(i16x8.add(sum, carry), i16x8.splat(2)), 2);
  }

  /** Eight sums rounded half to even, as bytes: 8 bytes to `to`. */
  @inline static round(to: usize, low: v128, high: v128): void {
    const words = i16x8.narrow_i32x4_s(
      i32x4.trunc_sat_f32x4_s(f32x4.nearest(low)),
      i32x4.trunc_sat_f32x4_s(f32x4.nearest(high)),
    );
    v128.store64_lane(to, i8x16.narrow_i16x8_u(words, words), 0);
  }
}

/** See scalar.ts. */
export function linearRow(
  src: usize,
  to: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
): void {
  if (channels == 1) {
    // Eight pixels a turn: two bytes each at most 1 behind the row.
    for (; count >= 8; count -= 8, bounds += 8 * BOUND_BYTES, table += 32, to += 16) {
      let bytes = v128.load16_lane(src + <usize>load<i32>(bounds), i32x4.splat(0), 0);
      bytes = v128.load16_lane(src + <usize>load<i32>(bounds, 8), bytes, 1);
      bytes = v128.load16_lane(src + <usize>load<i32>(bounds, 16), bytes, 2);
      bytes = v128.load16_lane(src + <usize>load<i32>(bounds, 24), bytes, 3);
      bytes = v128.load16_lane(src + <usize>load<i32>(bounds, 32), bytes, 4);
      bytes = v128.load16_lane(src + <usize>load<i32>(bounds, 40), bytes, 5);
      bytes = v128.load16_lane(src + <usize>load<i32>(bounds, 48), bytes, 6);
      bytes = v128.load16_lane(src + <usize>load<i32>(bounds, 56), bytes, 7);
      const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), v128.load(table));
      const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), v128.load(table, 16));
      v128.store(to, Lanes.words(i32x4.shr_s(low, 4), i32x4.shr_s(high, 4)));
    }
  }
  const pairs = pairsOf(channels, 0);
  const step = (<usize>channels) << 1;
  for (; count >= 2; count -= 2, bounds += 2 * BOUND_BYTES, table += 8, to += step * 2) {
    const words = Lanes.words(
      Lanes.pixel(src, channels, bounds, pairs, table),
      Lanes.pixel(src, channels, bounds + BOUND_BYTES, pairs, table + 4),
    );
    v128.store64_lane(to, words, 0);
    v128.store64_lane(to + step, words, 1);
  }
  if (count == 0) return;
  const last = Lanes.pixel(src, channels, bounds, pairs, table);
  v128.store64_lane(to, i16x8.narrow_i32x4_s(last, last), 0);
}

/** See scalar.ts. Sixteen values a turn. */
export function linearRows(rows: usize, weights: usize, to: usize, values: i32): void {
  const w0 = v128.load16_splat(weights);
  const w1 = v128.load16_splat(weights, 4);
  let top = <usize>load<u32>(rows);
  let bottom = <usize>load<u32>(rows, 4);
  // to < end: at most 30 bytes behind the rows are read, 15 behind `to` written.
  for (const end = to + values; to < end; to += 16, top += 32, bottom += 32) {
    const low = Lanes.linear(v128.load(top), v128.load(bottom), w0, w1);
    const high = Lanes.linear(v128.load(top, 16), v128.load(bottom, 16), w0, w1);
    v128.store(to, Lanes.bytes(low, high));
  }
}

/** Swizzle that puts the samples of two pixels of 1..4 channels side by side. */
function pairsSide(channels: i32): v128 {
  if (channels == 1) return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  if (channels == 2) return i8x16(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
  if (channels == 3) return i8x16(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11, -128, -128, -128, -128);
  return i8x16(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
}

/** See scalar.ts. Eight values a turn, six of three channels. */
export function halfRow(src: usize, to: usize, channels: i32, count: i32, bounds: usize): void {
  const side = pairsSide(channels);
  const step: usize = channels == 3 ? 12 : 16;
  src += <usize>(load<i32>(bounds) * channels);
  // to < end: at most 14 bytes behind the row are read, 14 behind `to` written.
  for (const end = to + <usize>(count * channels) * 2; to < end; src += step, to += step) {
    v128.store(to, i16x8.extadd_pairwise_i8x16_u(i8x16.swizzle(v128.load(src), side)));
  }
}

/** See scalar.ts. Sixteen values a turn. */
export function halfRows(rows: usize, to: usize, values: i32): void {
  const two = i16x8.splat(2);
  let top = <usize>load<u32>(rows);
  let bottom = <usize>load<u32>(rows, 4);
  // As in linearRows.
  for (const end = to + values; to < end; to += 16, top += 32, bottom += 32) {
    const low = i16x8.add(i16x8.add(v128.load(top), v128.load(bottom)), two);
    const high = i16x8.add(i16x8.add(v128.load(top, 16), v128.load(bottom, 16)), two);
    v128.store(to, Lanes.bytes(i16x8.shr_u(low, 2), i16x8.shr_u(high, 2)));
  }
}

/** See scalar.ts. */
export function cubicRow(
  src: usize,
  to: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
): void {
  const pairs = pairsOf(channels, 0);
  const behind = pairsOf(channels, 2);
  const step = (<usize>channels) << 2;
  for (; count > 0; count--, bounds += BOUND_BYTES, table += 8, to += step) {
    // Sixteen bytes from the first tap on: at most 15 behind the row.
    const bytes = v128.load(src + <usize>(load<i32>(bounds) * channels));
    const left = i32x4.dot_i16x8_s(i8x16.swizzle(bytes, pairs), v128.load32_splat(table));
    const right = i32x4.dot_i16x8_s(i8x16.swizzle(bytes, behind), v128.load32_splat(table, 4));
    v128.store(to, i32x4.add(left, right));
  }
}

/** See scalar.ts. Eight values a turn; the last ones are then computed again, exactly. */
export function cubicRows(rows: usize, weights: usize, to: usize, values: i32, floats: i32): void {
  const unit = f32x4.splat(1.0 / 4194304.0);
  // x < floats <= values: at most 28 bytes behind the rows are read, 7 behind `to` written.
  for (let x: usize = 0; x < <usize>floats; x += 8) {
    let low = f32x4.splat(0);
    let high = low;
    for (let j: usize = 16; j > 0; ) {
      j -= 4;
      const row = <usize>load<u32>(rows + j) + (x << 2);
      const weight = f32x4.mul(f32x4.convert_i32x4_s(v128.load32_splat(weights + j)), unit);
      low = f32x4.add(low, f32x4.mul(f32x4.convert_i32x4_s(v128.load(row)), weight));
      high = f32x4.add(high, f32x4.mul(f32x4.convert_i32x4_s(v128.load(row, 16)), weight));
    }
    Lanes.round(to + x, low, high);
  }
  for (let x = <usize>floats; x < <usize>values; x++) {
    let sum = 1 << 21;
    for (let j: usize = 0; j < 16; j += 4) {
      sum += load<i32>(<usize>load<u32>(rows + j) + (x << 2)) * load<i32>(weights + j);
    }
    store<u8>(to + x, max(0, min(255, sum >> 22)));
  }
}

/** See scalar.ts. */
export function areaRow(
  src: usize,
  to: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
  taps: i32,
): void {
  const step = (<usize>channels) << 2;
  for (; count > 0; count--, bounds += BOUND_BYTES, table += (<usize>taps) << 2, to += step) {
    let from = src + <usize>(load<i32>(bounds) * channels);
    let sum = f32x4.splat(0);
    // Four bytes a tap: at most 3 behind the row.
    for (
      let at = table, end = at + ((<usize>load<i32>(bounds, 4)) << 2);
      at < end;
      at += 4, from += channels
    ) {
      const words = i16x8.extend_low_i8x16_u(v128.load32_zero(from));
      const floats = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words));
      sum = f32x4.add(sum, f32x4.mul(floats, v128.load32_splat(at)));
    }
    v128.store(to, sum);
  }
}

/** Whole numbers up to 255 / this are exact in f32. */
const EXACT_SCALE: f32 = 255.0 / 16777216.0;

/** See scalar.ts. Eight values a turn. */
export function areaRows(rows: usize, weights: usize, n: i32, to: usize, values: i32, scale: f32): void {
  if (scale < EXACT_SCALE) {
    areaRowsExact(rows, weights, n, to, values, scale);
    return;
  }
  const scales = f32x4.splat(scale);
  const end = (<usize>n) << 2;
  // x < values: at most 28 bytes behind the rows are read, 7 behind `to` written.
  for (let x: usize = 0; x < <usize>values; x += 8) {
    let low = f32x4.splat(0);
    let high = low;
    for (let j: usize = 0; j < end; j += 4) {
      const row = <usize>load<u32>(rows + j) + (x << 2);
      const weight = v128.load32_splat(weights + j);
      low = f32x4.add(low, f32x4.mul(v128.load(row), weight));
      high = f32x4.add(high, f32x4.mul(v128.load(row, 16), weight));
    }
    Lanes.round(to + x, f32x4.mul(low, scales), f32x4.mul(high, scales));
  }
}
