/**
 * Where the greatest of the classes is, plain form: the reference of simd.ts, which may read GUARD bytes behind src.
 *
 * Of equal values the lowest class wins (-0 equals 0). NaN counts as -infinity; where nothing is above -infinity the
 * class is 0. A map holds u8 (`wide` false, at most 256 classes) or u16 (`wide`, at most 65536 classes).
 */

/** Writes the class of a pixel. */
export function storeClass(map: usize, pixel: usize, wide: bool, index: i32): void {
  if (wide) store<u16>(map + (pixel << 1), index);
  else store<u8>(map + pixel, index);
}

/** Index of the greatest of `n` f32; 0 when there is none. */
export function argmax(scores: usize, n: i32): i32 {
  let best = <f32>-Infinity;
  let index = 0;
  for (let i = 0; i < n; i++) {
    const x = load<f32>(scores + ((<usize>i) << 2));
    if (x > best) {
      best = x;
      index = i;
    }
  }
  return index;
}

/** Index of the greatest of `n` bytes, u8 (`flip` 0) or i8 (`flip` 0x80: what turns them into u8 of the same order). */
function argmaxOfBytes(values: usize, n: i32, flip: i32): i32 {
  let best = -1;
  let index = 0;
  for (let i = 0; i < n; i++) {
    const x = <i32>load<u8>(values + i) ^ flip;
    if (x > best) {
      best = x;
      index = i;
    }
  }
  return index;
}

/**
 * Planes f32[classes][stride], of which the first `pixels` of each are looked at -> map[pixels].
 *
 * @param best f32[pixels], filled with the greatest values; 0 when they are not wanted
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
  for (let pixel: usize = 0; pixel < <usize>pixels; pixel++) {
    let most = <f32>-Infinity;
    let index = 0;
    let at = src + (pixel << 2);
    for (let c = 0; c < classes; c++, at += (<usize>stride) << 2) {
      const x = load<f32>(at);
      if (x > most) {
        most = x;
        index = c;
      }
    }
    storeClass(map, pixel, wide, index);
    if (best != 0) store<f32>(best + (pixel << 2), most);
  }
}

/** Planes u8[classes][stride] (`signed` false) or i8[classes][stride] -> map[pixels]; see {@link argmaxPlanes}. */
export function argmaxPlanesOfBytes(
  src: usize,
  signed: bool,
  classes: i32,
  stride: i32,
  pixels: i32,
  wide: bool,
  map: usize,
): void {
  const flip = signed ? 0x80 : 0;
  for (let pixel: usize = 0; pixel < <usize>pixels; pixel++) {
    let most = -1;
    let index = 0;
    let at = src + pixel;
    for (let c = 0; c < classes; c++, at += <usize>stride) {
      const x = <i32>load<u8>(at) ^ flip;
      if (x > most) {
        most = x;
        index = c;
      }
    }
    storeClass(map, pixel, wide, index);
  }
}

/** Rows f32[pixels][classes] -> map[pixels]. */
export function argmaxRows(src: usize, pixels: i32, classes: i32, wide: bool, map: usize): void {
  for (let pixel: usize = 0; pixel < <usize>pixels; pixel++, src += (<usize>classes) << 2) {
    storeClass(map, pixel, wide, argmax(src, classes));
  }
}

/** Rows u8[pixels][classes] (`signed` false) or i8[pixels][classes] -> map[pixels]. */
export function argmaxRowsOfBytes(
  src: usize,
  signed: bool,
  pixels: i32,
  classes: i32,
  wide: bool,
  map: usize,
): void {
  for (let pixel: usize = 0; pixel < <usize>pixels; pixel++, src += <usize>classes) {
    storeClass(map, pixel, wide, argmaxOfBytes(src, classes, signed ? 0x80 : 0));
  }
}
