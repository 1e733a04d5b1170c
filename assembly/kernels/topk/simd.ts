/** Ranking in SIMD; order and shapes are documented in scalar.ts. */

import { heapToRows } from './heap';
import { topKBegin, topKOffer, worstScore } from './scalar';

/** Which of the 16 scores at `at` are above `bar`, as bits. */
function above(at: usize, bar: v128): i32 {
  const low = i16x8.narrow_i32x4_s(f32x4.gt(v128.load(at), bar), f32x4.gt(v128.load(at, 16), bar));
  const high = i16x8.narrow_i32x4_s(f32x4.gt(v128.load(at, 32), bar), f32x4.gt(v128.load(at, 48), bar));
  return i8x16.bitmask(i8x16.narrow_i16x8_s(low, high));
}

/** See scalar.ts. Scores that are not above the worst one kept are passed over 16 at a time. */
export function topK(scores: usize, n: i32, factor: f32, k: i32, rows: usize): i32 {
  const kept = topKBegin(scores, n, factor, k, rows);
  if (kept < 1) return 0;
  let i = kept;
  while (i < n) {
    const worst = worstScore(scores, rows);
    // While the worst is NaN every number beats it: the comparison would miss that.
    if (worst != worst || i + 16 > n) {
      topKOffer(scores, i++, factor, kept, rows);
      continue;
    }
    const bar = f32x4.splat(worst);
    let better = 0;
    // i + 16 <= n: the vectors are inside the scores.
    for (; i + 16 <= n; i += 16) {
      better = above(scores + ((<usize>i) << 2), bar);
      if (better != 0) break;
    }
    // Products with a positive factor keep their order: what is not above the worst score cannot beat it.
    for (; better != 0; better &= better - 1) topKOffer(scores, i + ctz(better), factor, kept, rows);
    if (i + 16 <= n) i += 16;
  }
  heapToRows(rows, kept, scores, factor);
  return kept;
}
