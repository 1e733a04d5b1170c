/** The conversions of scalar.ts in SIMD128, with identical results; 16 pixels a step. */

class Pixels {
  /**
   * Chroma terms in 16 bits, equal to the 16-bit fixed-point ones for all 256 values (checked by a test):
   *   91881 r / 65536 = r + (26346 r / 65536)        q15 product with 13173
   *  116130 b / 65536 = 2 b - (14942 b / 65536)      q15 product with -7471
   *  -22554 b - 46802 r = -22554 b + 18734 r - 65536 r
   */
  @inline static red(y: v128, r: v128): v128 {
    return i16x8.add(i16x8.add(y, r), i16x8.q15mulr_sat_s(r, i16x8.splat(13173)));
  }

  @inline static blue(y: v128, b: v128): v128 {
    return i16x8.add(i16x8.add(y, i16x8.add(b, b)), i16x8.q15mulr_sat_s(b, i16x8.splat(-7471)));
  }

  @inline static green(y: v128, b: v128, r: v128): v128 {
    const weights = i32x4.splat((-22554 & 0xffff) | (18734 << 16));
    const half = i32x4.splat(32768);
    const low = i8x16.shuffle(b, r, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
    const high = i8x16.shuffle(b, r, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
    const term = i16x8.narrow_i32x4_s(
      i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(low, weights), half), 16),
      i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(high, weights), half), 16),
    );
    return i16x8.add(i16x8.sub(y, r), term);
  }

  /** Stores 16 pixels: 48 bytes. */
  @inline static store(r: v128, g: v128, b: v128, out: usize): void {
    // r0 g0 r1 g1 .. r7 g7 | r8 g8 .. r15 g15
    const low = i8x16.shuffle(r, g, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high = i8x16.shuffle(r, g, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    // r5 g5 .. r7 g7 r8 g8 .. r12 g12
    const middle = i8x16.shuffle(low, high, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25);
    v128.store(out, i8x16.shuffle(low, b, 0, 1, 16, 2, 3, 17, 4, 5, 18, 6, 7, 19, 8, 9, 20, 10));
    v128.store(out, i8x16.shuffle(middle, b, 1, 21, 2, 3, 22, 4, 5, 23, 6, 7, 24, 8, 9, 25, 10, 11), 16);
    v128.store(out, i8x16.shuffle(high, b, 26, 6, 7, 27, 8, 9, 28, 10, 11, 29, 12, 13, 30, 14, 15, 31), 32);
  }
}

/** See scalar.ts. Whole vectors of 16 pixels: overreads and overwrites as stated there. */
export function yccToRgb(y: usize, cb: usize, cr: usize, width: i32, out: usize): void {
  const centre = i16x8.splat(128);
  for (let i: usize = 0; i < <usize>width; i += 16) {
    const luma = v128.load(y + i);
    const blue = v128.load(cb + i);
    const red = v128.load(cr + i);
    const yl = i16x8.extend_low_i8x16_u(luma);
    const yh = i16x8.extend_high_i8x16_u(luma);
    const bl = i16x8.sub(i16x8.extend_low_i8x16_u(blue), centre);
    const bh = i16x8.sub(i16x8.extend_high_i8x16_u(blue), centre);
    const rl = i16x8.sub(i16x8.extend_low_i8x16_u(red), centre);
    const rh = i16x8.sub(i16x8.extend_high_i8x16_u(red), centre);
    Pixels.store(
      i8x16.narrow_i16x8_u(Pixels.red(yl, rl), Pixels.red(yh, rh)),
      i8x16.narrow_i16x8_u(Pixels.green(yl, bl, rl), Pixels.green(yh, bh, rh)),
      i8x16.narrow_i16x8_u(Pixels.blue(yl, bl), Pixels.blue(yh, bh)),
      out,
    );
    out += 48;
  }
}

/** See scalar.ts. */
export function interleave(a: usize, b: usize, c: usize, width: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>width; i += 16) {
    Pixels.store(v128.load(a + i), v128.load(b + i), v128.load(c + i), out);
    out += 48;
  }
}
