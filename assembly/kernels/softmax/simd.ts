/** Passes of softmax in SIMD; rules and orders are documented in scalar.ts. Vectors lie below index n. */

import { EXP_LOWEST, expF32, ROUNDER } from './math';
import {
  exponentialsOf,
  scaleAll as scaleAllPlain,
  greatest as greatestPlain,
  logarithms as logarithmsPlain,
  sigmoid as sigmoidPlain,
} from './scalar';

/** Vector forms of math.ts. */
export class Lanes {
  /** {@link exp} as a call, for loops that are not worth its size. */
  static expCall(x: v128): v128 {
    return Lanes.exp(x);
  }

  /** expF32 of four lanes, operation by operation. */
  @inline static exp(x: v128): v128 {
    const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), f32x4.splat(ROUNDER));
    const n = f32x4.sub(shifted, f32x4.splat(ROUNDER));
    const r = f32x4.sub(
      f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))),
      f32x4.mul(n, f32x4.splat(-2.1219444e-4)),
    );
    let y = f32x4.splat(1.98756915e-4);
    y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.3981999507e-3));
    y = f32x4.add(f32x4.mul(y, r), f32x4.splat(8.3334519073e-3));
    y = f32x4.add(f32x4.mul(y, r), f32x4.splat(4.1665795894e-2));
    y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.6666665459e-1));
    y = f32x4.add(f32x4.mul(y, r), f32x4.splat(5.0000001201e-1));
    y = f32x4.add(f32x4.add(f32x4.mul(y, f32x4.mul(r, r)), r), f32x4.splat(1));
    const power = i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23);
    // Too small and NaN: 0.
    return v128.and(f32x4.mul(y, power), f32x4.ge(x, f32x4.splat(EXP_LOWEST)));
  }
}

/** See scalar.ts. */
export function greatest(src: usize, n: i32): f32 {
  let a = f32x4.splat(<f32>-Infinity);
  let b = a;
  let c = a;
  let d = a;
  // pmax(best, x) = best < x ? x : best: a NaN in x is never taken.
  for (; n >= 16; n -= 16, src += 64) {
    a = f32x4.pmax(a, v128.load(src));
    b = f32x4.pmax(b, v128.load(src, 16));
    c = f32x4.pmax(c, v128.load(src, 32));
    d = f32x4.pmax(d, v128.load(src, 48));
  }
  a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  a = f32x4.pmax(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  a = f32x4.pmax(a, v128.shuffle<i32>(a, a, 1, 0, 3, 2));
  const most = f32x4.extract_lane(a, 0) + 0;
  const rest = greatestPlain(src, n);
  return rest > most ? rest : most;
}

/** See scalar.ts. Two vectors a step: one alone leaves the processor waiting for its own results. */
export function exponentials(src: usize, n: i32, top: f32, factor: f32, dst: usize): f64 {
  const tops = f32x4.splat(top);
  const factors = f32x4.splat(factor);
  let low = f64x2.splat(0); // s0 s1
  let high = f64x2.splat(0); // s2 s3
  for (; n >= 8; n -= 8, src += 32, dst += 32) {
    const a = Lanes.exp(f32x4.mul(f32x4.sub(v128.load(src), tops), factors));
    const b = Lanes.exp(f32x4.mul(f32x4.sub(v128.load(src, 16), tops), factors));
    v128.store(dst, a);
    v128.store(dst, b, 16);
    const pairs = f32x4.add(a, b);
    low = f64x2.add(low, f64x2.promote_low_f32x4(pairs));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(pairs, pairs, 2, 3, 0, 1)));
  }
  const left = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  const right = f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1);
  return left + right + exponentialsOf(src, n, top, factor, dst);
}

/** See scalar.ts. */
export function scaleAll(data: usize, n: i32, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (; n >= 4; n -= 4, data += 16) v128.store(data, f32x4.mul(v128.load(data), factors));
  scaleAllPlain(data, n, factor);
}

/** See scalar.ts. */
export function logarithms(src: usize, n: i32, top: f32, factor: f32, logSum: f32, dst: usize): void {
  const tops = f32x4.splat(top);
  const factors = f32x4.splat(factor);
  const sum = f32x4.splat(logSum);
  for (; n >= 4; n -= 4, src += 16, dst += 16) {
    const x = v128.load(src);
    const value = f32x4.sub(f32x4.mul(f32x4.sub(x, tops), factors), sum);
    v128.store(dst, v128.bitselect(value, f32x4.splat(<f32>-Infinity), f32x4.eq(x, x)));
  }
  logarithmsPlain(src, n, top, factor, logSum, dst);
}

/** See scalar.ts. */
export function sigmoid(src: usize, n: i32, dst: usize): void {
  const one = f32x4.splat(1);
  for (; n >= 4; n -= 4, src += 16, dst += 16) {
    const x = v128.load(src);
    const e = Lanes.expCall(f32x4.neg(f32x4.abs(x)));
    const y = f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
    v128.store(dst, v128.bitselect(y, i32x4.splat(0x7fc0_0000), f32x4.eq(x, x)));
  }
  sigmoidPlain(src, n, dst);
}
