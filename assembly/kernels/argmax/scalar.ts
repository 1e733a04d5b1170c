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

/** Index of the greatest of `n` f32, each `step` bytes behind the one before; 0 when there is none. */
function argmaxBySteps(at: usize, n: i32, step: usize): i32 {
  let best = <f32>-Infinity;
  let index = 0;
  for (let i = 0; i < n; i++, at += step) {
    const x = load<f32>(at);
    if (x > best) {
      best = x;
      index = i;
    }
  }
  return index;
}

/** The same of bytes: u8, or i8 when `flip` is 0x80, which turns them into u8 of the same order. */
function argmaxOfBytesBySteps(at: usize, n: i32, step: usize, flip: i32): i32 {
  let best = -1;
  let index = 0;
  for (let i = 0; i < n; i++, at += step) {
    const x = <i32>load<u8>(at) ^ flip;
    if (x > best) {
      best = x;
      index = i;
    }
  }
  return index;
}

/** Index of the greatest of `n` f32; 0 when there is none. */
export function argmax(scores: usize, n: i32): i32 {
  return argmaxBySteps(scores, n, 4);
}

/** Planes f32[classes][stride], of which the first `pixels` of each are looked at -> map[pixels]. */
export function argmaxPlanes(
  src: usize,
  classes: i32,
  stride: i32,
  pixels: i32,
  wide: bool,
  map: usize,
): void {
  for (let pixel: usize = 0; pixel < <usize>pixels; pixel++, src += 4) {
    storeClass(map, pixel, wide, argmaxBySteps(src, classes, (<usize>stride) << 2));
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
  for (let pixel: usize = 0; pixel < <usize>pixels; pixel++, src++) {
    storeClass(map, pixel, wide, argmaxOfBytesBySteps(src, classes, stride, signed ? 0x80 : 0));
  }
}

/** Rows f32[pixels][classes] -> map[pixels]. */
export function argmaxRows(src: usize, pixels: i32, classes: i32, wide: bool, map: usize): void {
  for (let pixel: usize = 0; pixel < <usize>pixels; pixel++, src += (<usize>classes) << 2) {
    storeClass(map, pixel, wide, argmaxBySteps(src, classes, 4));
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
    storeClass(map, pixel, wide, argmaxOfBytesBySteps(src, classes, 1, signed ? 0x80 : 0));
  }
}
