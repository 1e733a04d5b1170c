/** Ranking kernels in SIMD; order and shapes are documented in scalar.ts. */

import { argmax as argmaxPlain, scoreAt, topKInsert } from './scalar';

/** See scalar.ts. Scores that do not beat the last of a full list are passed over eight at a time. */
export function topK(scores: usize, n: i32, k: i32, indices: usize): i32 {
  let kept = 0;
  let i = 0;
  for (; i < n && kept < k; i++) kept = topKInsert(scores, i, kept, k, indices);
  if (kept < 1 || kept < k) return kept;
  while (i < n) {
    const last = scoreAt(scores, indices, k - 1);
    // While the last is NaN every number beats it: the comparison below would miss that.
    if (last == last) {
      const bar = f32x4.splat(last);
      // i + 8 <= n: both vectors are inside the scores.
      for (; i + 8 <= n; i += 8) {
        const at = scores + ((<usize>i) << 2);
        if (v128.any_true(v128.or(f32x4.gt(v128.load(at), bar), f32x4.gt(v128.load(at, 16), bar)))) break;
      }
    }
    for (const end = min(n, i + 8); i < end; i++) topKInsert(scores, i, k, k, indices);
  }
  return kept;
}

/** See scalar.ts: the greatest by lanes, then its first place. */
export function argmax(scores: usize, n: i32): i32 {
  if (n < 8) return argmaxPlain(scores, n);
  let best = f32x4.splat(<f32>-Infinity);
  let i = 0;
  // pmax never takes a NaN of its second operand. i + 4 <= n: inside the scores.
  for (; i + 4 <= n; i += 4) best = f32x4.pmax(best, v128.load(scores + ((<usize>i) << 2)));
  best = f32x4.pmax(best, v128.shuffle<i32>(best, best, 2, 3, 0, 1));
  best = f32x4.pmax(best, v128.shuffle<i32>(best, best, 1, 0, 3, 2));
  let most = f32x4.extract_lane(best, 0);
  for (; i < n; i++) {
    const score = load<f32>(scores + ((<usize>i) << 2));
    if (score > most) most = score;
  }
  const wanted = f32x4.splat(most);
  for (i = 0; i + 4 <= n; i += 4) {
    if (v128.any_true(f32x4.eq(v128.load(scores + ((<usize>i) << 2)), wanted))) break;
  }
  for (; i < n; i++) if (load<f32>(scores + ((<usize>i) << 2)) == most) return i;
  return 0; // all NaN
}
