/** Passes of softmax in SIMD; rules and orders are documented in scalar.ts. Vectors lie below index n. */

import { EXP_LOWEST, expF32 } from './math';
import {
  countNaN as countNaNPlain,
  scaleAll as scaleAllPlain,
  greatest as greatestPlain,
  logarithms as logarithmsPlain,
  sigmoid as sigmoidPlain,
} from './scalar';

class Lanes {
  /** expF32 of four lanes, operation by operation. */
  @inline static exp(x: v128): v128 {
    const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
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
    const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
    // Too small and NaN: 0.
    return v128.and(f32x4.mul(y, power), f32x4.ge(x, f32x4.splat(EXP_LOWEST)));
  }
}

/** See scalar.ts. */
export function countNaN(src: usize, n: i32): i32 {
  let counts = i32x4.splat(0);
  for (; n >= 4; n -= 4, src += 16) {
    const x = v128.load(src);
    counts = i32x4.sub(counts, f32x4.ne(x, x));
  }
  const sum = i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1);
  return sum + i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3) + countNaNPlain(src, n);
}

/** See scalar.ts. */
export function greatest(src: usize, n: i32): f32 {
  let best = f32x4.splat(<f32>-Infinity);
  // pmax(best, x) = best < x ? x : best: a NaN in x is never taken.
  for (; n >= 4; n -= 4, src += 16) best = f32x4.pmax(best, v128.load(src));
  best = f32x4.pmax(best, v128.shuffle<i32>(best, best, 2, 3, 0, 1));
  best = f32x4.pmax(best, v128.shuffle<i32>(best, best, 1, 0, 3, 2));
  const rest = greatestPlain(src, n);
  const most = f32x4.extract_lane(best, 0);
  return rest > most ? rest : most;
}

/** See scalar.ts. */
export function exponentials(src: usize, n: i32, top: f32, factor: f32, dst: usize): f64 {
  const tops = f32x4.splat(top);
  const factors = f32x4.splat(factor);
  let low = f64x2.splat(0); // s0 s1
  let high = f64x2.splat(0); // s2 s3
  for (; n >= 4; n -= 4, src += 16, dst += 16) {
    const e = Lanes.exp(f32x4.mul(f32x4.sub(v128.load(src), tops), factors));
    v128.store(dst, e);
    low = f64x2.add(low, f64x2.promote_low_f32x4(e));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(e, e, 2, 3, 0, 1)));
  }
  let s0 = f64x2.extract_lane(low, 0);
  let s1 = f64x2.extract_lane(low, 1);
  let s2 = f64x2.extract_lane(high, 0);
  for (let i = 0; i < n; i++) {
    const e = expF32((load<f32>(src + ((<usize>i) << 2)) - top) * factor);
    store<f32>(dst + ((<usize>i) << 2), e);
    if (i == 0) s0 += <f64>e;
    else if (i == 1) s1 += <f64>e;
    else s2 += <f64>e;
  }
  return s0 + s1 + (s2 + f64x2.extract_lane(high, 1));
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
    const e = Lanes.exp(f32x4.neg(f32x4.abs(x)));
    const y = f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
    v128.store(dst, v128.bitselect(y, i32x4.splat(0x7fc0_0000), f32x4.eq(x, x)));
  }
  sigmoidPlain(src, n, dst);
}
