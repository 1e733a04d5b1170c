/**
 * Tables of the profile `tensorflow`: tf.image.resize(method='bilinear') of a uint8 tensor (TensorFlow 2.21), half
 * pixel centres, everything in f32 and bit for bit, on x86-64 as on any machine where the build does not fuse
 * multiplication and addition.
 *
 *   antialias off: horizontal, then vertical: left + (right - left) * t between two pixels (ResizeBilinear)
 *   antialias on:  vertical, then horizontal: 0 + w0 x0 + w1 x1 + ..., triangle filter (ScaleAndTranslate)
 */

import { BOUND_BYTES } from '../coefficients';

/** Coefficients of one output pixel. Antialias off: the distance t from the left pixel, and one that is not used. */
export function tensorflowTaps(antialias: bool, inSize: i32, outSize: i32): i32 {
  return antialias ? min(2 * <i32>ceil(triangleRadius(inSize, outSize)) + 1, inSize) : 2;
}

/** Source pixels an output pixel; rounded as TensorFlow does it, which divides twice. */
function inverseScale(inSize: i32, outSize: i32): f32 {
  return <f32>(1.0 / <f64>(<f32>outSize / <f32>inSize));
}

function triangleRadius(inSize: i32, outSize: i32): f32 {
  return max(inverseScale(inSize, outSize), <f32>1.0);
}

/** One output pixel between two: bound and t. */
function linearBuild(inSize: i32, outSize: i32, i: i32, bound: usize, row: usize): void {
  const position = (<f32>i + <f32>0.5) * (<f32>inSize / <f32>outSize) - <f32>0.5;
  const whole = floor(position);
  const low = max(0, <i32>whole);
  store<i32>(bound, low);
  store<i32>(bound, min(<i32>ceil(position), inSize - 1) - low + 1, 4);
  store<f32>(row, position - whole);
}

/** One output pixel of the triangle filter: bound and at most {@link tensorflowTaps} weights. */
function triangleBuild(inSize: i32, outSize: i32, i: i32, bound: usize, row: usize): void {
  const radius = triangleRadius(inSize, outSize);
  const step = <f32>1.0 / radius;
  const centre = (<f32>i + <f32>0.5) * inverseScale(inSize, outSize);
  const low = max(0, min(inSize - 1, <i32>ceil(centre - radius - <f32>0.5)));
  const high = max(0, min(inSize - 1, <i32>floor(centre + radius - <f32>0.5)));
  const n = high - low + 1;
  store<i32>(bound, low);
  store<i32>(bound, n, 4);
  let sum: f32 = 0;
  const end = row + ((<usize>n) << 2);
  let position = <f32>low + <f32>0.5;
  for (let at = row; at < end; at += 4, position += 1) {
    const weight = max(<f32>0.0, <f32>1.0 - abs((position - centre) * step));
    store<f32>(at, weight);
    sum += weight;
  }
  const share = <f32>1.0 / sum;
  for (let at = row; at < end; at += 4) store<f32>(at, load<f32>(at) * share);
}

/**
 * Fills bounds[count][2] and table[count][taps] (f32) for the output pixels first .. first + count - 1 of a side of
 * `inSize` pixels that becomes `outSize`. Sizes 1..65535, first + count <= outSize, `taps` from
 * {@link tensorflowTaps}.
 */
export function tensorflowBuild(
  antialias: bool,
  inSize: i32,
  outSize: i32,
  first: i32,
  count: i32,
  taps: i32,
  bounds: usize,
  table: usize,
): void {
  for (let i = 0; i < count; i++) {
    const bound = bounds + <usize>i * BOUND_BYTES;
    const row = table + ((<usize>i * <usize>taps) << 2);
    if (antialias) triangleBuild(inSize, outSize, first + i, bound, row);
    else linearBuild(inSize, outSize, first + i, bound, row);
  }
}
