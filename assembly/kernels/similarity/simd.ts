/** Vectors compared and normalised in SIMD; rules and orders are documented in scalar.ts. Vectors lie below index n. */

import { cosine, divideBy as divideByPlain, dotRest } from './scalar';

class Lanes {
  /** ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)) of two vectors of sums. */
  @inline static treeSum(low: v128, high: v128): f32 {
    const sums = f32x4.add(low, high);
    const pairs = f32x4.add(sums, v128.shuffle<i32>(sums, sums, 2, 3, 0, 1));
    return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
  }
}

/** See scalar.ts. */
export function dot(a: usize, b: usize, n: i32): f32 {
  let low = f32x4.splat(0);
  let high = low;
  for (; n >= 8; n -= 8, a += 32, b += 32) {
    low = f32x4.add(low, f32x4.mul(v128.load(a), v128.load(b)));
    high = f32x4.add(high, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
  }
  return dotRest(a, b, n, Lanes.treeSum(low, high));
}

/** See scalar.ts. */
export function dotProducts(matrix: usize, rows: i32, n: i32, query: usize, dst: usize): void {
  for (; rows > 0; rows--, matrix += (<usize>n) << 2, dst += 4) store<f32>(dst, dot(matrix, query, n));
}

/** See scalar.ts. Product and squares of a row in one read of it. */
export function cosines(matrix: usize, rows: i32, n: i32, query: usize, dst: usize): void {
  const norm = sqrt<f32>(dot(query, query, n));
  for (; rows > 0; rows--, dst += 4) {
    let low = f32x4.splat(0);
    let high = low;
    let lowSquares = low;
    let highSquares = low;
    let rest = n;
    let at = query;
    for (; rest >= 8; rest -= 8, matrix += 32, at += 32) {
      const a = v128.load(matrix);
      const b = v128.load(matrix, 16);
      low = f32x4.add(low, f32x4.mul(a, v128.load(at)));
      high = f32x4.add(high, f32x4.mul(b, v128.load(at, 16)));
      lowSquares = f32x4.add(lowSquares, f32x4.mul(a, a));
      highSquares = f32x4.add(highSquares, f32x4.mul(b, b));
    }
    const product = dotRest(matrix, at, rest, Lanes.treeSum(low, high));
    const squares = dotRest(matrix, matrix, rest, Lanes.treeSum(lowSquares, highSquares));
    store<f32>(dst, cosine(product, squares, norm));
    matrix += (<usize>rest) << 2;
  }
}

/** See scalar.ts. */
export function divideBy(src: usize, n: i32, divisor: f32, dst: usize): void {
  const divisors = f32x4.splat(divisor);
  for (; n >= 4; n -= 4, src += 16, dst += 16) v128.store(dst, f32x4.div(v128.load(src), divisors));
  divideByPlain(src, n, divisor, dst);
}
