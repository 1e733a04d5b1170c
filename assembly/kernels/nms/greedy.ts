/** Greedy non-maximum suppression. */

import { heapMake, heapTake, keyIndex, rankKey } from '../topk';
import { barBelow, clearGroups, groupsBytes, storeBox } from './groups';
import { overlapsAny } from './simd';

/** Most boxes of one call: the work is at most this times `most` overlaps. */
export const NMS_MAX_BOXES: i32 = 131072;

/** Bytes of scratch for {@link nms} of `n` boxes, of which at most `most` are kept. */
export function nmsScratchBytes(n: i32, most: i32): usize {
  return ((<usize>n) << 3) + groupsBytes(min(n, most));
}

/** Whether the four coordinates are numbers. */
export function isBox(box: usize): bool {
  const fields = v128.load(box);
  return i32x4.all_true(f32x4.eq(fields, fields));
}

/**
 * Takes boxes in descending order of their scores (equal scores: in the order of their indices), each unless one that
 * was taken before, of the same class, overlaps it by more than `limit`: the result of torchvision.ops.nms and, with
 * classes, of torchvision.ops.batched_nms, computed without its shifted coordinates.
 *
 * Left out: boxes whose score is below `lowest` or NaN, and those with a coordinate that is NaN. A box without area
 * (x2 <= x1 or y2 <= y1) overlaps nothing, so it is kept and suppresses nothing; nor does an area beyond f32.
 *
 * @param boxes   f32[n][4]: x1, y1, x2, y2
 * @param scores  f32[n]
 * @param classes i32[n], or 0: all boxes are of one class
 * @param n       at most NMS_MAX_BOXES
 * @param limit   intersection over union, >= 0
 * @param most    how many are kept at the most; the work is n log n + n * most / 4 vectors at worst
 * @param scratch nmsScratchBytes(n, most) bytes, 8-byte aligned
 * @param kept    i32[min(n, most)]: indices of the boxes, best first
 * @returns how many; -1 when `n` or `limit` is out of range
 */
export function nms(
  boxes: usize,
  scores: usize,
  classes: usize,
  n: i32,
  limit: f64,
  lowest: f32,
  most: i32,
  scratch: usize,
  kept: usize,
): i32 {
  if (n < 0 || n > NMS_MAX_BOXES || !(limit >= 0)) return -1;
  const bar = barBelow(limit);
  let left = 0;
  for (let i = 0; i < n; i++) {
    const score = load<f32>(scores + ((<usize>i) << 2));
    if (!(score >= lowest) || !isBox(boxes + ((<usize>i) << 4))) continue;
    // The heap gives the least key first: of complements, the best rank.
    store<i64>(scratch + ((<usize>left) << 3), ~rankKey(score, i));
    left++;
  }
  heapMake(scratch, left);
  const groups = scratch + ((<usize>n) << 3);
  most = min(most, left);
  clearGroups(groups, most);
  let count = 0;
  for (; left > 0 && count < most; left--) {
    const index = keyIndex(~heapTake(scratch, left));
    const box = boxes + ((<usize>index) << 4);
    const category = classes == 0 ? 0 : load<i32>(classes + ((<usize>index) << 2));
    if (overlapsAny(groups, count, box, category, bar)) continue;
    storeBox(groups, count, box, category);
    store<i32>(kept + ((<usize>count) << 2), index);
    count++;
  }
  return count;
}

/**
 * {@link nms} of each of `images` pictures.
 *
 * @param boxes   f32[images][n][4]; scores f32[images][n]; classes i32[images][n] or 0
 * @param kept    i32[images][most]; counts i32[images]
 * @returns false when `n` or `limit` is out of range
 */
export function nmsBatch(
  images: i32,
  boxes: usize,
  scores: usize,
  classes: usize,
  n: i32,
  limit: f64,
  lowest: f32,
  most: i32,
  scratch: usize,
  kept: usize,
  counts: usize,
): bool {
  const step = (<usize>n) << 2;
  for (; images > 0; images--) {
    const count = nms(boxes, scores, classes, n, limit, lowest, most, scratch, kept);
    if (count < 0) return false;
    store<i32>(counts, count);
    boxes += step << 2;
    scores += step;
    if (classes != 0) classes += step;
    kept += (<usize>most) << 2;
    counts += 4;
  }
  return true;
}
