/**
 * softmax and log-softmax over f32[n], with temperature; the rules for what is not finite:
 *
 *   NaN        counts as -infinity (probability 0); the functions return how many there were, so that the caller can
 *              say so. When all are NaN, so is every result.
 *   +infinity  all of them share the whole equally; every other element gets 0.
 *   -infinity  gets 0; when there is nothing greater, all -infinities share the whole equally.
 *
 * The results of softmax sum to 1 within 1e-6 (f64 sum, its reciprocal and each product rounded once to f32), and are the same on every engine.
 */

import { logF64 } from './math';
import { countNaN, scaleAll, exponentials, greatest, logarithms } from './simd';

export { sigmoid } from './simd';

/** Fills dst: `share` where src equals `top`, `rest` elsewhere (NaN too). */
function shareEqually(src: usize, n: i32, top: f32, share: f32, rest: f32, dst: usize): void {
  for (let i = 0; i < n; i++) {
    const at: usize = (<usize>i) << 2;
    store<f32>(dst + at, load<f32>(src + at) == top ? share : rest);
  }
}

function countEqual(src: usize, n: i32, value: f32): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) count += <i32>(load<f32>(src + ((<usize>i) << 2)) == value);
  return count;
}

/**
 * dst[i] = exp(src[i] / temperature) / sum, after subtraction of the maximum.
 *
 * @param src         f32[n], GUARD bytes readable behind it
 * @param temperature > 0; differences are multiplied by its reciprocal, rounded to f32; 1 changes nothing
 * @param dst         f32[n], may be src
 * @returns number of NaN in src, or -1 (nothing written) when `temperature` is not a finite number above 0
 */
export function softmax(src: usize, n: i32, temperature: f32, dst: usize): i32 {
  if (!(temperature > 0 && temperature < Infinity)) return -1;
  const strange = countNaN(src, n);
  const top = greatest(src, n);
  if (strange == n) {
    shareEqually(src, n, 0, NaN, NaN, dst);
  } else if (abs(top) == Infinity) {
    shareEqually(src, n, top, <f32>1 / <f32>countEqual(src, n, top), 0, dst);
  } else {
    scaleAll(dst, n, <f32>(1.0 / exponentials(src, n, top, <f32>1 / temperature, dst)));
  }
  return strange;
}

/** Natural logarithm of {@link softmax}, without its underflow: (x - max) / temperature - log(sum). `scratch`: f32[n]. */
export function logSoftmax(src: usize, n: i32, temperature: f32, scratch: usize, dst: usize): i32 {
  if (!(temperature > 0 && temperature < Infinity)) return -1;
  const strange = countNaN(src, n);
  const top = greatest(src, n);
  if (strange == n) {
    shareEqually(src, n, 0, NaN, NaN, dst);
  } else if (abs(top) == Infinity) {
    const share = <f32>-logF64(<f64>countEqual(src, n, top));
    shareEqually(src, n, top, share, <f32>-Infinity, dst);
  } else {
    const factor = <f32>1 / temperature;
    const sum = exponentials(src, n, top, factor, scratch);
    logarithms(src, n, top, factor, <f32>logF64(sum), dst);
  }
  return strange;
}
