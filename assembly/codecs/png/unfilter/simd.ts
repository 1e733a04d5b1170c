/**
 * Undoes the row filters (PNG 9.2) with vectors: Up 16 bytes at a time; Sub, Average and Paeth a pixel of 1 to 8 bytes
 * at a time, all channels at once.
 */

/**
 * Writes the unfiltered row to `dst`; parameters and bounds as in scalar.ts.
 *
 * Pixels are loaded and stored as 8 bytes. Those beyond the pixel belong to the next ones, which are written
 * afterwards; the last pixels read and write up to 7 of the 16 spare bytes.
 */
export function unfilterRow(
  filter: i32,
  src: usize,
  prev: usize,
  dst: usize,
  length: usize,
  bpp: usize,
): void {
  if (filter == 2) {
    up(src, prev, dst, length);
  } else if (filter == 0) {
    memory.copy(dst, src, length);
  } else if (filter == 1) {
    sub(src, dst, length, bpp);
  } else if (filter == 3) {
    average(src, prev, dst, length, bpp);
  } else {
    paeth(src, prev, dst, length, bpp);
  }
}

/** The last vector reads and writes up to 15 of the 16 spare bytes. */
function up(src: usize, prev: usize, dst: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += 16) {
    v128.store(dst + i, i8x16.add(v128.load(src + i), v128.load(prev + i)));
  }
}

function sub(src: usize, dst: usize, length: usize, bpp: usize): void {
  const end = dst + length;
  let a = i8x16.splat(0);
  while (dst < end) {
    a = i8x16.add(a, v128.load64_zero(src));
    v128.store_lane<u64>(dst, a, 0);
    src += bpp;
    dst += bpp;
  }
}

/** avgr rounds up, PNG rounds down: less the bit that was rounded, (a ^ b) & 1. */
function average(src: usize, prev: usize, dst: usize, length: usize, bpp: usize): void {
  const end = dst + length;
  const one = i8x16.splat(1);
  let a = i8x16.splat(0);
  while (dst < end) {
    const b = v128.load64_zero(prev);
    const mean = i8x16.sub(i8x16.avgr_u(a, b), v128.and(v128.xor(a, b), one));
    a = i8x16.add(mean, v128.load64_zero(src));
    v128.store_lane<u64>(dst, a, 0);
    src += bpp;
    prev += bpp;
    dst += bpp;
  }
}

/**
 * In 16-bit lanes: pa = |b - c|, pb = |a - c|, pc = |(b - c) + (a - c)|; the smallest chooses a, b or c, in that
 * order when equal.
 */
function paeth(src: usize, prev: usize, dst: usize, length: usize, bpp: usize): void {
  const end = dst + length;
  const low = i16x8.splat(0xff);
  let a = i16x8.splat(0);
  let c = i16x8.splat(0);
  while (dst < end) {
    const x = i16x8.extend_low_i8x16_u(v128.load64_zero(src));
    const b = i16x8.extend_low_i8x16_u(v128.load64_zero(prev));
    const bc = i16x8.sub(b, c);
    const ac = i16x8.sub(a, c);
    const pa = i16x8.abs(bc);
    const pb = i16x8.abs(ac);
    const pc = i16x8.abs(i16x8.add(bc, ac));
    const least = i16x8.min_s(pc, i16x8.min_s(pa, pb));
    const bOrC = v128.bitselect(b, c, i16x8.eq(pb, least));
    const predicted = v128.bitselect(a, bOrC, i16x8.eq(pa, least));
    a = v128.and(i16x8.add(x, predicted), low);
    v128.store_lane<u64>(dst, i8x16.narrow_i16x8_u(a, a), 0);
    c = b;
    src += bpp;
    prev += bpp;
    dst += bpp;
  }
}
