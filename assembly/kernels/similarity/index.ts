/** Embeddings: L2 normalisation and nearest rows. */

import { topK } from '../topk';
import { cosines, divideBy, dot, dotProducts } from './simd';

export { cosines, dotProducts } from './simd';

/** Norms below this are taken for it, as torch.nn.functional.normalize does: a row of zeros stays one. */
const LEAST_NORM: f32 = 1e-12;

/**
 * dst[row] = src[row] / max(sqrt(dot(row, row)), 1e-12). For magnitudes as of {@link cosines}: beyond them a row becomes
 * zeros. A row with an infinity or a NaN has NaN in its result.
 *
 * @param src f32[rows][n]
 * @param dst f32[rows][n], may be src
 */
export function l2Normalize(src: usize, rows: i32, n: i32, dst: usize): void {
  for (const bytes = (<usize>n) << 2; rows > 0; rows--, src += bytes, dst += bytes) {
    const norm = sqrt<f32>(dot(src, src, n));
    divideBy(src, n, norm < LEAST_NORM ? LEAST_NORM : norm, dst);
  }
}

/**
 * The `k` rows of a matrix that are nearest to a query, best first; equal ones in the order of the rows, NaN last.
 *
 * @param matrix  f32[rows][n]
 * @param query   f32[n]
 * @param cosine  compares by cosine; else by dot product, which is the same where all are normalised
 * @param scratch f32[rows], filled with all similarities
 * @param ranked  {row i32, similarity f32}[k], 8-byte aligned
 * @returns how many: min(k, rows)
 */
export function nearestRows(
  matrix: usize,
  rows: i32,
  n: i32,
  query: usize,
  cosine: bool,
  k: i32,
  scratch: usize,
  ranked: usize,
): i32 {
  if (cosine) cosines(matrix, rows, n, query, scratch);
  else dotProducts(matrix, rows, n, query, scratch);
  return topK(scratch, rows, 1, k, ranked);
}
