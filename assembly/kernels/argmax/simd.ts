/** Arg-max in SIMD; shapes and rules are documented in scalar.ts. */

import {
  argmax as argmaxPlain,
  argmaxPlanes as argmaxPlanesPlain,
  argmaxPlanesOfBytes as argmaxPlanesOfBytesPlain,
  argmaxRows as argmaxRowsPlain,
  storeClass,
} from './scalar';

/**
 * See scalar.ts. Eight pixels a step in registers; the last step goes back to where a whole one fits, and writes
 * some pixels again.
 */
export function argmaxPlanes(
  src: usize,
  classes: i32,
  stride: i32,
  pixels: i32,
  wide: bool,
  map: usize,
): void {
  if (pixels < 8) {
    argmaxPlanesPlain(src, classes, stride, pixels, wide, map);
    return;
  }
  const plane = (<usize>stride) << 2;
  const last = <usize>pixels - 8;
  // pixel <= last: 8 pixels of each plane and of the map are inside them.
  for (let pixel: usize = 0; ; pixel = min(pixel + 8, last)) {
    let at = src + (pixel << 2);
    let a = f32x4.splat(<f32>-Infinity);
    let b = a;
    let indexA = i32x4.splat(0);
    let indexB = indexA;
    for (let k = 0; k < classes; k++, at += plane) {
      const index = i32x4.splat(k);
      const x = v128.load(at);
      const y = v128.load(at, 16);
      indexA = v128.bitselect(index, indexA, f32x4.gt(x, a));
      indexB = v128.bitselect(index, indexB, f32x4.gt(y, b));
      // pmax(best, x) = best < x ? x : best: the comparison above.
      a = f32x4.pmax(a, x);
      b = f32x4.pmax(b, y);
    }
    const words = i16x8.narrow_i32x4_u(indexA, indexB);
    if (wide) v128.store(map + (pixel << 1), words);
    else v128.store64_lane(map + pixel, i8x16.narrow_i16x8_u(words, words), 0);
    if (pixel == last) return;
  }
}

/** See scalar.ts. Sixteen pixels a step as in {@link argmaxPlanes}; more than 256 classes of bytes are not worth code. */
export function argmaxPlanesOfBytes(
  src: usize,
  signed: bool,
  classes: i32,
  stride: i32,
  pixels: i32,
  wide: bool,
  map: usize,
): void {
  if (pixels < 16 || wide) {
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
    let index = i8x16.splat(0);
    for (let k = 0; k < classes; k++, at += <usize>stride) {
      const x = v128.xor(v128.load(at), flip);
      index = v128.bitselect(i8x16.splat(<i8>k), index, i8x16.gt_s(x, most));
      most = i8x16.max_s(most, x);
    }
    v128.store(map + pixel, index);
    if (pixel == last) return;
  }
}

/** See scalar.ts. Four scores a step; the last vector goes back to where a whole one fits. */
export function argmax(scores: usize, n: i32): i32 {
  if (n < 4) return argmaxPlain(scores, n);
  let best = f32x4.splat(<f32>-Infinity);
  let index = i32x4(0, 1, 2, 3);
  const last = n - 4;
  for (let i = 0; ; i = min(i + 4, last)) {
    // i <= last: four scores are inside. Looking at a score again changes nothing, as only a greater one wins.
    const x = v128.load(scores + ((<usize>i) << 2));
    index = v128.bitselect(i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3)), index, f32x4.gt(x, best));
    best = f32x4.pmax(best, x);
    if (i == last) break;
  }
  let most = f32x4.pmax(best, v128.shuffle<i32>(best, best, 2, 3, 0, 1));
  most = f32x4.pmax(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
  // The lowest index of the lanes that hold the greatest score; of all, where nothing is above -infinity.
  index = v128.or(index, f32x4.ne(best, most));
  index = i32x4.min_u(index, v128.shuffle<i32>(index, index, 2, 3, 0, 1));
  index = i32x4.min_u(index, v128.shuffle<i32>(index, index, 1, 0, 3, 2));
  return i32x4.extract_lane(index, 0);
}

/**
 * See scalar.ts. Four pixels a step, a lane each; the last step goes back to where a whole one fits, and writes some
 * pixels again.
 */
export function argmaxRows(src: usize, pixels: i32, classes: i32, wide: bool, map: usize): void {
  if (pixels < 4) {
    argmaxRowsPlain(src, pixels, classes, wide, map);
    return;
  }
  const row = (<usize>classes) << 2;
  const last = <usize>pixels - 4;
  // pixel <= last: four rows are inside, and so is each class k < classes of them.
  for (let pixel: usize = 0; ; pixel = min(pixel + 4, last)) {
    let at = src + pixel * row;
    let best = f32x4.splat(<f32>-Infinity);
    let index = i32x4.splat(0);
    for (let k = 0; k < classes; k++, at += 4) {
      let x = v128.load32_zero(at);
      x = v128.load32_lane(at + row, x, 1);
      x = v128.load32_lane(at + 2 * row, x, 2);
      x = v128.load32_lane(at + 3 * row, x, 3);
      index = v128.bitselect(i32x4.splat(k), index, f32x4.gt(x, best));
      best = f32x4.pmax(best, x);
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
