/**
 * softmax and log-softmax over rows of f32[n], with temperature; the rules for what is not finite:
 *
 *   NaN        counts as -infinity (probability 0). When all are NaN, so is every result.
 *   +infinity  all of them share the whole equally; every other element gets 0.
 *   -infinity  gets 0; when there is nothing greater, all -infinities share the whole equally.
 *
 * The results of softmax sum to 1 within 1e-6 (sum in f64, its reciprocal and each product rounded once to f32), and
 * are the same on every engine.
 */

import { logF64 } from './math';
import { exponentials, greatest, logarithms, scaleAll } from './simd';

/** Fills dst: `share` where src equals `top`, `rest` elsewhere (NaN too). */
function fillEqual(src: usize, n: i32, top: f32, share: f32, rest: f32, dst: usize): void {
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

/** The factor for a temperature: its reciprocal, rounded to f32; 0 when that is not a finite number above 0. */
function reciprocal(temperature: f32): f32 {
  const factor = <f32>1 / temperature;
  return factor > 0 && factor < Infinity ? factor : 0;
}

/**
 * Writes numbers in proportion to the probabilities, and returns the factor that makes them probabilities.
 *
 * @returns 0 when all of src is NaN: dst is NaN then
 */
export function proportions(src: usize, n: i32, factor: f32, dst: usize): f32 {
  const top = greatest(src, n);
  if (abs(top) != Infinity) return <f32>(1.0 / exponentials(src, n, top, factor, dst));
  const sharers = countEqual(src, n, top);
  if (sharers != 0) {
    fillEqual(src, n, top, 1, 0, dst);
    return <f32>1 / <f32>sharers;
  }
  fillEqual(src, n, top, NaN, NaN, dst);
  return 0;
}

/**
 * dst[row][i] = exp(src[row][i] / temperature) / sum of the row, after subtraction of the row's maximum.
 *
 * @param src         f32[rows][n]
 * @param temperature > 0; differences are multiplied by its reciprocal, rounded to f32; 1 changes nothing
 * @param dst         f32[rows][n], may be src
 * @returns false (nothing written) when `temperature` or its reciprocal is not a finite number above 0
 */
export function softmax(src: usize, rows: i32, n: i32, temperature: f32, dst: usize): bool {
  const factor = reciprocal(temperature);
  if (factor == 0) return false;
  for (const bytes = (<usize>n) << 2; rows > 0; rows--, src += bytes, dst += bytes) {
    scaleAll(dst, n, proportions(src, n, factor, dst));
  }
  return true;
}

/**
 * Natural logarithm of {@link softmax}, without its underflow: (x - max) / temperature - log(sum).
 *
 * @param scratch f32[n]
 */
export function logSoftmax(
  src: usize,
  rows: i32,
  n: i32,
  temperature: f32,
  scratch: usize,
  dst: usize,
): bool {
  const factor = reciprocal(temperature);
  if (factor == 0) return false;
  for (const bytes = (<usize>n) << 2; rows > 0; rows--, src += bytes, dst += bytes) {
    const top = greatest(src, n);
    if (abs(top) != Infinity) {
      const sum = exponentials(src, n, top, factor, scratch);
      logarithms(src, n, top, factor, <f32>logF64(sum), dst);
    } else {
      const sharers = countEqual(src, n, top);
      const rest = sharers == 0 ? <f32>NaN : <f32>-Infinity;
      fillEqual(src, n, top, <f32>-logF64(<f64>sharers), rest, dst);
    }
  }
  return true;
}
