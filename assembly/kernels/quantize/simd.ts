/**
 * Quantisation and conversion in SIMD; shapes, ranges and rules are documented in scalar.ts. Whole vectors here, the
 * rest by scalar.ts; every vector that is loaded or stored lies below index n.
 */

import {
  dequantizeEachI32 as dequantizeEachI32Plain,
  dequantizeI16 as dequantizeI16Plain,
  dequantizeI32 as dequantizeI32Plain,
  dequantizeI8 as dequantizeI8Plain,
  dequantizeU8 as dequantizeU8Plain,
  f64ToF32 as f64ToF32Plain,
  i32ToF32 as i32ToF32Plain,
  quantizeI16 as quantizeI16Plain,
  quantizeI8 as quantizeI8Plain,
  quantizeU8 as quantizeU8Plain,
  requantizeEachI8 as requantizeEachI8Plain,
  requantizeEachU8 as requantizeEachU8Plain,
  requantizeI8 as requantizeI8Plain,
  requantizeU8 as requantizeU8Plain,
} from './scalar';

export { i64ToF32 } from './scalar';

/** What is rounded to bytes: f32 / a scale, i32 * a multiplier, i32 * a multiplier of its own. */
const QUOTIENTS: i32 = 0;
const PRODUCTS: i32 = 1;
const PRODUCTS_OF_EACH: i32 = 2;

/** Four values at a time; normalize has them too. */
export class Lanes {
  /**
   * round(clamp(steps, low, high)) + zero. pmax and pmin keep a NaN of their first operand, which becomes `zero`. Added
   * to 1.5 * 2^23, numbers below 2^22 are rounded to integers, ties to even, which are the lowest bits of the sum.
   */
  @inline static clamped(steps: v128, low: v128, high: v128, zero: v128): v128 {
    const inside = f32x4.pmin(f32x4.pmax(steps, low), high);
    const rounded = i32x4.sub(f32x4.add(inside, f32x4.splat(12582912)), f32x4.splat(12582912));
    return i32x4.add(v128.and(rounded, f32x4.eq(steps, steps)), zero);
  }

  /** Four lanes of v / scale, clamped. */
  @inline static quantized(src: usize, scale: v128, low: v128, high: v128, zero: v128): v128 {
    return Lanes.clamped(f32x4.div(v128.load(src), scale), low, high, zero);
  }

  /** Stores sixteen lanes, each inside the range of T, as bytes. */
  @inline static storeBytes<T>(dst: usize, a: v128, b: v128, c: v128, d: v128): void {
    const low = i16x8.narrow_i32x4_s(a, b);
    const high = i16x8.narrow_i32x4_s(c, d);
    v128.store(dst, isSigned<T>() ? i8x16.narrow_i16x8_s(low, high) : i8x16.narrow_i16x8_u(low, high));
  }

  /** Four lanes to be rounded: f32 / factor, or i32 * factor. */
  @inline static steps(what: i32, src: usize, factor: v128): v128 {
    if (what == QUOTIENTS) return f32x4.div(v128.load(src), factor);
    return f32x4.mul(f32x4.convert_i32x4_s(v128.load(src)), factor);
  }

  /** One factor for all lanes, or those at `factors`. */
  @inline static factor(what: i32, one: v128, factors: usize): v128 {
    return what == PRODUCTS_OF_EACH ? v128.load(factors) : one;
  }

  /** Whole steps of sixteen elements to bytes, clamped; returns how many elements they were. `what` is a constant. */
  @inline static bytes<T>(
    what: i32,
    src: usize,
    n: i32,
    one: f32,
    factors: usize,
    zero: i32,
    dst: usize,
  ): i32 {
    const factor = f32x4.splat(one);
    const low = f32x4.splat(<f32>((isSigned<T>() ? <i32>-128 : <i32>0) - zero));
    const high = f32x4.splat(<f32>((isSigned<T>() ? <i32>127 : <i32>255) - zero));
    const z = i32x4.splat(zero);
    const whole = n & -16;
    for (const end = dst + <usize>whole; dst < end; src += 64, factors += 64, dst += 16) {
      const a = Lanes.steps(what, src, Lanes.factor(what, factor, factors));
      const b = Lanes.steps(what, src + 16, Lanes.factor(what, factor, factors + 16));
      const c = Lanes.steps(what, src + 32, Lanes.factor(what, factor, factors + 32));
      const d = Lanes.steps(what, src + 48, Lanes.factor(what, factor, factors + 48));
      Lanes.storeBytes<T>(
        dst,
        Lanes.clamped(a, low, high, z),
        Lanes.clamped(b, low, high, z),
        Lanes.clamped(c, low, high, z),
        Lanes.clamped(d, low, high, z),
      );
    }
    return whole;
  }

  /** f32(q - zero) * scale. */
  @inline static dequantized(q: v128, zero: v128, scale: v128): v128 {
    return f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(q, zero)), scale);
  }
}

/** See scalar.ts. */
export function quantizeU8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const done = Lanes.bytes<u8>(QUOTIENTS, src, n, scale, 0, zero, dst);
  quantizeU8Plain(src + ((<usize>done) << 2), n - done, scale, zero, dst + done);
}

/** See scalar.ts. */
export function quantizeI8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const done = Lanes.bytes<i8>(QUOTIENTS, src, n, scale, 0, zero, dst);
  quantizeI8Plain(src + ((<usize>done) << 2), n - done, scale, zero, dst + done);
}

