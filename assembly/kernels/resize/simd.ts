/**
 * Row kernels of the profile `pillow` in SIMD; shapes and comments on arguments are in scalar.ts.
 *
 * A coefficient has up to 24 bits, a dot product takes 16: c = high * 2^15 + low with 0 <= low < 2^15, and
 * sum(p c) = sum(p low) + (sum(p high) << 15) modulo 2^32, which is the sum that Pillow's int32 holds. Packed tables
 * have, for each pair of taps (0, 1), (2, 3), ..., one i32 of both lows and one of both highs, in the place of the
 * pair's two coefficients: 4 taps are 16 bytes | l0 l1 | h0 h1 | l2 l3 | h2 h3 |.
 */

import { BOUND_BYTES, COEFFICIENT_BITS, COEFFICIENT_HALF } from './coefficients';
import { pairsOf } from './lanes';

export { ROW_SLACK } from './scalar';

const LOW_BITS: i32 = 15;

/** See scalar.ts. */
export function packTable(table: usize, count: i32, taps: i32): void {
  // taps is a multiple of 4: the table is whole pairs.
  for (let at = table, end = table + ((<usize>count * <usize>taps) << 2); at < end; at += 8) {
    const first = load<i32>(at);
    const second = load<i32>(at, 4);
    store<u16>(at, first & 0x7fff);
    store<u16>(at, second & 0x7fff, 2);
    store<u16>(at, first >> LOW_BITS, 4);
    store<u16>(at, second >> LOW_BITS, 6);
  }
}

class Pixel {
  /** The sums of low and high parts, rounded and shifted to samples (not yet clipped). */
  @inline static finish(low: v128, high: v128): v128 {
    return i32x4.shr_s(i32x4.add(low, i32x4.shl(high, LOW_BITS)), COEFFICIENT_BITS);
  }

  /** The four bounds-checked sums as bytes: four pixels of 4 lanes each. */
  @inline static pack(a: v128, b: v128, c: v128, d: v128): v128 {
    return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
  }

  /** One output pixel of 3 channels: lanes R G B 0. */
  @inline static rgb(src: usize, bound: usize, row: usize): v128 {
    let from = src + <usize>(load<i32>(bound) * 3);
    let low = i32x4.splat(COEFFICIENT_HALF);
    let high = i32x4.splat(0);
    // A block of 4 taps begins inside the source row: at most 13 bytes behind the row are read; the table has
    // zeros up to a multiple of 4 taps.
    for (const end = row + ((<usize>load<i32>(bound, 4) + 3) & ~3) * 4; row < end; row += 16, from += 12) {
      const pixels = v128.load(from);
      const first = i8x16.swizzle(
        pixels,
        i8x16(0, -128, 3, -128, 1, -128, 4, -128, 2, -128, 5, -128, -128, -128, -128, -128),
      );
      const second = i8x16.swizzle(
        pixels,
        i8x16(6, -128, 9, -128, 7, -128, 10, -128, 8, -128, 11, -128, -128, -128, -128, -128),
      );
      low = i32x4.add(low, i32x4.dot_i16x8_s(first, v128.load32_splat(row)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(first, v128.load32_splat(row, 4)));
      low = i32x4.add(low, i32x4.dot_i16x8_s(second, v128.load32_splat(row, 8)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(second, v128.load32_splat(row, 12)));
    }
    return Pixel.finish(low, high);
  }

  /** One output pixel of any number of channels; swizzles of {@link pairsOf}. */
  @inline static any(src: usize, channels: i32, bound: usize, row: usize, left: v128, right: v128): v128 {
    let from = src + <usize>(load<i32>(bound) * channels);
    let low = i32x4.splat(COEFFICIENT_HALF);
    let high = i32x4.splat(0);
    const step = (<usize>channels) << 2;
    // As in rgb: at most 15 bytes behind the source row are read.
    for (const end = row + ((<usize>load<i32>(bound, 4) + 3) & ~3) * 4; row < end; row += 16, from += step) {
      const pixels = v128.load(from);
      const first = i8x16.swizzle(pixels, left);
      const second = i8x16.swizzle(pixels, right);
      low = i32x4.add(low, i32x4.dot_i16x8_s(first, v128.load32_splat(row)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(first, v128.load32_splat(row, 4)));
      low = i32x4.add(low, i32x4.dot_i16x8_s(second, v128.load32_splat(row, 8)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(second, v128.load32_splat(row, 12)));
    }
    return Pixel.finish(low, high);
  }

  /** Sums of one gray output pixel: lanes low, high, low, high. */
  @inline static gray(src: usize, bound: usize, row: usize): v128 {
    let from = src + <usize>load<i32>(bound);
    let sum = i32x4.splat(0);
    // As in rgb: at most 3 bytes behind the source row are read.
    for (const end = row + ((<usize>load<i32>(bound, 4) + 3) & ~3) * 4; row < end; row += 16, from += 4) {
      const pixels = i8x16.swizzle(
        v128.load32_zero(from),
        i8x16(0, -128, 1, -128, 0, -128, 1, -128, 2, -128, 3, -128, 2, -128, 3, -128),
      );
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(pixels, v128.load(row)));
    }
    return sum;
  }

  /** Four gray sums to four samples, one a lane. */
  @inline static grays(a: v128, b: v128, c: v128, d: v128): v128 {
    const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 1, 4, 5), v128.shuffle<i32>(a, b, 2, 3, 6, 7));
    const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 1, 4, 5), v128.shuffle<i32>(c, d, 2, 3, 6, 7));
    const low = i32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), i32x4.splat(COEFFICIENT_HALF));
    return Pixel.finish(low, v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
  }
}

