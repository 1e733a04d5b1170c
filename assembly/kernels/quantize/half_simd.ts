/**
 * 16-bit floats in SIMD; shapes and rules are documented in half_scalar.ts. Whole vectors of 8 here, the rest by
 * half_scalar.ts; every vector that is loaded or stored lies below index n.
 */

import {
  bf16ToF32 as bf16ToF32Plain,
  f16ToF32 as f16ToF32Plain,
  f32ToBf16 as f32ToBf16Plain,
  f32ToF16 as f32ToF16Plain,
} from './half_scalar';

class Lanes {
  /** Four binary16 in the low halves of the lanes: see halfToFloat. */
  @inline static fromHalf(bits: v128): v128 {
    const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
    const rest = v128.and(bits, i32x4.splat(0x7fff));
    const small = f32x4.mul(f32x4.convert_i32x4_s(rest), i32x4.splat(0x3380_0000));
    const normal = i32x4.add(i32x4.shl(rest, 13), i32x4.splat(0x3800_0000));
    const finite = v128.bitselect(small, normal, i32x4.lt_s(rest, i32x4.splat(0x0400)));
    // finite has the payload of a special lane, and its exponent is a part of that of 0x7f80_0000.
    const special = v128.and(i32x4.gt_s(rest, i32x4.splat(0x7bff)), i32x4.splat(0x7f80_0000));
    const quiet = v128.and(i32x4.gt_s(rest, i32x4.splat(0x7c00)), i32x4.splat(0x0040_0000));
    return v128.or(v128.or(finite, special), v128.or(quiet, sign));
  }

  /** Four f32: see floatToHalf. */
  @inline static toHalf(bits: v128): v128 {
    const sign = v128.and(i32x4.shr_u(bits, 16), i32x4.splat(0x8000));
    const rest = v128.and(bits, i32x4.splat(0x7fff_ffff));
    const cut = i32x4.shr_u(rest, 13);
    const odd = v128.and(cut, i32x4.splat(1));
    const normal = i32x4.shr_u(i32x4.add(i32x4.add(rest, i32x4.splat(0xc800_0fff)), odd), 13);
    const small = i32x4.sub(f32x4.add(rest, f32x4.splat(0.5)), i32x4.splat(0x3f00_0000));
    const payload = v128.or(v128.and(cut, i32x4.splat(0x03ff)), i32x4.splat(0x7e00));
    let value = v128.bitselect(small, normal, i32x4.lt_s(rest, i32x4.splat(0x3880_0000)));
    value = v128.bitselect(i32x4.splat(0x7c00), value, i32x4.gt_s(rest, i32x4.splat(0x477f_ffff)));
    value = v128.bitselect(payload, value, i32x4.gt_s(rest, i32x4.splat(0x7f80_0000)));
    return v128.or(value, sign);
  }

  /** Four bfloat16 in the low halves of the lanes: see bfloatToFloat. */
  @inline static fromBfloat(bits: v128): v128 {
    const value = i32x4.shl(bits, 16);
    const strange = i32x4.gt_s(v128.and(bits, i32x4.splat(0x7fff)), i32x4.splat(0x7f80));
    return v128.or(value, v128.and(strange, i32x4.splat(0x0040_0000)));
  }

  /** Four f32: see floatToBfloat. */
  @inline static toBfloat(bits: v128): v128 {
    const cut = i32x4.shr_u(bits, 16);
    const odd = v128.and(cut, i32x4.splat(1));
    const rounded = i32x4.shr_u(i32x4.add(i32x4.add(bits, i32x4.splat(0x7fff)), odd), 16);
    const rest = v128.and(bits, i32x4.splat(0x7fff_ffff));
    const strange = i32x4.gt_s(rest, i32x4.splat(0x7f80_0000));
    return v128.bitselect(v128.or(cut, i32x4.splat(0x0040)), rounded, strange);
  }
}

/** See half_scalar.ts. */
export function f16ToF32(src: usize, n: i32, dst: usize): void {
  for (; n >= 8; n -= 8, src += 16, dst += 32) {
    v128.store(dst, Lanes.fromHalf(v128.load_ext<u16>(src)));
    v128.store(dst, Lanes.fromHalf(v128.load_ext<u16>(src, 8)), 16);
  }
  f16ToF32Plain(src, n, dst);
}

/** See half_scalar.ts. */
export function f32ToF16(src: usize, n: i32, dst: usize): void {
  for (; n >= 8; n -= 8, src += 32, dst += 16) {
    // Lanes are below 65536: the unsigned narrowing keeps them.
    v128.store(dst, i16x8.narrow_i32x4_u(Lanes.toHalf(v128.load(src)), Lanes.toHalf(v128.load(src, 16))));
  }
  f32ToF16Plain(src, n, dst);
}

/** See half_scalar.ts. */
export function bf16ToF32(src: usize, n: i32, dst: usize): void {
  for (; n >= 8; n -= 8, src += 16, dst += 32) {
    v128.store(dst, Lanes.fromBfloat(v128.load_ext<u16>(src)));
    v128.store(dst, Lanes.fromBfloat(v128.load_ext<u16>(src, 8)), 16);
  }
  bf16ToF32Plain(src, n, dst);
}

/** See half_scalar.ts. */
export function f32ToBf16(src: usize, n: i32, dst: usize): void {
  for (; n >= 8; n -= 8, src += 32, dst += 16) {
    v128.store(dst, i16x8.narrow_i32x4_u(Lanes.toBfloat(v128.load(src)), Lanes.toBfloat(v128.load(src, 16))));
  }
  f32ToBf16Plain(src, n, dst);
}
