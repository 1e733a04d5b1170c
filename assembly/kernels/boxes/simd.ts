/** Boxes from one form to another in SIMD, one box a vector; forms and rules are documented in scalar.ts. */

import { Lanes as Exponential } from '../softmax/simd';

class Lanes {
  /** Third and fourth field in front of first and second. */
  @inline static swapped(box: v128): v128 {
    return v128.shuffle<i32>(box, box, 2, 3, 0, 1);
  }

  /** First and second field of `a`, third and fourth of `b`. */
  @inline static joined(a: v128, b: v128): v128 {
    return v128.shuffle<i32>(a, b, 0, 1, 6, 7);
  }

  /** centre - half, centre + half; both in the first two lanes. */
  @inline static around(center: v128, half: v128): v128 {
    return v128.shuffle<i64>(f32x4.sub(center, half), f32x4.add(center, half), 0, 2);
  }
}

/** See scalar.ts. */
export function xywhToXyxy(src: usize, n: i32, dst: usize): void {
  for (; n > 0; n--, src += 16, dst += 16) {
    const box = v128.load(src);
    v128.store(dst, Lanes.joined(box, f32x4.add(box, Lanes.swapped(box))));
  }
}

/** See scalar.ts. */
export function xyxyToXywh(src: usize, n: i32, dst: usize): void {
  for (; n > 0; n--, src += 16, dst += 16) {
    const box = v128.load(src);
    v128.store(dst, Lanes.joined(box, f32x4.sub(box, Lanes.swapped(box))));
  }
}

/** See scalar.ts. */
export function cxcywhToXyxy(src: usize, n: i32, dst: usize): void {
  for (; n > 0; n--, src += 16, dst += 16) {
    const box = v128.load(src);
    v128.store(dst, Lanes.around(box, f32x4.mul(Lanes.swapped(box), f32x4.splat(0.5))));
  }
}

/** See scalar.ts. */
export function xyxyToCxcywh(src: usize, n: i32, dst: usize): void {
  for (; n > 0; n--, src += 16, dst += 16) {
    const box = v128.load(src);
    const swapped = Lanes.swapped(box);
    const center = f32x4.mul(f32x4.add(box, swapped), f32x4.splat(0.5));
    v128.store(dst, Lanes.joined(center, f32x4.sub(box, swapped)));
  }
}

/** See scalar.ts. */
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
  const origin = f32x4(left, top, left, top);
  const scale = f32x4(scaleX, scaleY, scaleX, scaleY);
  const limit = f32x4(width, height, width, height);
  const zero = f32x4.splat(0);
  for (; n > 0; n--, src += 16, dst += 16) {
    const x = f32x4.mul(f32x4.sub(v128.load(src), origin), scale);
    // pmax(x, 0) = x < 0 ? 0 : x and pmin(x, limit) = limit < x ? limit : x keep a NaN of their first operand.
    v128.store(dst, f32x4.pmin(f32x4.pmax(x, zero), limit));
  }
}

/** See scalar.ts. */
export function decodePriors(
  offsets: usize,
  priors: usize,
  n: i32,
  yFirst: bool,
  centerScale: f32,
  sizeScale: f32,
  dst: usize,
): void {
  const scale = f32x4(centerScale, centerScale, sizeScale, sizeScale);
  const greatest = f32x4.splat(88);
  for (; n > 0; n--, offsets += 16, priors += 16, dst += 16) {
    let offset = f32x4.div(v128.load(offsets), scale);
    let prior = v128.load(priors);
    if (yFirst) {
      offset = v128.shuffle<i32>(offset, offset, 1, 0, 3, 2);
      prior = v128.shuffle<i32>(prior, prior, 1, 0, 3, 2);
    }
    const size = Lanes.swapped(prior);
    const center = f32x4.add(f32x4.mul(offset, size), prior);
    const x = Lanes.swapped(offset);
    // pmin(greatest, x) = x < greatest ? x : greatest.
    const growth = v128.bitselect(Exponential.expCall(f32x4.pmin(greatest, x)), x, f32x4.eq(x, x));
    const half = f32x4.mul(f32x4.mul(growth, size), f32x4.splat(0.5));
    v128.store(dst, Lanes.around(center, half));
  }
}
