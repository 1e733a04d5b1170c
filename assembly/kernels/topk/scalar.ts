/** Ranking kernels over f32 scores, plain form: the reference of simd.ts. */

/** Whether `a` ranks strictly before `b`: greater, and every number before NaN. -0 and 0 are equal. */
function before(a: f32, b: f32): bool {
  return a > b || (a == a && b != b);
}

/**
 * The `k` best of `n` scores, best first; equal scores in the order of their indices, NaN last.
 *
 * @param scores  f32[n]; GUARD bytes behind may be read
 * @param indices i32[k] is filled
 * @returns how many were written: min(k, n), 0 when either is below 1
 * Meant for small k (insertion into a sorted list: about n + k * k steps for scores in random order).
 */
export function topK(scores: usize, n: i32, k: i32, indices: usize): i32 {
  let kept = 0;
  for (let i = 0; i < n; i++) kept = topKInsert(scores, i, kept, k, indices);
  return kept;
}

/** Offers the score at `i` (greater than all indices offered before) to a list of `kept` <= k; the new `kept`. */
export function topKInsert(scores: usize, i: i32, kept: i32, k: i32, indices: usize): i32 {
  const score = load<f32>(scores + ((<usize>i) << 2));
  // kept <= k: at most indices[k - 1] is written.
  let at = kept;
  if (kept >= k) {
    if (k < 1 || !before(score, scoreAt(scores, indices, k - 1))) return kept;
    at = k - 1;
  }
  const grown = at + 1;
  while (at > 0 && before(score, scoreAt(scores, indices, at - 1))) {
    store<i32>(indices + ((<usize>at) << 2), load<i32>(indices + ((<usize>(at - 1)) << 2)));
    at--;
  }
  store<i32>(indices + ((<usize>at) << 2), i);
  return max(kept, grown);
}

/** Score of the entry at `place` of the list; place < kept, and its index is below n. */
export function scoreAt(scores: usize, indices: usize, place: i32): f32 {
  return load<f32>(scores + ((<usize>load<i32>(indices + ((<usize>place) << 2))) << 2));
}

/** Index of the greatest of `n` scores, the first of equals, NaN last; -1 when n < 1. */
export function argmax(scores: usize, n: i32): i32 {
  if (n < 1) return -1;
  let best = 0;
  for (let i = 1; i < n; i++) {
    if (before(load<f32>(scores + ((<usize>i) << 2)), load<f32>(scores + ((<usize>best) << 2)))) best = i;
  }
  return best;
}
