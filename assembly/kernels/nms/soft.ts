/** Soft-NMS: Bodla et al., "Improving Object Detection With One Line of Code", 2017. */

import { argmax } from '../argmax';
import { clearGroups, groupsBytes, storeBox } from './groups';
import { isBox, NMS_MAX_BOXES } from './greedy';
import { lowerScores } from './simd';

/** Bytes of scratch for {@link softNms} of `n` boxes: groups, scores, indices. */
export function softNmsScratchBytes(n: i32): usize {
  return groupsBytes(n) + ((<usize>n + 4) << 3);
}

/** Least f32 that is not below `limit`, less one step: x >= limit and x > bar are the same for every f32 x >= 0. */
function barOf(limit: f64): f32 {
  const bar = <f32>limit;
  return <f64>bar < limit ? bar : reinterpret<f32>(reinterpret<i32>(bar) - 1);
}

/**
 * Takes the box with the greatest score (of equal ones the lowest index) again and again; each one that is taken
 * lowers the scores of those of its class that overlap it: linearly, score * (1 - IoU) where IoU >= `parameter` (the
 * threshold Nt of the paper, > 0), or by a Gaussian, score * exp(-IoU^2 / parameter) (sigma, > 0). A box whose score
 * falls below `lowest` is out. In f32, exp as in softmax/math.ts: every engine gives the same bits.
 *
 * What is left out from the start, boxes without area and parameters are as of nms; scores are meant to be >= 0,
 * and `lowest` > 0.
 *
 * @param most       how many are taken at the most; the work is n * most / 4 vectors at worst
 * @param scratch    softNmsScratchBytes(n) bytes
 * @param kept       i32[min(n, most)]: indices of the boxes in the order in which they were taken
 * @param keptScores f32[min(n, most)]: their scores at that time
 * @returns how many; -1 when `n` or `parameter` is out of range
 */
export function softNms(
  boxes: usize,
  scores: usize,
  classes: usize,
  n: i32,
  gaussian: bool,
  parameter: f64,
  lowest: f32,
  most: i32,
  scratch: usize,
  kept: usize,
  keptScores: usize,
): i32 {
  if (n < 0 || n > NMS_MAX_BOXES || !(parameter > 0)) return -1;
  const bar = barOf(parameter);
  const factor = <f32>(-1.0 / parameter);
  const groups = scratch;
  const live = groups + groupsBytes(n);
  const indices = live + ((<usize>n + 4) << 2);
  clearGroups(groups, n);
  let left = 0;
  for (let i = 0; i < n; i++) {
    const at: usize = (<usize>i) << 2;
    const score = load<f32>(scores + at);
    if (!(score >= lowest) || score == <f32>-Infinity || !isBox(boxes + (at << 2))) continue;
    storeBox(groups, left, boxes + (at << 2), classes == 0 ? 0 : load<i32>(classes + at));
    store<f32>(live + ((<usize>left) << 2), score);
    store<i32>(indices + ((<usize>left) << 2), i);
    left++;
  }
  // left <= n: a vector of NaN fits behind the scores.
  v128.store(live + ((<usize>left) << 2), f32x4.splat(NaN));
  most = min(most, left);
  for (let count = 0; count < most; count++) {
    const best: usize = (<usize>argmax(live, left)) << 2;
    const score = load<f32>(live + best);
    if (score != score) return count;
    const index: usize = (<usize>load<i32>(indices + best)) << 2;
    store<i32>(kept + ((<usize>count) << 2), <i32>(index >> 2));
    store<f32>(keptScores + ((<usize>count) << 2), score);
    store<f32>(live + best, NaN);
    const category = classes == 0 ? 0 : load<i32>(classes + index);
    lowerScores(groups, live, left, boxes + (index << 2), category, gaussian, bar, factor, lowest);
  }
  return most;
}
