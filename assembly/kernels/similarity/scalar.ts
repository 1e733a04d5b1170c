/**
 * Vectors f32[n] compared and normalised, plain form: the reference of simd.ts.
 *
 * The order of every sum is fixed, so that each engine gives the same bits: of each whole block of 8 elements, product
 * i goes to the ith of eight f32 sums; these are added as t[i] = s[i] + s[i + 4], then (t0 + t2) + (t1 + t3); the
 * products of the rest are added one after the other. The error is below n / 8 + 8 units in the last place of the sum
 * of the products' absolute values.
 */

/** Adds up lanes 0..7 at `sums` as described above. */
function treeSum(s0: f32, s1: f32, s2: f32, s3: f32, s4: f32, s5: f32, s6: f32, s7: f32): f32 {
  return s0 + s4 + (s2 + s6) + (s1 + s5 + (s3 + s7));
}

/** The sum of a[i] * b[i]. */
export function dot(a: usize, b: usize, n: i32): f32 {
  let s0: f32 = 0;
  let s1: f32 = 0;
  let s2: f32 = 0;
  let s3: f32 = 0;
  let s4: f32 = 0;
  let s5: f32 = 0;
  let s6: f32 = 0;
  let s7: f32 = 0;
  for (; n >= 8; n -= 8, a += 32, b += 32) {
    s0 += load<f32>(a) * load<f32>(b);
    s1 += load<f32>(a, 4) * load<f32>(b, 4);
    s2 += load<f32>(a, 8) * load<f32>(b, 8);
    s3 += load<f32>(a, 12) * load<f32>(b, 12);
    s4 += load<f32>(a, 16) * load<f32>(b, 16);
    s5 += load<f32>(a, 20) * load<f32>(b, 20);
    s6 += load<f32>(a, 24) * load<f32>(b, 24);
    s7 += load<f32>(a, 28) * load<f32>(b, 28);
  }
  return dotRest(a, b, n, treeSum(s0, s1, s2, s3, s4, s5, s6, s7));
}

/** `sum` plus the sum of a[i] * b[i], one after the other. */
export function dotRest(a: usize, b: usize, n: i32, sum: f32): f32 {
  for (let i: usize = 0; i < (<usize>n) << 2; i += 4) sum += load<f32>(a + i) * load<f32>(b + i);
  return sum;
}

/** dst[row] = dot(matrix[row], query): matrix f32[rows][n], query f32[n], dst f32[rows]. */
export function dotProducts(matrix: usize, rows: i32, n: i32, query: usize, dst: usize): void {
  for (; rows > 0; rows--, matrix += (<usize>n) << 2, dst += 4) store<f32>(dst, dot(matrix, query, n));
}

/** a / (root of `squares` * norm), 0 when the divisor is 0. */
export function cosine(product: f32, squares: f32, norm: f32): f32 {
  const divisor = sqrt<f32>(squares) * norm;
  return divisor == 0 ? 0 : product / divisor;
}

/**
 * dst[row] = cosine of the angle between matrix[row] and query: dot(m, q) / (sqrt(dot(m, m)) * sqrt(dot(q, q))), 0 when
 * either is zero; shapes as of {@link dotProducts}. For magnitudes whose squares f32 can hold: about 1e-18 to 1e18.
 */
export function cosines(matrix: usize, rows: i32, n: i32, query: usize, dst: usize): void {
  const norm = sqrt<f32>(dot(query, query, n));
  for (; rows > 0; rows--, matrix += (<usize>n) << 2, dst += 4) {
    store<f32>(dst, cosine(dot(matrix, query, n), dot(matrix, matrix, n), norm));
  }
}

/** dst[i] = src[i] / divisor; dst may be src. */
export function divideBy(src: usize, n: i32, divisor: f32, dst: usize): void {
  for (let i: usize = 0; i < (<usize>n) << 2; i += 4) store<f32>(dst + i, load<f32>(src + i) / divisor);
}
