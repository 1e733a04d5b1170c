/** Arg-max in SIMD; shapes and rules are documented in scalar.ts. */

import {
  argmaxPlanes as argmaxPlanesPlain,
  argmaxPlanesOfBytes as argmaxPlanesOfBytesPlain,
  argmaxRows as argmaxRowsPlain,
  storeClass,
} from './scalar';

class Lanes {
  /** The greatest lane of numbers, in every lane. */
  @inline static greatest(x: v128): v128 {
    const pairs = f32x4.pmax(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1));
    return f32x4.pmax(pairs, v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2));
  }

  /** The first lane with the greatest number. */
  @inline static first(x: v128): i32 {
    return ctz(i32x4.bitmask(f32x4.eq(x, Lanes.greatest(x))));
  }

  /** Stores sixteen classes below 65536, four vectors of them, as u8 or u16. */
  @inline static store(map: usize, pixel: usize, wide: bool, a: v128, b: v128, c: v128, d: v128): void {
    const low = i16x8.narrow_i32x4_u(a, b);
    const high = i16x8.narrow_i32x4_u(c, d);
    if (wide) {
      v128.store(map + (pixel << 1), low);
      v128.store(map + (pixel << 1), high, 16);
    } else v128.store(map + pixel, i8x16.narrow_i16x8_u(low, high));
  }
}

/**
 * See scalar.ts. Sixteen pixels a step in registers; the last step goes back to where a whole one fits, and writes
 * some pixels again.
 */
export function argmaxPlanes(
  src: usize,
  classes: i32,
  stride: i32,
  pixels: i32,
  wide: bool,
  map: usize,
  best: usize,
): void {
  if (pixels < 16) {
    argmaxPlanesPlain(src, classes, stride, pixels, wide, map, best);
    return;
  }
  const plane = (<usize>stride) << 2;
  const last = <usize>pixels - 16;
  // pixel <= last: 16 pixels of each plane, of the map and of best are inside them.
  for (let pixel: usize = 0; ; pixel = min(pixel + 16, last)) {
    let at = src + (pixel << 2);
    let a = f32x4.splat(<f32>-Infinity);
    let b = a;
    let c = a;
    let d = a;
    let ia = i32x4.splat(0);
    let ib = ia;
    let ic = ia;
    let id = ia;
    for (let k = 0; k < classes; k++, at += plane) {
      const index = i32x4.splat(k);
      const xa = v128.load(at);
      const xb = v128.load(at, 16);
      const xc = v128.load(at, 32);
      const xd = v128.load(at, 48);
      ia = v128.bitselect(index, ia, f32x4.gt(xa, a));
      ib = v128.bitselect(index, ib, f32x4.gt(xb, b));
      ic = v128.bitselect(index, ic, f32x4.gt(xc, c));
      id = v128.bitselect(index, id, f32x4.gt(xd, d));
      // pmax(best, x) = best < x ? x : best: the comparison above.
      a = f32x4.pmax(a, xa);
      b = f32x4.pmax(b, xb);
      c = f32x4.pmax(c, xc);
      d = f32x4.pmax(d, xd);
    }
    Lanes.store(map, pixel, wide, ia, ib, ic, id);
    if (best != 0) {
      const to = best + (pixel << 2);
      v128.store(to, a);
      v128.store(to, b, 16);
      v128.store(to, c, 32);
      v128.store(to, d, 48);
    }
    if (pixel == last) return;
  }
}

/** See scalar.ts. Sixteen pixels a step as in {@link argmaxPlanes}; low and high bytes of the class apart. */
export function argmaxPlanesOfBytes(
  src: usize,
  signed: bool,
  classes: i32,
  stride: i32,
  pixels: i32,
  wide: bool,
  map: usize,
): void {
  if (pixels < 16) {
    argmaxPlanesOfBytesPlain(src, signed, classes, stride, pixels, wide, map);
    return;
  }
  // Signed bytes are compared by one instruction, unsigned ones by three.
  const flip = i8x16.splat(signed ? 0 : <i8>0x80);
  const last = <usize>pixels - 16;
  // pixel <= last: 16 pixels of each plane and of the map are inside them.
  for (let pixel: usize = 0; ; pixel = min(pixel + 16, last)) {
    let at = src + pixel;
    let most = i8x16.splat(-128);
    let low = i8x16.splat(0);
    let high = low;
    for (let k = 0; k < classes; k++, at += <usize>stride) {
      const x = v128.xor(v128.load(at), flip);
      const greater = i8x16.gt_s(x, most);
      most = i8x16.max_s(most, x);
      low = v128.bitselect(i8x16.splat(<i8>k), low, greater);
      high = v128.bitselect(i8x16.splat(<i8>(k >> 8)), high, greater);
    }
    if (wide) {
      const to = map + (pixel << 1);
      v128.store(to, v128.shuffle<u8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      v128.store(
        to,
        v128.shuffle<u8>(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
        16,
      );
    } else v128.store(map + pixel, low);
    if (pixel == last) return;
  }
}

/** See scalar.ts: the greatest by lanes, then its first place. The last vector goes back to where a whole one fits. */
export function argmax(scores: usize, n: i32): i32 {
  const nothing = f32x4.splat(<f32>-Infinity);
  if (n < 4) {
    // GUARD bytes behind the scores are readable; lanes that are no scores cannot win.
    const x = v128.load(scores);
    return Lanes.first(
      f32x4.pmax(nothing, v128.bitselect(x, nothing, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n)))),
    );
  }
  let best = nothing;
  const last = scores + ((<usize>n - 4) << 2);
  // pmax(best, x) = best < x ? x : best: a NaN in x is never taken. at <= last: four scores are inside.
  for (let at = scores; ; at = min(at + 16, last)) {
    best = f32x4.pmax(best, v128.load(at));
    if (at == last) break;
  }
  best = Lanes.greatest(best);
  if (!v128.any_true(f32x4.gt(best, nothing))) return 0;
  let at = scores;
  let places = i32x4.bitmask(f32x4.eq(v128.load(at), best));
  // The greatest is one of the scores: this ends at `last` at the latest.
  while (places == 0) {
    at = min(at + 16, last);
    places = i32x4.bitmask(f32x4.eq(v128.load(at), best));
  }
  return <i32>((at - scores) >> 2) + ctz(places);
}