/** Any number of channels, pixel by pixel: four lanes each, the surplus overwritten by the next or in the slack. */
function anyRow(
  src: usize,
  dst: usize,
  channels: i32,
  count: i32,
  bound: usize,
  row: usize,
  step: usize,
): void {
  const left = pairsOf(channels, 0);
  const right = pairsOf(channels, 2);
  for (; count > 0; count--, dst += channels, bound += BOUND_BYTES, row += step) {
    const a = Pixel.any(src, channels, bound, row, left, right);
    v128.store32_lane(dst, Pixel.pack(a, a, a, a), 0);
  }
}

function rgbRow(src: usize, dst: usize, count: i32, bound: usize, row: usize, step: usize): void {
  for (; count >= 4; count -= 4, dst += 12) {
    const a = Pixel.rgb(src, bound, row);
    const b = Pixel.rgb(src, bound + 8, row + step);
    const c = Pixel.rgb(src, bound + 16, row + step * 2);
    const d = Pixel.rgb(src, bound + 24, row + step * 3);
    // 12 bytes count, 16 are written: the next pixels or ROW_SLACK.
    v128.store(
      dst,
      i8x16.swizzle(
        Pixel.pack(a, b, c, d),
        i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -128, -128, -128, -128),
      ),
    );
    bound += 4 * BOUND_BYTES;
    row += step * 4;
  }
  anyRow(src, dst, 3, count, bound, row, step);
}

function grayRow(src: usize, dst: usize, count: i32, bound: usize, row: usize, step: usize): void {
  for (; count >= 4; count -= 4, dst += 4) {
    const a = Pixel.gray(src, bound, row);
    const b = Pixel.gray(src, bound + 8, row + step);
    const c = Pixel.gray(src, bound + 16, row + step * 2);
    const d = Pixel.gray(src, bound + 24, row + step * 3);
    const sums = Pixel.grays(a, b, c, d);
    v128.store32_lane(dst, Pixel.pack(sums, sums, sums, sums), 0);
    bound += 4 * BOUND_BYTES;
    row += step * 4;
  }
  anyRow(src, dst, 1, count, bound, row, step);
}

/** See scalar.ts. */
export function horizontalRow(
  src: usize,
  dst: usize,
  channels: i32,
  count: i32,
  bounds: usize,
  table: usize,
  taps: i32,
): void {
  const step = (<usize>taps) << 2;
  if (channels == 3) rgbRow(src, dst, count, bounds, table, step);
  else if (channels == 1) grayRow(src, dst, count, bounds, table, step);
  else anyRow(src, dst, channels, count, bounds, table, step);
}

/** See scalar.ts. Sixteen bytes a turn; rows are taken in pairs, their bytes interleaved for the dot product. */
export function verticalRow(rows: usize, coefficients: usize, n: i32, dst: usize, bytes: i32): void {
  const end = coefficients + ((<usize>n + 1) >> 1) * 8;
  // x < bytes: at most 15 bytes behind a row are read, and behind dst written (GUARD, ROW_SLACK).
  for (let x: usize = 0; x < <usize>bytes; x += 16) {
    let low0 = i32x4.splat(COEFFICIENT_HALF);
    let low1 = low0;
    let low2 = low0;
    let low3 = low0;
    let high0 = i32x4.splat(0);
    let high1 = high0;
    let high2 = high0;
    let high3 = high0;
    for (let pair = coefficients, at = rows; pair < end; pair += 8, at += 8) {
      const even = v128.load(<usize>load<u32>(at) + x);
      const odd = v128.load(<usize>load<u32>(at, 4) + x);
      const lows = v128.load32_splat(pair);
      const highs = v128.load32_splat(pair, 4);
      // e0 o0 e1 o1 ... e7 o7 | e8 o8 ... e15 o15
      const left = i8x16.shuffle(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const right = i8x16.shuffle(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const p0 = i16x8.extend_low_i8x16_u(left);
      const p1 = i16x8.extend_high_i8x16_u(left);
      const p2 = i16x8.extend_low_i8x16_u(right);
      const p3 = i16x8.extend_high_i8x16_u(right);
      low0 = i32x4.add(low0, i32x4.dot_i16x8_s(p0, lows));
      low1 = i32x4.add(low1, i32x4.dot_i16x8_s(p1, lows));
      low2 = i32x4.add(low2, i32x4.dot_i16x8_s(p2, lows));
      low3 = i32x4.add(low3, i32x4.dot_i16x8_s(p3, lows));
      high0 = i32x4.add(high0, i32x4.dot_i16x8_s(p0, highs));
      high1 = i32x4.add(high1, i32x4.dot_i16x8_s(p1, highs));
      high2 = i32x4.add(high2, i32x4.dot_i16x8_s(p2, highs));
      high3 = i32x4.add(high3, i32x4.dot_i16x8_s(p3, highs));
    }
    const a = Pixel.finish(low0, high0);
    const b = Pixel.finish(low1, high1);
    const c = Pixel.finish(low2, high2);
    const d = Pixel.finish(low3, high3);
    v128.store(dst + x, Pixel.pack(a, b, c, d));
  }
}

/** See scalar.ts. Four bytes a pixel are moved at once: the surplus is overwritten by the next or lies in the slack. */
export function nearestRow(src: usize, dst: usize, channels: i32, count: i32, indices: usize): void {
  if (channels == 1) {
    for (let i = 0; i < count; i++, indices += 4)
      store<u8>(dst + i, load<u8>(src + <usize>load<i32>(indices)));
    return;
  }
  for (let i = 0; i < count; i++, indices += 4, dst += channels) {
    store<u32>(dst, load<u32>(src + <usize>(load<i32>(indices) * channels)));
  }
}
