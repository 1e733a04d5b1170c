/**
 * Coefficient tables of the profile `pillow`: weights in f64, normalised, then fixed point with 22 bits after the
 * point (8 bits for the sample and 2 for overshoot of negative lobes remain of 32). Source: Pillow, Resample.c.
 */

import { filterSupport, filterWeight } from './filters';

/** Bits after the binary point of a coefficient. */
export const COEFFICIENT_BITS: i32 = 22;
/** Half of one output step: the accumulator starts with it, so that the final shift rounds. */
export const COEFFICIENT_HALF: i32 = 1 << 21;
/** Bytes of one row of bounds: first source index, number of taps (two i32). */
export const BOUND_BYTES: usize = 8;

function filterScale(inSize: i32, outSize: i32): f64 {
  return max(<f64>inSize / <f64>outSize, 1.0);
}

/** Coefficients that one output pixel has at most, rounded up to a multiple of 4 (the rest are zeros). */
export function coefficientTaps(filter: i32, inSize: i32, outSize: i32): i32 {
  const support = filterSupport(filter) * filterScale(inSize, outSize);
  return (min(<i32>ceil(support) * 2 + 1, inSize) + 3) & ~3;
}

/**
 * Normalised weights of output pixel `i`, f64[n], into `weights` (room for {@link coefficientTaps}); `bound` gets
 * first and n.
 */
export function filterWeights(
  filter: i32,
  inSize: i32,
  outSize: i32,
  i: i32,
  bound: usize,
  weights: usize,
): void {
  const scale = <f64>inSize / <f64>outSize;
  const stretch = filterScale(inSize, outSize);
  const support = filterSupport(filter) * stretch;
  const step = 1.0 / stretch;
  const centre = (<f64>i + 0.5) * scale;
  const low = max(0, <i32>(centre - support + 0.5));
  const n = min(inSize, <i32>(centre + support + 0.5)) - low;
  let sum: f64 = 0.0;
  // n <= min(2 * ceil(support) + 1, inSize) <= coefficientTaps: `weights` holds them.
  for (let j = 0; j < n; j++) {
    const weight = filterWeight(filter, (<f64>(j + low) - centre + 0.5) * step);
    store<f64>(weights + ((<usize>j) << 3), weight);
    sum += weight;
  }
  if (sum != 0.0) {
    for (let at = weights, end = weights + ((<usize>n) << 3); at < end; at += 8) {
      store<f64>(at, load<f64>(at) / sum);
    }
  }
  store<i32>(bound, low);
  store<i32>(bound, n, 4);
}

/** n weights (f64) to fixed point: rounded to `bits` bits behind the point (half away from zero), held with 22. */
export function coefficientsRound(weights: usize, n: i32, bits: i32, row: usize): void {
  const one = <f64>(1 << bits);
  for (const end = row + ((<usize>n) << 2); row < end; row += 4, weights += 8) {
    const value = load<f64>(weights) * one;
    store<i32>(row, (<i32>(value < 0.0 ? value - 0.5 : value + 0.5)) << (COEFFICIENT_BITS - bits));
  }
}

/**
 * Fills bounds[count][2] and table[count][taps] (i32) for the output pixels first .. first + count - 1 of a side
 * of `inSize` pixels that becomes `outSize`. `scratch`: taps f64. Sizes >= 1, first + count <= outSize, `taps`
 * from {@link coefficientTaps}.
 */
export function coefficientsBuild(
  filter: i32,
  inSize: i32,
  outSize: i32,
  first: i32,
  count: i32,
  taps: i32,
  bounds: usize,
  table: usize,
  scratch: usize,
): void {
  memory.fill(table, 0, (<usize>count * <usize>taps) << 2);
  for (let i = 0; i < count; i++) {
    const bound = bounds + <usize>i * BOUND_BYTES;
    filterWeights(filter, inSize, outSize, first + i, bound, scratch);
    coefficientsRound(
      scratch,
      load<i32>(bound, 4),
      COEFFICIENT_BITS,
      table + ((<usize>i * <usize>taps) << 2),
    );
  }
}

/**
 * Source indices of filter `nearest`, i32[count] for output pixels first .. first + count - 1, the first index being
 * counted from `origin`. Position by repeated addition, as Pillow's affine transform does it (its sums round).
 */
export function nearestBuild(inSize: i32, outSize: i32, first: i32, count: i32, indices: usize): void {
  const step = <f64>inSize / <f64>outSize;
  let position = step * 0.5;
  const end = first + count;
  for (let i = 0; i < end; i++) {
    if (i >= first) store<i32>(indices + ((<usize>(i - first)) << 2), min(<i32>position, inSize - 1));
    position += step;
  }
}