/**
 * See scalar.ts. Four pixels a step, whose classes are turned into lanes; the last step of each kind goes back to
 * where a whole one fits. Looking at a class again changes nothing, as only a greater value wins.
 */
export function argmaxRows(src: usize, pixels: i32, classes: i32, wide: bool, map: usize): void {
  const row = (<usize>classes) << 2;
  if (pixels < 4 || classes < 4) {
    argmaxRowsPlain(src, pixels, classes, wide, map);
    return;
  }
  const end = row - 16;
  const last = <usize>pixels - 4;
  // pixel <= last and at <= end: four classes of four rows are inside.
  for (let pixel: usize = 0; ; pixel = min(pixel + 4, last)) {
    const r0 = src + pixel * row;
    const r1 = r0 + row;
    const r2 = r1 + row;
    const r3 = r2 + row;
    let best = f32x4.splat(<f32>-Infinity);
    let index = i32x4.splat(0);
    for (let at: usize = 0; ; at = min(at + 16, end)) {
      const x0 = v128.load(r0 + at);
      const x1 = v128.load(r1 + at);
      const x2 = v128.load(r2 + at);
      const x3 = v128.load(r3 + at);
      const low01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
      const low23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
      const high01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
      const high23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
      const first = i32x4.splat(<i32>(at >> 2));
      let x = v128.shuffle<i64>(low01, low23, 0, 2);
      index = v128.bitselect(first, index, f32x4.gt(x, best));
      best = f32x4.pmax(best, x);
      x = v128.shuffle<i64>(low01, low23, 1, 3);
      index = v128.bitselect(i32x4.add(first, i32x4.splat(1)), index, f32x4.gt(x, best));
      best = f32x4.pmax(best, x);
      x = v128.shuffle<i64>(high01, high23, 0, 2);
      index = v128.bitselect(i32x4.add(first, i32x4.splat(2)), index, f32x4.gt(x, best));
      best = f32x4.pmax(best, x);
      x = v128.shuffle<i64>(high01, high23, 1, 3);
      index = v128.bitselect(i32x4.add(first, i32x4.splat(3)), index, f32x4.gt(x, best));
      best = f32x4.pmax(best, x);
      if (at == end) break;
    }
    const words = i16x8.narrow_i32x4_u(index, index);
    if (wide) v128.store64_lane(map + (pixel << 1), words, 0);
    else v128.store32_lane(map + pixel, i8x16.narrow_i16x8_u(words, words), 0);
    if (pixel == last) return;
  }
}

/**
 * Index of the greatest of `n` <= 256 bytes below the u16 (value << 8 | 255 - index), whose greatest is the greatest
 * value with the lowest index. `flip` makes the bytes u8. Eight bytes a step; the last goes back to where it fits.
 */
function greatestKey(values: usize, n: i32, flip: v128): i32 {
  const lanes = i16x8(255, 254, 253, 252, 251, 250, 249, 248);
  let keys = v128.or(i16x8.shl(v128.xor(v128.load_ext<u8>(values), flip), 8), lanes);
  if (n < 8) {
    // GUARD bytes behind the values are readable; lanes that are no values become 0, the least.
    keys = v128.and(keys, i16x8.gt_s(lanes, i16x8.splat(<i16>(<i32>255 - n))));
  } else {
    const end = n - 8;
    for (let at = 8; at < n; at += 8) {
      const from = min(at, end);
      // from <= n - 8: eight values are inside.
      const x = v128.xor(v128.load_ext<u8>(values + from), flip);
      const places = i16x8.sub(lanes, i16x8.splat(<i16>from));
      keys = i16x8.max_u(keys, v128.or(i16x8.shl(x, 8), places));
    }
  }
  keys = i16x8.max_u(keys, v128.shuffle<i32>(keys, keys, 2, 3, 0, 1));
  keys = i16x8.max_u(keys, v128.shuffle<i32>(keys, keys, 1, 0, 3, 2));
  keys = i16x8.max_u(keys, v128.shuffle<i16>(keys, keys, 1, 0, 3, 2, 5, 4, 7, 6));
  return i16x8.extract_lane_u(keys, 0);
}

/** See scalar.ts. 256 classes at a time. */
export function argmaxRowsOfBytes(
  src: usize,
  signed: bool,
  pixels: i32,
  classes: i32,
  wide: bool,
  map: usize,
): void {
  const flip = i16x8.splat(signed ? 0x80 : 0);
  for (let pixel: usize = 0; pixel < <usize>pixels; pixel++, src += <usize>classes) {
    let most = -1;
    let index = 0;
    for (let first = 0; first < classes; first += 256) {
      const key = greatestKey(src + first, min(classes - first, 256), flip);
      if (key >> 8 <= most) continue;
      most = key >> 8;
      index = first + 255 - (key & 255);
    }
    storeClass(map, pixel, wide, index);
  }
}
