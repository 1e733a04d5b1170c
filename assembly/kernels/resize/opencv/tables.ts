/**
 * Positions and weights of the profile `opencv`, operation by operation as OpenCV's resize.cpp computes them: scale
 * and positions in f64, fractions and weights in f32, fixed-point weights with 11 bits after the point, all roundings
 * half to even. Each builder fills bounds i32[count][2] (first source index, taps) and weights of the output indices
 * first .. first + count - 1 of a side of `inSize` pixels that becomes `outSize`. `columns`: weights are packed as
 * pairs of i16, and taps outside of the picture are folded into those at its border; rows have i32 weights, and keep
 * such taps (stream.ts repeats the border row).
 */

import { BOUND_BYTES } from '../coefficients';

/** 1.0 in a fixed-point weight. */
const ONE: f32 = 2048.0;

/** Source pixels an output pixel: 1 / (out / in), which is not always in / out. */
export function areaScale(inSize: i32, outSize: i32): f64 {
  return 1.0 / (<f64>outSize / <f64>inSize);
}

/** The scale as an integer, 0 when it is none. */
export function wholeScale(inSize: i32, outSize: i32): i32 {
  const scale = areaScale(inSize, outSize);
  return abs(scale - nearest(scale)) < f64.EPSILON ? <i32>nearest(scale) : 0;
}

/** INTER_NEAREST: i32[count]. */
export function nearestBuild(inSize: i32, outSize: i32, first: i32, count: i32, indices: usize): void {
  const scale = areaScale(inSize, outSize);
  for (let i = first; i < first + count; i++, indices += 4) {
    store<i32>(indices, min(<i32>(<f64>i * scale), inSize - 1));
  }
}

function fixed(weight: f32): i32 {
  return <i32>nearest(weight * ONE);
}

/** One table entry of two weights; the address after it. */
function putPair(table: usize, columns: bool, a: i32, b: i32): usize {
  if (columns) {
    store<i16>(table, a);
    store<i16>(table, b, 2);
    return table + 4;
  }
  store<i32>(table, a);
  store<i32>(table, b, 4);
  return table + 8;
}

/** Two weights an index; `area`: the form of INTER_AREA where a side grows. */
export function linearBuild(
  inSize: i32,
  outSize: i32,
  area: bool,
  columns: bool,
  first: i32,
  count: i32,
  bounds: usize,
  table: usize,
): void {
  const inverse = <f64>outSize / <f64>inSize;
  const scale = areaScale(inSize, outSize);
  for (let i = first; i < first + count; i++, bounds += BOUND_BYTES) {
    let at = <i32>floor(<f64>i * scale);
    let t = <f32>(<f64>(i + 1) - <f64>(at + 1) * inverse);
    if (area) t = t <= 0 ? 0 : t - floor(t);
    else {
      t = <f32>((<f64>i + 0.5) * scale - 0.5);
      at = <i32>floor(t);
      t -= <f32>at;
    }
    if (columns && (at < 0 || at >= inSize - 1)) {
      at = max(0, min(inSize - 1, at));
      t = 0;
    }
    const second = fixed(t);
    store<i32>(bounds, at);
    store<i32>(bounds, second != 0 ? 2 : 1, 4);
    table = putPair(table, columns, fixed(<f32>1 - t), second);
  }
}

const CUBIC: f32 = -0.75;

/** Weight of a pixel 0 <= x <= 1 away. */
function cubicNear(x: f32): f32 {
  return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
}

/** Weight of a pixel 1 <= x <= 2 away. */
function cubicFar(x: f32): f32 {
  return ((CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x - 4 * CUBIC;
}

/** Four weights an index. */
export function cubicBuild(
  inSize: i32,
  outSize: i32,
  columns: bool,
  first: i32,
  count: i32,
  bounds: usize,
  table: usize,
): void {
  const scale = areaScale(inSize, outSize);
  for (let i = first; i < first + count; i++, bounds += BOUND_BYTES) {
    let t = <f32>((<f64>i + 0.5) * scale - 0.5);
    const at = <i32>floor(t) - 1;
    t -= floor(t);
    const w0 = cubicFar(t + 1);
    const w1 = cubicNear(t);
    const w2 = cubicNear(<f32>1 - t);
    const w3 = <f32>1 - w0 - w1 - w2;
    const from = columns ? max(0, min(inSize - 4, at)) : at;
    store<i32>(bounds, from);
    store<i32>(bounds, columns ? min(4, inSize) : 4, 4);
    if (columns) {
      store<u64>(table, 0);
      // 0 <= place - from < 4: `from` is at, unless a border is nearer than four pixels.
      for (let k = 0; k < 4; k++) {
        const place = max(0, min(inSize - 1, at + k));
        const slot = table + ((<usize>(place - from)) << 1);
        store<i16>(slot, load<i16>(slot) + fixed(k == 0 ? w0 : k == 1 ? w1 : k == 2 ? w2 : w3));
      }
      table += 8;
    } else {
      table = putPair(putPair(table, false, fixed(w0), fixed(w1)), false, fixed(w2), fixed(w3));
    }
  }
}

/** f32 weights that an index has at most: pixels that an interval of the scale's length touches. */
export function areaTaps(inSize: i32, outSize: i32): i32 {
  return min(<i32>areaScale(inSize, outSize) + 2, inSize);
}

/** Shares of the pixels in the interval that becomes the output pixel, f32; `whole`: 1 for each of scale pixels. */
export function areaBuild(
  inSize: i32,
  outSize: i32,
  whole: bool,
  first: i32,
  count: i32,
  bounds: usize,
  table: usize,
): void {
  const scale = areaScale(inSize, outSize);
  const stride = (<usize>areaTaps(inSize, outSize)) << 2;
  const step = wholeScale(inSize, outSize);
  for (let i = first; i < first + count; i++, bounds += BOUND_BYTES, table += stride) {
    const begin = <f64>i * scale;
    const end = begin + scale;
    const width = min(scale, <f64>inSize - begin);
    let high = min(<i32>floor(end), inSize - 1);
    let low = min(<i32>ceil(begin), high);
    const before = whole ? 0.0 : <f64>low - begin;
    const after = whole ? 0.0 : end - <f64>high;
    if (whole) {
      low = i * step;
      high = low + step;
    }
    let at = table;
    store<i32>(bounds, low);
    if (before > 1e-3) {
      store<i32>(bounds, low - 1);
      store<f32>(at, <f32>(before / width));
      at += 4;
    }
    // high - low + 2 <= areaTaps.
    for (; low < high; low++, at += 4) store<f32>(at, whole ? <f32>1 : <f32>(1.0 / width));
    if (after > 1e-3) {
      store<f32>(at, <f32>(min(min(after, 1.0), width) / width));
      at += 4;
    }
    store<i32>(bounds, <i32>((at - table) >> 2), 4);
  }
}
