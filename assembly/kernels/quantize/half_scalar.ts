/**
 * 16-bit floats over dense vectors of `n` elements, plain form: the reference of half_simd.ts. src and dst do not
 * overlap (the two that narrow also work in place), need no alignment, and are read and written only at indices below
 * n. Rules for rounding and NaN: half.ts.
 */

import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from './half';

/** binary16 -> f32, exact; see {@link halfToFloat}. */
export function f16ToF32(src: usize, n: i32, dst: usize): void {
  for (let end = src + ((<usize>n) << 1); src < end; src += 2, dst += 4) {
    store<f32>(dst, halfToFloat(load<u16>(src)));
  }
}

/** f32 -> binary16, nearest, ties to even; see {@link floatToHalf}. */
export function f32ToF16(src: usize, n: i32, dst: usize): void {
  for (let end = src + ((<usize>n) << 2); src < end; src += 4, dst += 2) {
    store<u16>(dst, floatToHalf(load<f32>(src)));
  }
}

/** bfloat16 -> f32, exact; see {@link bfloatToFloat}. */
export function bf16ToF32(src: usize, n: i32, dst: usize): void {
  for (let end = src + ((<usize>n) << 1); src < end; src += 2, dst += 4) {
    store<f32>(dst, bfloatToFloat(load<u16>(src)));
  }
}

/** f32 -> bfloat16, nearest, ties to even; see {@link floatToBfloat}. */
export function f32ToBf16(src: usize, n: i32, dst: usize): void {
  for (let end = src + ((<usize>n) << 2); src < end; src += 4, dst += 2) {
    store<u16>(dst, floatToBfloat(load<f32>(src)));
  }
}
