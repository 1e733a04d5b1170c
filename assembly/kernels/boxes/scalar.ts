/**
 * Boxes f32[n][4] from one form to another, plain form: the reference of simd.ts. dst may be src.
 *
 *   xyxy    left, top, right, bottom
 *   xywh    left, top, width, height
 *   cxcywh  centre x, centre y, width, height
 */

import { expF32 } from '../softmax/math';

/** Sizes in decodePriors saturate at e^88 times the prior's. */
const GREATEST_EXPONENT: f32 = 88;

function storeBox(dst: usize, a: f32, b: f32, c: f32, d: f32): void {
  store<f32>(dst, a);
  store<f32>(dst, b, 4);
  store<f32>(dst, c, 8);
  store<f32>(dst, d, 12);
}

/** xywh -> xyxy. */
export function xywhToXyxy(src: usize, n: i32, dst: usize): void {
  for (; n > 0; n--, src += 16, dst += 16) {
    const x = load<f32>(src);
    const y = load<f32>(src, 4);
    storeBox(dst, x, y, x + load<f32>(src, 8), y + load<f32>(src, 12));
  }
}

/** xyxy -> xywh. */
export function xyxyToXywh(src: usize, n: i32, dst: usize): void {
  for (; n > 0; n--, src += 16, dst += 16) {
    const x = load<f32>(src);
    const y = load<f32>(src, 4);
    storeBox(dst, x, y, load<f32>(src, 8) - x, load<f32>(src, 12) - y);
  }
}

/** cxcywh -> xyxy: c - size / 2, c + size / 2. */
export function cxcywhToXyxy(src: usize, n: i32, dst: usize): void {
  for (; n > 0; n--, src += 16, dst += 16) {
    const x = load<f32>(src);
    const y = load<f32>(src, 4);
    const w = load<f32>(src, 8) * 0.5;
    const h = load<f32>(src, 12) * 0.5;
    storeBox(dst, x - w, y - h, x + w, y + h);
  }
}

/** xyxy -> cxcywh: (x1 + x2) / 2, x2 - x1. */
export function xyxyToCxcywh(src: usize, n: i32, dst: usize): void {
  for (; n > 0; n--, src += 16, dst += 16) {
    const x1 = load<f32>(src);
    const y1 = load<f32>(src, 4);
    const x2 = load<f32>(src, 8);
    const y2 = load<f32>(src, 12);
    storeBox(dst, (x1 + x2) * 0.5, (y1 + y2) * 0.5, x2 - x1, y2 - y1);
  }
}

/** (value - origin) * scale, inside 0..limit; NaN stays NaN. */
function onPicture(value: f32, origin: f32, scale: f32, limit: f32): f32 {
  const x = (value - origin) * scale;
  return x < 0 ? 0 : x > limit ? limit : x;
}

/**
 * xyxy in pixels of a graph's input -> xyxy in pixels of the picture, clipped to it: (x - left) * scaleX.
 *
 * @param left, top where the picture's corner lies in the input: the margin of a letterbox, or below 0 what a crop
 *   took away
 * @param scaleX, scaleY pixels of the picture for one of the input: width of the picture / its width when resized
 *   (Ultralytics divides by one gain for both: give its reciprocal)
 */
export function boxesToPicture(
  src: usize,
  n: i32,
  left: f32,
  top: f32,
  scaleX: f32,
  scaleY: f32,
  width: f32,
  height: f32,
  dst: usize,
): void {
  for (n <<= 1; n > 0; n--, src += 8, dst += 8) {
    store<f32>(dst, onPicture(load<f32>(src), left, scaleX, width));
    store<f32>(dst, onPicture(load<f32>(src, 4), top, scaleY, height), 4);
  }
}

/** e^x for any x: saturates at e^88, NaN stays NaN. */
function growth(x: f32): f32 {
  return x == x ? expF32(x < GREATEST_EXPONENT ? x : GREATEST_EXPONENT) : x;
}

/**
 * SSD: offsets f32[n][4] from priors f32[n][4] -> xyxy in the priors' unit,
 *
 *   centre = offset / centerScale * size of the prior + centre of the prior
 *   size   = exp(offset / sizeScale) * size of the prior
 *
 * in f32: TFLite_Detection_PostProcess with its scales 10, 10, 5, 5 (`yFirst`: y, x, h, w), and the priors of UltraFace
 * with variances 0.1 and 0.2, whose reciprocals 10 and 5 are (`yFirst` false: x, y, w, h), within 1e-6 of the size.
 */
export function decodePriors(
  offsets: usize,
  priors: usize,
  n: i32,
  yFirst: bool,
  centerScale: f32,
  sizeScale: f32,
  dst: usize,
): void {
  const x: usize = yFirst ? 4 : 0;
  const y: usize = 4 - x;
  for (; n > 0; n--, offsets += 16, priors += 16, dst += 16) {
    const width = load<f32>(priors + x, 8);
    const height = load<f32>(priors + y, 8);
    const cx = (load<f32>(offsets + x) / centerScale) * width + load<f32>(priors + x);
    const cy = (load<f32>(offsets + y) / centerScale) * height + load<f32>(priors + y);
    const w = growth(load<f32>(offsets + x, 8) / sizeScale) * width * 0.5;
    const h = growth(load<f32>(offsets + y, 8) / sizeScale) * height * 0.5;
    storeBox(dst, cx - w, cy - h, cx + w, cy + h);
  }
}
