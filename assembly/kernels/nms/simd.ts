/** Overlap of one box with many in SIMD: four boxes, a group, at a time; rules are documented in scalar.ts. */

import { Lanes as Exponential } from '../softmax/simd';
import { GROUP_BYTES } from './groups';

class Lanes {
  /**
   * IoU of one box, a field a vector, with the four of a group. pmin(a, b) = b < a ? b : a, pmax(a, b) = a < b ? b : a.
   */
  @inline static overlap(x1: v128, y1: v128, x2: v128, y2: v128, area: v128, group: usize): v128 {
    const zero = f32x4.splat(0);
    const w = f32x4.sub(f32x4.pmin(x2, v128.load(group, 32)), f32x4.pmax(x1, v128.load(group)));
    const h = f32x4.sub(f32x4.pmin(y2, v128.load(group, 48)), f32x4.pmax(y1, v128.load(group, 16)));
    const inside = f32x4.mul(f32x4.pmax(zero, w), f32x4.pmax(zero, h));
    return f32x4.div(inside, f32x4.sub(f32x4.add(area, v128.load(group, 64)), inside));
  }

  @inline static area(x1: v128, y1: v128, x2: v128, y2: v128): v128 {
    return f32x4.mul(f32x4.sub(x2, x1), f32x4.sub(y2, y1));
  }
}

/** See scalar.ts. */
export function overlapsAny(groups: usize, count: i32, box: usize, category: i32, bar: f32): bool {
  const x1 = v128.load_splat<f32>(box);
  const y1 = v128.load_splat<f32>(box, 4);
  const x2 = v128.load_splat<f32>(box, 8);
  const y2 = v128.load_splat<f32>(box, 12);
  const area = Lanes.area(x1, y1, x2, y2);
  const bars = f32x4.splat(bar);
  const wanted = i32x4.splat(category);
  for (; count > 0; count -= 4, groups += GROUP_BYTES) {
    const above = f32x4.gt(Lanes.overlap(x1, y1, x2, y2, area, groups), bars);
    if (v128.any_true(v128.and(above, i32x4.eq(v128.load(groups, 80), wanted)))) return true;
  }
  return false;
}

/** See scalar.ts. */
export function lowerScores(
  groups: usize,
  scores: usize,
  count: i32,
  box: usize,
  category: i32,
  gaussian: bool,
  bar: f32,
  factor: f32,
  lowest: f32,
): void {
  const x1 = v128.load_splat<f32>(box);
  const y1 = v128.load_splat<f32>(box, 4);
  const x2 = v128.load_splat<f32>(box, 8);
  const y2 = v128.load_splat<f32>(box, 12);
  const area = Lanes.area(x1, y1, x2, y2);
  const bars = f32x4.splat(bar);
  const factors = f32x4.splat(factor);
  const lowests = f32x4.splat(lowest);
  const one = f32x4.splat(1);
  const wanted = i32x4.splat(category);
  for (; count > 0; count -= 4, groups += GROUP_BYTES, scores += 16) {
    const iou = Lanes.overlap(x1, y1, x2, y2, area, groups);
    let weight: v128;
    if (gaussian) weight = Exponential.expCall(f32x4.mul(f32x4.mul(iou, iou), factors));
    else weight = v128.bitselect(f32x4.sub(one, iou), one, f32x4.gt(iou, bars));
    const applies = v128.and(f32x4.eq(iou, iou), i32x4.eq(v128.load(groups, 80), wanted));
    const score = f32x4.mul(v128.load(scores), v128.bitselect(weight, one, applies));
    v128.store(scores, v128.bitselect(score, f32x4.splat(NaN), f32x4.ge(score, lowests)));
  }
}
