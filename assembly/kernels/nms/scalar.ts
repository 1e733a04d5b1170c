/**
 * Overlap of one box with many, plain form: the reference of simd.ts. The intersection over union is computed in f32
 * as torchvision does: w h / (area + other area - w h), where w and h are 0 when they are negative or NaN.
 */

import { expF32 } from '../softmax/math';
import { GROUP_BYTES } from './groups';

/** IoU of the box at `box`, whose area is given, with the one whose x1 is at `at` in a group. */
function overlap(box: usize, area: f32, at: usize): f32 {
  const x1 = load<f32>(box);
  const y1 = load<f32>(box, 4);
  const x2 = load<f32>(box, 8);
  const y2 = load<f32>(box, 12);
  const left = load<f32>(at);
  const top = load<f32>(at, 16);
  const right = load<f32>(at, 32);
  const bottom = load<f32>(at, 48);
  const w = (right < x2 ? right : x2) - (x1 < left ? left : x1);
  const h = (bottom < y2 ? bottom : y2) - (y1 < top ? top : y1);
  const inside = (w > 0 ? w : 0) * (h > 0 ? h : 0);
  return inside / (area + load<f32>(at, 64) - inside);
}

function areaOf(box: usize): f32 {
  return (load<f32>(box, 8) - load<f32>(box)) * (load<f32>(box, 12) - load<f32>(box, 4));
}

/**
 * Whether one of the first `count` boxes, of the same class, overlaps the box at `box` by more than `bar`.
 *
 * @param groups see groups.ts; places of the last group from `count` on are empty
 * @param box    x1, y1, x2, y2: f32
 */
export function overlapsAny(groups: usize, count: i32, box: usize, category: i32, bar: f32): bool {
  const area = areaOf(box);
  for (; count > 0; count -= 4, groups += GROUP_BYTES) {
    for (let at = groups; at < groups + 16; at += 4) {
      if (overlap(box, area, at) > bar && load<i32>(at, 80) == category) return true;
    }
  }
  return false;
}

/**
 * Lowers the scores of the boxes that overlap the one at `box`, of the same class: with `gaussian`, to
 * score * exp(-IoU^2 / sigma); else, where IoU > bar, to score * (1 - IoU). What falls below `lowest` becomes NaN.
 *
 * @param scores f32[count], filled up with NaN to a multiple of 4
 * @param factor -1 / sigma
 */
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
  const area = areaOf(box);
  for (; count > 0; count -= 4, groups += GROUP_BYTES, scores += 16) {
    for (let lane: usize = 0; lane < 16; lane += 4) {
      const at = groups + lane;
      const iou = overlap(box, area, at);
      const weight = gaussian ? expF32(iou * iou * factor) : iou > bar ? <f32>1 - iou : <f32>1;
      // An IoU that is not a number lowers nothing.
      const applies = iou == iou && load<i32>(at, 80) == category;
      const score = load<f32>(scores + lane) * (applies ? weight : <f32>1);
      store<f32>(scores + lane, score >= lowest ? score : <f32>NaN);
    }
  }
}
