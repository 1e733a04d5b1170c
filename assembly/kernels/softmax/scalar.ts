/**
 * Passes of softmax over f32[n], plain form: the reference of simd.ts, which gives the same bits. Elements are read
 * and written at indices below n only; dst may be src.
 */

import { expF32 } from './math';

/** Greatest number, NaN ignored, never -0; -infinity when there is none. */
export function greatest(src: usize, n: i32): f32 {
  let best = <f32>-Infinity;
  for (let i = 0; i < n; i++) {
    const x = load<f32>(src + ((<usize>i) << 2));
    if (x > best) best = x;
  }
  return best + 0;
}

/**
 * dst[i] = exp((src[i] - top) * factor), NaN gives 0; returns the sum. The order of summation is fixed: of each whole
 * block of 8 elements, e[i] + e[i + 4] in f32 goes to the ith of four sums in f64; then (s0 + s1) + (s2 + s3), to which
 * the sum of the rest, one after the other in f64, is added.
 */
export function exponentials(src: usize, n: i32, top: f32, factor: f32, dst: usize): f64 {
  let s0: f64 = 0;
  let s1: f64 = 0;
  let s2: f64 = 0;
  let s3: f64 = 0;
  for (; n >= 8; n -= 8, src += 32, dst += 32) {
    exponentialsOf(src, 8, top, factor, dst);
    s0 += <f64>(load<f32>(dst) + load<f32>(dst, 16));
    s1 += <f64>(load<f32>(dst, 4) + load<f32>(dst, 20));
    s2 += <f64>(load<f32>(dst, 8) + load<f32>(dst, 24));
    s3 += <f64>(load<f32>(dst, 12) + load<f32>(dst, 28));
  }
  return s0 + s1 + (s2 + s3) + exponentialsOf(src, n, top, factor, dst);
}

/** exponentials with one sum. */
export function exponentialsOf(src: usize, n: i32, top: f32, factor: f32, dst: usize): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const e = expF32((load<f32>(src + ((<usize>i) << 2)) - top) * factor);
    store<f32>(dst + ((<usize>i) << 2), e);
    sum += <f64>e;
  }
  return sum;
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

/** 1 / (1 + exp(-x)), computed from exp(-|x|) so that neither side cancels; NaN stays NaN. */
export function sigmoidOf(x: f32): f32 {
  const e = expF32(-abs(x));
  const y = (x < 0 ? e : <f32>1) / (<f32>1 + e);
  return x == x ? y : reinterpret<f32>(0x7fc0_0000);
}

/** dst[i] = sigmoidOf(src[i]). */
export function sigmoid(src: usize, n: i32, dst: usize): void {
  for (let i: usize = 0; i < (<usize>n) << 2; i += 4) store<f32>(dst + i, sigmoidOf(load<f32>(src + i)));
}
