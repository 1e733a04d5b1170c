/**
 * Number format kernels in SIMD; shapes, ranges and rules are documented in scalar.ts. Whole vectors here, the rest
 * by scalar.ts; every vector that is loaded or stored lies below index n.
 */

import {
  dequantizeI16 as dequantizeI16Plain,
  dequantizeI32 as dequantizeI32Plain,
  dequantizeI8 as dequantizeI8Plain,
  dequantizeU8 as dequantizeU8Plain,
  f64ToF32 as f64ToF32Plain,
  i32ToF32 as i32ToF32Plain,
  quantizeI8 as quantizeI8Plain,
  quantizeU8 as quantizeU8Plain,
} from './scalar';

export { i64ToF32 } from './scalar';

/** Four values at a time; normalize has them too. */
export class Lanes {
  /** clamp(round(v / scale), low, high) + zero; pmax and pmin keep a NaN of their first operand, trunc_sat makes it 0. */
  @inline static quantized(src: usize, scale: v128, low: v128, high: v128, zero: v128): v128 {
    const steps = f32x4.nearest(f32x4.div(v128.load(src), scale));
    const inside = f32x4.pmin(f32x4.pmax(steps, low), high);
    return i32x4.add(i32x4.trunc_sat_f32x4_s(inside), zero);
  }

  /** f32(q - zero) * scale. */
  @inline static dequantized(q: v128, zero: v128, scale: v128): v128 {
    return f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(q, zero)), scale);
  }
}

/** See scalar.ts. */
export function quantizeU8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const s = f32x4.splat(scale);
  const low = f32x4.splat(<f32>-zero);
  const high = f32x4.splat(<f32>(<i32>255 - zero));
  const z = i32x4.splat(zero);
  for (; n >= 16; n -= 16, src += 64, dst += 16) {
    const a = i16x8.narrow_i32x4_s(
      Lanes.quantized(src, s, low, high, z),
      Lanes.quantized(src + 16, s, low, high, z),
    );
    const b = i16x8.narrow_i32x4_s(
      Lanes.quantized(src + 32, s, low, high, z),
      Lanes.quantized(src + 48, s, low, high, z),
    );
    v128.store(dst, i8x16.narrow_i16x8_u(a, b));
  }
  quantizeU8Plain(src, n, scale, zero, dst);
}

/** See scalar.ts. */
export function quantizeI8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const s = f32x4.splat(scale);
  const low = f32x4.splat(<f32>(<i32>-128 - zero));
  const high = f32x4.splat(<f32>(<i32>127 - zero));
  const z = i32x4.splat(zero);
  for (; n >= 16; n -= 16, src += 64, dst += 16) {
    const a = i16x8.narrow_i32x4_s(
      Lanes.quantized(src, s, low, high, z),
      Lanes.quantized(src + 16, s, low, high, z),
    );
    const b = i16x8.narrow_i32x4_s(
      Lanes.quantized(src + 32, s, low, high, z),
      Lanes.quantized(src + 48, s, low, high, z),
    );
    v128.store(dst, i8x16.narrow_i16x8_s(a, b));
  }
  quantizeI8Plain(src, n, scale, zero, dst);
}

/** See scalar.ts. The zero point is subtracted in 16 bits, where the difference of bytes fits. */
export function dequantizeU8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const s = f32x4.splat(scale);
  const z = i16x8.splat(<i16>zero);
  for (; n >= 8; n -= 8, src += 8, dst += 32) {
    const words = i16x8.sub(v128.load_ext<u8>(src), z);
    v128.store(dst, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(words)), s));
    v128.store(dst, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(words)), s), 16);
  }
  dequantizeU8Plain(src, n, scale, zero, dst);
}

/** See scalar.ts. */
export function dequantizeI8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  const s = f32x4.splat(scale);
  const z = i16x8.splat(<i16>zero);
  for (; n >= 8; n -= 8, src += 8, dst += 32) {
    const words = i16x8.sub(v128.load_ext<i8>(src), z);
    v128.store(dst, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(words)), s));
    v128.store(dst, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(words)), s), 16);
  }
  dequantizeI8Plain(src, n, scale, zero, dst);
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
