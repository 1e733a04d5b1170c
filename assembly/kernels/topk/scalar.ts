/** Ranking of f32 scores, plain form: the reference of simd.ts. */

import { heapMake, heapSink, heapToRows, keyIndex, rankKey } from './heap';

/**
 * The `k` best of the `n` numbers scores[i] * factor, best first; equal ones in the order of their indices (-0 equals
 * 0), NaN last. O(n + m log k), where m scores beat the best k of those before them: about k ln(n / k) for scores in
 * random order, n at worst.
 *
 * @param scores f32[n]
 * @param factor > 0; 1 ranks the scores themselves
 * @param rows   {index i32, score * factor f32}[k], 8-byte aligned; filled, and worked in on the way
 * @returns how many rows were written: min(k, n), 0 when either is below 1
 */
export function topK(scores: usize, n: i32, factor: f32, k: i32, rows: usize): i32 {
  const kept = topKBegin(scores, n, factor, k, rows);
  if (kept > 0) {
    for (let i = kept; i < n; i++) topKOffer(scores, i, factor, kept, rows);
    heapToRows(rows, kept, scores, factor);
  }
  return kept;
}

/** Makes a heap of the first min(k, n) scores, which is returned. */
export function topKBegin(scores: usize, n: i32, factor: f32, k: i32, rows: usize): i32 {
  const kept = min(k, n);
  for (let i = 0; i < kept; i++) {
    const score = load<f32>(scores + ((<usize>i) << 2)) * factor;
    store<i64>(rows + ((<usize>i) << 3), rankKey(score, i));
  }
  heapMake(rows, kept);
  return max(kept, 0);
}

/** Takes the score at `i` (greater than all indices offered before) into a heap of `kept` > 0 if it beats the worst. */
export function topKOffer(scores: usize, i: i32, factor: f32, kept: i32, rows: usize): void {
  const key = rankKey(load<f32>(scores + ((<usize>i) << 2)) * factor, i);
  if (key > load<i64>(rows)) heapSink(rows, 0, kept, key);
}

/** The score, without the factor, of the worst row of a heap. */
export function worstScore(scores: usize, rows: usize): f32 {
  return load<f32>(scores + ((<usize>keyIndex(load<i64>(rows))) << 2));
}
