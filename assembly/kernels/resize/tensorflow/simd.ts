/**
 * Row kernels of the profile `tensorflow` in SIMD; shapes and comments on arguments are in scalar.ts. A pixel of 1 to
 * 4 channels is computed in four lanes: what the surplus lanes write, the next pixel overwrites, or it lies in the
 * slack.
 */

import { BOUND_BYTES } from '../coefficients';

class Pixel {
  /** Four bytes as f32. */
  @inline static widen(at: usize): v128 {
    const words = i16x8.extend_low_i8x16_u(v128.load32_zero(at));
    return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words));
  }

  /** a + (b - a) * t */
  @inline static between(a: v128, b: v128, t: v128): v128 {
    return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), t));
  }
}

/** See scalar.ts. */
export function linearRow(
  src: usize,
  dst: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
): void {
  const step = (<usize>channels) << 2;
  for (let i = 0; i < count; i++, bounds += BOUND_BYTES, table += 8, dst += step) {
    // At most 3 bytes behind the source row are read, 12 behind `dst` written.
    const left = src + <usize>(load<i32>(bounds) * channels);
    const right = left + <usize>((load<i32>(bounds, 4) - 1) * channels);
    v128.store(dst, Pixel.between(Pixel.widen(left), Pixel.widen(right), v128.load32_splat(table)));
  }
}

/** See scalar.ts. */
export function linearRows(top: usize, bottom: usize, t: f32, dst: usize, values: i32): void {
  const ts = f32x4.splat(t);
  // At most 12 bytes behind the rows are read, behind `dst` written.
  for (let x: usize = 0; x < (<usize>values) << 2; x += 16) {
    v128.store(dst + x, Pixel.between(v128.load(top + x), v128.load(bottom + x), ts));
  }
}

/** See scalar.ts. */
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
  for (let i = 0; i < count; i++, bounds += BOUND_BYTES, table += (<usize>taps) << 2, dst += pixel) {
    let from = src + <usize>load<i32>(bounds) * pixel;
    let sum = f32x4.splat(0);
    // At most 12 bytes behind the source row are read, behind `dst` written.
    for (let at = table, end = at + ((<usize>load<i32>(bounds, 4)) << 2); at < end; at += 4, from += pixel) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(at), v128.load(from)));
    }
    v128.store(dst, sum);
  }
}

/** See scalar.ts. Eight values a turn. */
export function weightedRows(rows: usize, weights: usize, n: i32, dst: usize, values: i32): void {
  const end = (<usize>n) << 2;
  // x < values: at most 7 bytes behind a row are read, 28 behind `dst` written.
  for (let x: usize = 0; x < <usize>values; x += 8, dst += 32) {
    let low = f32x4.splat(0);
    let high = low;
    for (let at: usize = 0; at < end; at += 4) {
      const weight = v128.load32_splat(weights + at);
      const words = v128.load_ext<u8>(<usize>load<u32>(rows + at) + x);
      low = f32x4.add(low, f32x4.mul(weight, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words))));
      high = f32x4.add(high, f32x4.mul(weight, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(words))));
    }
    v128.store(dst, low);
    v128.store(dst, high, 16);
  }
}
