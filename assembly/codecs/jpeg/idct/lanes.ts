/** Shuffles and sums that the SIMD inverse DCT is written in. */

export class Lanes {
  /** a0 b0 a1 b1 a2 b2 a3 b3 */
  @inline static low16(a: v128, b: v128): v128 {
    return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
  }

  /** a4 b4 a5 b5 a6 b6 a7 b7 */
  @inline static high16(a: v128, b: v128): v128 {
    return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
  }

  @inline static low32(a: v128, b: v128): v128 {
    return i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  }

  @inline static high32(a: v128, b: v128): v128 {
    return i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  }

  @inline static low64(a: v128, b: v128): v128 {
    return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  }

  @inline static high64(a: v128, b: v128): v128 {
    return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  }

  @inline static low8(a: v128, b: v128): v128 {
    return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }

  @inline static high8(a: v128, b: v128): v128 {
    return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }

  /** The pair (a, b) in every 32-bit lane, for `dot`. */
  @inline static pair(a: i32, b: i32): v128 {
    return i32x4.splat((a & 0xffff) | (b << 16));
  }

  @inline static dot(a: v128, x: i32, y: i32): v128 {
    return i32x4.dot_i16x8_s(a, Lanes.pair(x, y));
  }

  /** Shifted and saturated sum of two halves: 8 results. */
  @inline static sum(al: v128, ah: v128, bl: v128, bh: v128): v128 {
    const low = i32x4.shr_s(i32x4.add(al, bl), 11);
    const high = i32x4.shr_s(i32x4.add(ah, bh), 11);
    return i16x8.narrow_i32x4_s(low, high);
  }

  /** Shifted and saturated difference of two halves: 8 results. */
  @inline static difference(al: v128, ah: v128, bl: v128, bh: v128): v128 {
    const low = i32x4.shr_s(i32x4.sub(al, bl), 11);
    const high = i32x4.shr_s(i32x4.sub(ah, bh), 11);
    return i16x8.narrow_i32x4_s(low, high);
  }

  /** Row `i` of the block, dequantised (wraps at 16 bits). */
  @inline static row(block: usize, quant: usize, i: usize): v128 {
    return i16x8.mul(v128.load(block + (i << 4)), v128.load(quant + (i << 4)));
  }

  /** Samples of columns i and j (lanes are rows), centred on 128. */
  @inline static samples(a: v128, b: v128): v128 {
    return v128.xor(i8x16.narrow_i16x8_s(a, b), i8x16.splat(-128));
  }
}

/** Rows of 4 i32 results of the first and second half of the lanes. */
export const HALVES: usize = memory.data(256, 16);

export class Halves {
  @inline static narrow(i: usize, j: usize): v128 {
    return i16x8.narrow_i32x4_s(v128.load(HALVES + (i << 4)), v128.load(HALVES + (j << 4)));
  }

  /** Column `i`: both halves of its lanes. */
  @inline static column(i: usize): v128 {
    return i16x8.narrow_i32x4_s(v128.load(HALVES + (i << 4)), v128.load(HALVES + (i << 4), 128));
  }
}
