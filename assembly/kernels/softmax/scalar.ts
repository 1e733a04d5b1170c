/**
 * Passes of softmax over f32[n], plain form: the reference of simd.ts, which gives the same bits. Elements are read
 * and written at indices below n only; dst may be src; simd.ts may read GUARD bytes behind src.
 */

import { expF32 } from './math';

/** How many NaN there are. */
export function countNaN(src: usize, n: i32): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const x = load<f32>(src + ((<usize>i) << 2));
    if (x != x) count++;
  }
  return count;
}

/** Greatest number, NaN ignored; -infinity when there is none. */
export function greatest(src: usize, n: i32): f32 {
  let best = <f32>-Infinity;
  for (let i = 0; i < n; i++) {
    const x = load<f32>(src + ((<usize>i) << 2));
    if (x > best) best = x;
  }
  return best;
}

/**
 * dst[i] = exp((src[i] - top) * factor), NaN gives 0; returns the sum in f64. The order of summation is fixed:
 * four partial sums, element i into the (i mod 4)th, then (s0 + s1) + (s2 + s3).
 */
export function exponentials(src: usize, n: i32, top: f32, factor: f32, dst: usize): f64 {
  let s0: f64 = 0;
  let s1: f64 = 0;
  let s2: f64 = 0;
  let s3: f64 = 0;
  for (let i = 0; i < n; i++) {
    const e = expF32((load<f32>(src + ((<usize>i) << 2)) - top) * factor);
    store<f32>(dst + ((<usize>i) << 2), e);
    const lane = i & 3;
    if (lane == 0) s0 += <f64>e;
    else if (lane == 1) s1 += <f64>e;
    else if (lane == 2) s2 += <f64>e;
    else s3 += <f64>e;
  }
  return s0 + s1 + (s2 + s3);
}

/** data[i] = data[i] * factor, in place. */
export function scaleAll(data: usize, n: i32, factor: f32): void {
  for (let i = 0; i < n; i++) {
    const at = data + ((<usize>i) << 2);
    store<f32>(at, load<f32>(at) * factor);
  }
}

/** dst[i] = (src[i] - top) * factor - logSum, NaN gives -infinity. */
export function logarithms(src: usize, n: i32, top: f32, factor: f32, logSum: f32, dst: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<f32>(src + ((<usize>i) << 2));
    store<f32>(dst + ((<usize>i) << 2), x == x ? (x - top) * factor - logSum : <f32>-Infinity);
  }
}

/** dst[i] = 1 / (1 + exp(-src[i])), computed from exp(-|x|) so that neither side cancels; NaN stays NaN. */
export function sigmoid(src: usize, n: i32, dst: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<f32>(src + ((<usize>i) << 2));
    const e = expF32(-abs(x));
    const y = (x < 0 ? e : <f32>1) / (<f32>1 + e);
    store<f32>(dst + ((<usize>i) << 2), x == x ? y : reinterpret<f32>(0x7fc0_0000));
  }
}
