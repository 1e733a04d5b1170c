/**
 * Colour kernels in SIMD; shapes, ranges and sources are documented in scalar.ts. Loops stop where a whole vector
 * would be written behind the row; scalar.ts does the rest. Loads stay within the row and its GUARD bytes.
 */

import {
  bgraToRgba as bgraToRgbaPlain,
  grayAlphaDrop as grayAlphaDropPlain,
  grayAlphaOver as grayAlphaOverPlain,
  grayToRgb as grayToRgbPlain,
  rgbToBgr as rgbToBgrPlain,
  rgbToGray as rgbToGrayPlain,
  rgbaDrop as rgbaDropPlain,
  rgbaOver as rgbaOverPlain,
} from './scalar';

/** See scalar.ts. Five pixels a turn; byte 15 is the next pixel's first and keeps its value. */
export function rgbToBgr(src: usize, dst: usize, width: i32): void {
  // 6 pixels = 18 bytes remain: the 16 that are loaded and stored are inside both rows.
  for (; width >= 6; width -= 5, src += 15, dst += 15) {
    const swapped = i8x16.swizzle(
      v128.load(src),
      i8x16(2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, 14, 13, 12, 15),
    );
    v128.store(dst, swapped);
  }
  rgbToBgrPlain(src, dst, width);
}

/** See scalar.ts. */
export function bgraToRgba(src: usize, dst: usize, width: i32): void {
  for (; width >= 4; width -= 4, src += 16, dst += 16) {
    const order = i8x16(2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15);
    v128.store(dst, i8x16.swizzle(v128.load(src), order));
  }
  bgraToRgbaPlain(src, dst, width);
}

class Gray {
  /** Luma of the four pixels in bytes 0..11: 38470 does not fit in 16 bits, so G counts twice with 19235. */
  @inline static four(pixels: v128): v128 {
    const rg = i8x16.swizzle(
      pixels,
      i8x16(0, -128, 1, -128, 3, -128, 4, -128, 6, -128, 7, -128, 9, -128, 10, -128),
    );
    const gb = i8x16.swizzle(
      pixels,
      i8x16(1, -128, 2, -128, 4, -128, 5, -128, 7, -128, 8, -128, 10, -128, 11, -128),
    );
    const sum = i32x4.add(
      i32x4.dot_i16x8_s(rg, i32x4.splat((19235 << 16) | 19595)),
      i32x4.dot_i16x8_s(gb, i32x4.splat((7471 << 16) | 19235)),
    );
    return i32x4.shr_u(i32x4.add(sum, i32x4.splat(32768)), 16);
  }
}

/** See scalar.ts. */
export function rgbToGray(src: usize, dst: usize, width: i32): void {
  // 8 pixels = 24 bytes: the second load reads bytes 12..27, at most 4 behind the row.
  for (; width >= 8; width -= 8, src += 24, dst += 8) {
    const words = i16x8.narrow_i32x4_u(Gray.four(v128.load(src)), Gray.four(v128.load(src, 12)));
    v128.store64_lane(dst, i8x16.narrow_i16x8_u(words, words), 0);
  }
  rgbToGrayPlain(src, dst, width);
}

/** See scalar.ts. */
export function grayToRgb(src: usize, dst: usize, width: i32): void {
  for (; width >= 16; width -= 16, src += 16, dst += 48) {
    const g = v128.load(src);
    v128.store(dst, i8x16.swizzle(g, i8x16(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5)));
    v128.store(dst, i8x16.swizzle(g, i8x16(5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10)), 16);
    v128.store(
      dst,
      i8x16.swizzle(g, i8x16(10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15)),
      32,
    );
  }
  grayToRgbPlain(src, dst, width);
}

/** See scalar.ts. */
export function rgbaDrop(src: usize, dst: usize, width: i32): void {
  // 6 pixels = 18 bytes of dst remain: the 16 stored are inside. In place: bytes 12..15 were loaded before, and
  // the next load begins at 16.
  for (; width >= 6; width -= 4, src += 16, dst += 12) {
    v128.store(
      dst,
      i8x16.swizzle(v128.load(src), i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15)),
    );
  }
  rgbaDropPlain(src, dst, width);
}

/** See scalar.ts. */
export function grayAlphaDrop(src: usize, dst: usize, width: i32): void {
  const mask = i16x8.splat(255);
  for (; width >= 16; width -= 16, src += 32, dst += 16) {
    v128.store(dst, i8x16.narrow_i16x8_u(v128.and(v128.load(src), mask), v128.and(v128.load(src, 16), mask)));
  }
  grayAlphaDropPlain(src, dst, width);
}

class Blend {
  /** round((value * alpha + background * (255 - alpha)) / 255) of 8 lanes; every step fits in 16 unsigned bits. */
  @inline static lanes(value: v128, alpha: v128, background: v128): v128 {
    const rest = i16x8.sub(i16x8.splat(255), alpha);
    const sum = i16x8.add(i16x8.mul(value, alpha), i16x8.mul(background, rest));
    const t = i16x8.add(sum, i16x8.splat(128));
    return i16x8.shr_u(i16x8.add(t, i16x8.shr_u(t, 8)), 8);
  }
}

/** See scalar.ts. */
export function rgbaOver(src: usize, dst: usize, width: i32, background: i32): void {
  const under = i16x8.splat(<i16>background);
  // As rgbaDrop.
  for (; width >= 6; width -= 4, src += 16, dst += 12) {
    const pixels = v128.load(src);
    const left = Blend.lanes(
      i16x8.extend_low_i8x16_u(pixels),
      i8x16.swizzle(pixels, i8x16(3, -128, 3, -128, 3, -128, 3, -128, 7, -128, 7, -128, 7, -128, 7, -128)),
      under,
    );
    const right = Blend.lanes(
      i16x8.extend_high_i8x16_u(pixels),
      i8x16.swizzle(
        pixels,
        i8x16(11, -128, 11, -128, 11, -128, 11, -128, 15, -128, 15, -128, 15, -128, 15, -128),
      ),
      under,
    );
    const bytes = i8x16.narrow_i16x8_u(left, right);
    v128.store(dst, i8x16.swizzle(bytes, i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15)));
  }
  rgbaOverPlain(src, dst, width, background);
}

/** See scalar.ts. */
export function grayAlphaOver(src: usize, dst: usize, width: i32, background: i32): void {
  const under = i16x8.splat(<i16>background);
  const mask = i16x8.splat(255);
  for (; width >= 16; width -= 16, src += 32, dst += 16) {
    const a = v128.load(src);
    const b = v128.load(src, 16);
    const left = Blend.lanes(v128.and(a, mask), i16x8.shr_u(a, 8), under);
    const right = Blend.lanes(v128.and(b, mask), i16x8.shr_u(b, 8), under);
    v128.store(dst, i8x16.narrow_i16x8_u(left, right));
  }
  grayAlphaOverPlain(src, dst, width, background);
}
