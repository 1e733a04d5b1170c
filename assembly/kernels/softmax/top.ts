/** softmax and ranking in one: probabilities are computed for the winners only. */

import { topK } from '../topk';
import { proportions } from './softmax';

/**
 * The `k` greatest probabilities of one row, best first: bit for bit what topK makes of the row that softmax gives.
 * (Products with the same positive factor keep their order, so numbers in proportion are scanned, and products are
 * compared where the scan stops.)
 *
 * @param src     f32[n], GUARD bytes readable behind it
 * @param first   the classes before this one count in the sum and are not ranked; class ids begin at 0 here
 * @param scratch f32[n]; may be src
 * @param ranked  rows of {class id i32, probability f32}, k of them; 8-byte aligned
 * @returns how many rows were written: min(k, n - first); -1 when all of src is NaN
 */
export function softmaxTopK(src: usize, n: i32, first: i32, k: i32, scratch: usize, ranked: usize): i32 {
  const factor = proportions(src, n, 1, scratch);
  return factor == 0 ? -1 : topK(scratch + ((<usize>first) << 2), n - first, factor, k, ranked);
}