/** See scalar.ts. */
export function quantizeI16(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const s = f32x4.splat(scale);
  const low = f32x4.splat(<f32>(<i32>-32768 - zero));
  const high = f32x4.splat(<f32>(<i32>32767 - zero));
  const z = i32x4.splat(zero);
  for (; n >= 8; n -= 8, src += 32, dst += 16) {
    const a = Lanes.quantized(src, s, low, high, z);
    v128.store(dst, i16x8.narrow_i32x4_s(a, Lanes.quantized(src + 16, s, low, high, z)));
  }
  quantizeI16Plain(src, n, scale, zero, dst);
}

/** Whole steps of dequantize* of bytes: the zero point is subtracted in 16 bits, where the difference of bytes fits. */
function dequantizeBytes<T>(src: usize, n: i32, scale: f32, zero: i32, dst: usize): i32 {
  const s = f32x4.splat(scale);
  const z = i16x8.splat(<i16>zero);
  const whole = n & -8;
  for (const end = src + <usize>whole; src < end; src += 8, dst += 32) {
    const words = i16x8.sub(v128.load_ext<T>(src), z);
    v128.store(dst, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(words)), s));
    v128.store(dst, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(words)), s), 16);
  }
  return whole;
}

/** See scalar.ts. */
export function dequantizeU8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const done = dequantizeBytes<u8>(src, n, scale, zero, dst);
  dequantizeU8Plain(src + done, n - done, scale, zero, dst + ((<usize>done) << 2));
}

/** See scalar.ts. */
export function dequantizeI8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const done = dequantizeBytes<i8>(src, n, scale, zero, dst);
  dequantizeI8Plain(src + done, n - done, scale, zero, dst + ((<usize>done) << 2));
}

/** See scalar.ts. */
export function dequantizeI16(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const s = f32x4.splat(scale);
  const z = i32x4.splat(zero);
  for (; n >= 8; n -= 8, src += 16, dst += 32) {
    v128.store(dst, Lanes.dequantized(v128.load_ext<i16>(src), z, s));
    v128.store(dst, Lanes.dequantized(v128.load_ext<i16>(src, 8), z, s), 16);
  }
  dequantizeI16Plain(src, n, scale, zero, dst);
}

/** See scalar.ts. */
export function dequantizeI32(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const s = f32x4.splat(scale);
  const z = i32x4.splat(zero);
  for (; n >= 4; n -= 4, src += 16, dst += 16) v128.store(dst, Lanes.dequantized(v128.load(src), z, s));
  dequantizeI32Plain(src, n, scale, zero, dst);
}

/** See scalar.ts. */
export function dequantizeEachI32(src: usize, n: i32, scale: f32, scales: usize, dst: usize): void {
  const s = f32x4.splat(scale);
  for (; n >= 4; n -= 4, src += 16, scales += 16, dst += 16) {
    const value = f32x4.convert_i32x4_s(v128.load(src));
    v128.store(dst, f32x4.mul(value, f32x4.mul(s, v128.load(scales))));
  }
  dequantizeEachI32Plain(src, n, scale, scales, dst);
}

/** See scalar.ts. */
export function requantizeU8(src: usize, n: i32, multiplier: f32, zero: i32, dst: usize): void {
  const done = Lanes.bytes<u8>(PRODUCTS, src, n, multiplier, 0, zero, dst);
  requantizeU8Plain(src + ((<usize>done) << 2), n - done, multiplier, zero, dst + done);
}

/** See scalar.ts. */
export function requantizeI8(src: usize, n: i32, multiplier: f32, zero: i32, dst: usize): void {
  const done = Lanes.bytes<i8>(PRODUCTS, src, n, multiplier, 0, zero, dst);
  requantizeI8Plain(src + ((<usize>done) << 2), n - done, multiplier, zero, dst + done);
}

/** See scalar.ts. */
export function requantizeEachU8(src: usize, n: i32, multipliers: usize, zero: i32, dst: usize): void {
  const done = Lanes.bytes<u8>(PRODUCTS_OF_EACH, src, n, 0, multipliers, zero, dst);
  const rest = (<usize>done) << 2;
  requantizeEachU8Plain(src + rest, n - done, multipliers + rest, zero, dst + done);
}

/** See scalar.ts. */
export function requantizeEachI8(src: usize, n: i32, multipliers: usize, zero: i32, dst: usize): void {
  const done = Lanes.bytes<i8>(PRODUCTS_OF_EACH, src, n, 0, multipliers, zero, dst);
  const rest = (<usize>done) << 2;
  requantizeEachI8Plain(src + rest, n - done, multipliers + rest, zero, dst + done);
}

/** See scalar.ts. */
export function f64ToF32(src: usize, n: i32, dst: usize): void {
  for (; n >= 2; n -= 2, src += 16, dst += 8) {
    const value = v128.load(src);
    const narrow = f32x4.demote_f64x2_zero(value);
    const number = f32x4.eq(narrow, narrow);
    v128.store64_lane(dst, v128.bitselect(narrow, i32x4.splat(0x7fc0_0000), number), 0);
  }
  f64ToF32Plain(src, n, dst);
}

/** See scalar.ts. */
export function i32ToF32(src: usize, n: i32, dst: usize): void {
  for (; n >= 4; n -= 4, src += 16, dst += 16) v128.store(dst, f32x4.convert_i32x4_s(v128.load(src)));
  i32ToF32Plain(src, n, dst);
}
