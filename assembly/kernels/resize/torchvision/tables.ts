/**
 * Coefficient tables of the profile `torchvision`: what torchvision.transforms.v2.functional.resize of a uint8 CPU
 * tensor uses (torch 2.15, torchvision 0.29; bilinear, bicubic, lanczos). Weights are computed in f64 and rounded to
 * int16 with as many bits behind the point, p, as the largest weight of the whole side leaves; a pass gives
 * (sum(w x) + 2^(p - 1)) >> p, clipped to 0..255. w * 2^(22 - p) with 22 bits gives the same: the row kernels of the
 * profile `pillow` do the work. The horizontal pass is always first.
 *
 * Antialias on: the filters of Pillow, bicubic with a = -0.5. Antialias off: 2 (bilinear) or 4 (bicubic, a = -0.75)
 * taps around the half-pixel centre whatever the scale, those outside the picture added to its border.
 * Contiguous and channels-last tensors, with AVX2 and without, give the same bits (all of torch's forms are of
 * integers). Only where torch has no native uint8 form (x86 without AVX2: bilinear; a GPU) torchvision computes in
 * f32: there results differ by at most 1.
 */

import { FILTER_BICUBIC } from '../../types';
import {
  BOUND_BYTES,
  COEFFICIENT_BITS,
  coefficientTaps,
  coefficientsRound,
  filterWeights,
} from '../coefficients';

/** Bilinear weight, or Keys' cubic with a = -0.75, of a source pixel `x` away; operation by operation as torch. */
function pointWeight(filter: i32, x: f64): f64 {
  x = abs(x);
  if (filter != FILTER_BICUBIC) return x < 1.0 ? 1.0 - x : 0.0;
  if (x < 1.0) return (1.25 * x - 2.25) * x * x + 1.0;
  return x < 2.0 ? ((-0.75 * x + 3.75) * x - 6.0) * x + 3.0 : 0.0;
}

/** Coefficients that one output pixel has at most, rounded up to a multiple of 4. */
export function torchvisionTaps(filter: i32, antialias: bool, inSize: i32, outSize: i32): i32 {
  return antialias ? coefficientTaps(filter, inSize, outSize) : 4;
}

/**
 * Antialias off: weights of output pixel `i`, f64[n], into `weights` (room for 4); `bound` gets first and n. The
 * largest weight, sums over the border before they are complete included, as torch counts it.
 */
function pointWeights(filter: i32, inSize: i32, outSize: i32, i: i32, bound: usize, weights: usize): f64 {
  const taps = filter == FILTER_BICUBIC ? 4 : 2;
  const half = taps >> 1;
  let position = (<f64>inSize / <f64>outSize) * (<f64>i + 0.5) - 0.5;
  if (taps == 2) position = max(position, 0.0);
  // torch rounds the position to f32 for the whole part alone (floorf): from 2048 pixels on a position just before a
  // pixel counts as on it. position < inSize - 0.5, whose f32 is below inSize.
  const index = <i32>floor(<f32>position);
  const offset = max(position - <f64>index, 0.0);
  const from = index - half + 1;
  const low = max(0, from);
  const n = min(index + half + 1, inSize) - low;
  memory.fill(weights, 0, 32);
  let largest: f64 = 0.0;
  let slot = 0;
  for (let j = 0; j < taps; j++) {
    if (from + j <= 0) slot = 0;
    else if (from + j >= inSize - 1) slot = n - 1;
    // slot < n <= taps <= 4
    const at = weights + ((<usize>slot) << 3);
    const weight = load<f64>(at) + pointWeight(filter, <f64>(j + 1 - half) - offset);
    store<f64>(at, weight);
    largest = max(largest, weight);
    slot++;
  }
  store<i32>(bound, low);
  store<i32>(bound, n, 4);
  return largest;
}

/** Weights of one output pixel and the largest of them (0 when all are negative). */
function torchvisionWeights(
  filter: i32,
  antialias: bool,
  inSize: i32,
  outSize: i32,
  i: i32,
  bound: usize,
  weights: usize,
): f64 {
  if (!antialias) return pointWeights(filter, inSize, outSize, i, bound, weights);
  filterWeights(filter, inSize, outSize, i, bound, weights);
  let largest: f64 = 0.0;
  for (let j = 0; j < load<i32>(bound, 4); j++)
    largest = max(largest, load<f64>(weights + ((<usize>j) << 3)));
  return largest;
}

/**
 * Fills bounds[count][2] and table[count][taps] (i32, 22 bits behind the point) for the output pixels first ..
 * first + count - 1 (count >= 1) of a side of `inSize` pixels that becomes `outSize`. `scratch`: max(taps, 4) f64.
 * Sizes >= 1, first + count <= outSize, `taps` from {@link torchvisionTaps}.
 */
export function torchvisionBuild(
  filter: i32,
  antialias: bool,
  inSize: i32,
  outSize: i32,
  first: i32,
  count: i32,
  taps: i32,
  bounds: usize,
  table: usize,
  scratch: usize,
): void {
  let largest: f64 = 0.0;
  // The first bound serves as scratch: it is written again below.
  for (let i = 0; i < outSize; i++) {
    largest = max(largest, torchvisionWeights(filter, antialias, inSize, outSize, i, bounds, scratch));
  }
  let bits = 0;
  while (bits < COEFFICIENT_BITS && <i32>(0.5 + largest * <f64>(2 << bits)) < 0x8000) bits++;
  memory.fill(table, 0, (<usize>count * <usize>taps) << 2);
  for (let i = 0; i < count; i++) {
    const bound = bounds + <usize>i * BOUND_BYTES;
    torchvisionWeights(filter, antialias, inSize, outSize, first + i, bound, scratch);
    coefficientsRound(scratch, load<i32>(bound, 4), bits, table + ((<usize>i * <usize>taps) << 2));
  }
}
