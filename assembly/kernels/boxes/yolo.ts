/**
 * YOLO heads to candidates: boxes xyxy, scores and classes of those that score at least `lowest`, in the order of the
 * head, for kernels/nms. All three outputs have room for every cell of the head: f32[n][4], f32[n], i32[n].
 * A NaN is below every score. Of equal classes the first one wins.
 */

import { argmaxPlanes } from '../argmax';
// Few cells pass the objectness: small code wins.
import { argmax } from '../argmax/scalar';
import { sigmoidOf } from '../softmax';
import { cxcywhToXyxy } from './simd';

/** Writes candidate `at`; returns how many there are now. */
function put(
  boxes: usize,
  scores: usize,
  classes: usize,
  at: i32,
  centerX: f32,
  centerY: f32,
  width: f32,
  height: f32,
  score: f32,
  category: i32,
): i32 {
  const box = boxes + ((<usize>at) << 4);
  store<f32>(box, centerX);
  store<f32>(box, centerY, 4);
  store<f32>(box, width, 8);
  store<f32>(box, height, 12);
  cxcywhToXyxy(box, 1, box);
  store<f32>(scores + ((<usize>at) << 2), score);
  store<i32>(classes + ((<usize>at) << 2), category);
  return at + 1;
}

/**
 * Candidates of a head in which a cell's next value is `step` bytes further and the next cell `cellStep`.
 *
 * @param map classes of the cells u16[n]; or 0: they are looked for where a cell's values lie side by side
 */
function candidates(
  src: usize,
  n: i32,
  cellStep: usize,
  step: usize,
  objectness: bool,
  categories: i32,
  map: usize,
  lowest: f32,
  boxes: usize,
  scores: usize,
  classes: usize,
): i32 {
  const first: usize = (objectness ? <usize>5 : 4) * step;
  let count = 0;
  for (let i: usize = 0; i < <usize>n; i++, src += cellStep) {
    const object = objectness ? load<f32>(src + 4 * step) : <f32>1;
    // A probability is at most 1: the product is not above the objectness.
    if (!(object >= lowest)) continue;
    const category = map != 0 ? <i32>load<u16>(map + (i << 1)) : argmax(src + first, categories);
    const score = object * load<f32>(src + first + <usize>category * step);
    if (!(score >= lowest)) continue;
    const x = load<f32>(src);
    const y = load<f32>(src + step);
    const w = load<f32>(src + 2 * step);
    const h = load<f32>(src + 3 * step);
    count = put(boxes, scores, classes, count, x, y, w, h, score, category);
  }
  return count;
}

/**
 * YOLOv8 and its kin: planes f32[4 + categories][n] of cx, cy, w, h and class probabilities, without objectness.
 *
 * @param categories at most 65536
 * @param scratch    u16[n]
 * @returns number of candidates
 */
export function yoloPlanes(
  src: usize,
  n: i32,
  categories: i32,
  lowest: f32,
  scratch: usize,
  boxes: usize,
  scores: usize,
  classes: usize,
): i32 {
  const plane = (<usize>n) << 2;
  argmaxPlanes(src + 4 * plane, categories, n, n, true, scratch);
  return candidates(src, n, 4, plane, false, categories, scratch, lowest, boxes, scores, classes);
}

/**
 * Rows f32[n][5 + categories] of cx, cy, w, h, objectness and class probabilities, as YOLOv5 exports them (score =
 * objectness * probability, both 0 to 1), or without `objectness` f32[n][4 + categories].
 *
 * @returns number of candidates
 */
export function yoloRows(
  src: usize,
  n: i32,
  categories: i32,
  objectness: bool,
  lowest: f32,
  boxes: usize,
  scores: usize,
  classes: usize,
): i32 {
  const row: usize = (<usize>(categories + (objectness ? 5 : 4))) << 2;
  return candidates(src, n, row, 4, objectness, categories, 0, lowest, boxes, scores, classes);
}

/**
 * One level of a raw YOLOv5 head: f32[anchors][rows][columns][5 + categories] before the sigmoid,
 *
 *   centre = (2 sigmoid(xy) - 0.5 + cell) * stride    size = (2 sigmoid(wh))^2 * anchor
 *   score  = sigmoid(objectness) * sigmoid(class), of the class with the greatest logit
 *
 * @param sizes  f32[anchors][2]: width and height of the anchors in pixels of the input
 * @param stride pixels of the input for a cell
 * @returns number of candidates
 */
export function yoloGrid(
  src: usize,
  anchors: i32,
  rows: i32,
  columns: i32,
  categories: i32,
  stride: f32,
  sizes: usize,
  lowest: f32,
  boxes: usize,
  scores: usize,
  classes: usize,
): i32 {
  let count = 0;
  for (; anchors > 0; anchors--, sizes += 8) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, src += (<usize>(5 + categories)) << 2) {
        const object = sigmoidOf(load<f32>(src, 16));
        if (!(object >= lowest)) continue;
        const category = argmax(src + 20, categories);
        const score = object * sigmoidOf(load<f32>(src + 20 + ((<usize>category) << 2)));
        if (!(score >= lowest)) continue;
        const w = <f32>2 * sigmoidOf(load<f32>(src, 8));
        const h = <f32>2 * sigmoidOf(load<f32>(src, 12));
        count = put(
          boxes,
          scores,
          classes,
          count,
          (<f32>2 * sigmoidOf(load<f32>(src)) - 0.5 + <f32>x) * stride,
          (<f32>2 * sigmoidOf(load<f32>(src, 4)) - 0.5 + <f32>y) * stride,
          w * w * load<f32>(sizes),
          h * h * load<f32>(sizes, 4),
          score,
          category,
        );
      }
    }
  }
  return count;
}
