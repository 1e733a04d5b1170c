/**
 * Detection: heads of detectors -> boxes on the picture, into the answer at hand.
 *
 *   outputs -> candidates {box xyxy, score, class} -> suppression, best first -> pixels of the upright picture
 */

import { answer, DETECTION_BYTES } from '../answer';
import {
  ACTIVATION_SIGMOID,
  ACTIVATION_SOFTMAX,
  BOX_CXCYWH,
  BOX_CYCXHW,
  BOX_YXYX,
  cardOutput,
  HEAD_SSD_PRIORS,
  HEAD_YOLOV5,
  HEAD_YOLOV8,
  KIND_BOXES,
  KIND_CLASSES,
  KIND_COUNT,
  KIND_SCORES,
  outputOfKind,
  plan,
} from '../card/plan';
import { faultExit } from '../fault';
import { argmax } from '../kernels/argmax/scalar';
import { cxcywhToXyxy, yoloPlanes, yoloRows } from '../kernels/boxes';
// A few thousand boxes at most: small code wins.
import { boxesToPicture, decodePriors } from '../kernels/boxes/scalar';
import { NMS_MAX_BOXES, nms, nmsScratchBytes } from '../kernels/nms';
import { resizeWindow } from '../kernels/resize/geometry';
import { softmax } from '../kernels/softmax';
import { sigmoid } from '../kernels/softmax/scalar';
import { arenaAlloc } from '../memory/arena';
import { faultMemory } from '../package';
import { putPrediction } from './classify';
import { faultNaN, faultOutput, shapedOutput } from './outputs';

/** Candidates: boxes f32[n][4], scores f32[n], classes i32[n]. */
let boxes: usize = 0;
let scores: usize = 0;
let classes: usize = 0;

/** Finds boxes in the outputs at hand; fills predictions and count of the answer. 0: what the card says. The exit code. */
export function detectOutputs(top: i32, threshold: f32, iou: f32): i32 {
  if (threshold == 0) threshold = plan.threshold;
  if (iou == 0) iou = plan.iou;
  const most = top < 1 ? plan.mostBoxes : top;
  const count = plan.head >= HEAD_YOLOV5 ? yoloCandidates(threshold) : candidates();
  if (count < 0) return faultExit;
  const room = min(most, count);
  const kept = arenaAlloc((<usize>room) << 2);
  const scratch = arenaAlloc(nmsScratchBytes(count, room));
  const found = arenaAlloc(<usize>room * 16);
  const rows = arenaAlloc(<usize>room * DETECTION_BYTES);
  if (kept == 0 || scratch == 0 || found == 0 || rows == 0) return withoutMemory();
  const left = nms(
    boxes,
    scores,
    plan.classAgnostic ? 0 : classes,
    count,
    iou,
    threshold,
    room,
    scratch,
    kept,
  );
  // left <= room, and indices are below `count`.
  for (let i: usize = 0; i < <usize>left; i++) {
    v128.store(found + (i << 4), v128.load(boxes + ((<usize>load<i32>(kept + (i << 2))) << 4)));
  }
  ontoPicture(found, left);
  for (let i: usize = 0; i < <usize>left; i++) {
    const from = (<usize>load<i32>(kept + (i << 2))) << 2;
    const row = rows + i * DETECTION_BYTES;
    putPrediction(row, load<i32>(classes + from), load<f32>(scores + from));
    v128.store(row, v128.load(found + (i << 4)), 16);
  }
  answer.predictions = rows;
  answer.count = left;
  return 0;
}

function withoutMemory(): i32 {
  faultMemory();
  return faultExit;
}

/** Boxes in the unit of the graph -> pixels of the picture, in place. */
function ontoPicture(at: usize, count: i32): void {
  const window = resizeWindow;
  // Pixels of the input for one unit of the graph.
  const unitX: f64 = plan.inPixels ? 1 : <f64>plan.width;
  const unitY: f64 = plan.inPixels ? 1 : <f64>plan.height;
  boxesToPicture(
    at,
    count,
    <f32>(<f64>-window.cropX / unitX),
    <f32>(<f64>-window.cropY / unitY),
    <f32>((<f64>answer.width / <f64>window.fullW) * unitX),
    <f32>((<f64>answer.height / <f64>window.fullH) * unitY),
    <f32>answer.width,
    <f32>answer.height,
    at,
  );
}

/** Memory for the candidates; false with a fault set without. */
function open(count: i32): bool {
  boxes = arenaAlloc((<usize>count) << 4);
  scores = arenaAlloc((<usize>count) << 2);
  classes = arenaAlloc((<usize>count) << 2);
  if (boxes != 0 && scores != 0 && classes != 0) return true;
  faultMemory();
  return false;
}

/** How many candidates `elements` values of `each` make; -1 with a fault set when that is none or too many. */
function countOf(output: i32, elements: i32, each: i32): i32 {
  const count = elements / each;
  if (count > 0 && count <= NMS_MAX_BOXES && count * each == elements) return count;
  faultOutput(output, each);
  return -1;
}

/** Candidates of a YOLO head that score at least `lowest`; -1 with a fault set. */
function yoloCandidates(lowest: f32): i32 {
  const output = outputOfKind(KIND_BOXES);
  const row = cardOutput(output);
  const planar = plan.head == HEAD_YOLOV8;
  // [4 + classes][count], or [count][5 + classes].
  const each = planar ? row.dimension2 : row.dimension3;
  const categories = each - (planar ? 4 : 5);
  const count = categories < 1 ? countOf(output, 0, 6) : countOf(output, row.elements, each);
  const head = count < 0 ? 0 : shapedOutput(output);
  if (head == 0 || !open(count)) return -1;
  if (!planar) return yoloRows(head, count, categories, true, lowest, boxes, scores, classes);
  const scratch = arenaAlloc((<usize>count) << 1);
  if (scratch == 0) {
    faultMemory();
    return -1;
  }
  return yoloPlanes(head, count, categories, lowest, scratch, boxes, scores, classes);
}

/** Candidates of boxes with scores: each box with its best class; -1 with a fault set. */
function candidates(): i32 {
  const output = outputOfKind(KIND_BOXES);
  const scored = outputOfKind(KIND_SCORES);
  const given = outputOfKind(KIND_CLASSES);
  let count = countOf(output, cardOutput(output).elements, 4);
  if (count < 0) return -1;
  const elements = cardOutput(scored).elements;
  const columns = elements / count;
  if (columns * count != elements || columns <= plan.classOffset) {
    faultOutput(scored, count * (plan.classOffset + 1));
    return -1;
  }
  const from = shapedOutput(output);
  const values = from == 0 ? 0 : shapedOutput(scored);
  const named = values == 0 ? 0 : given < 0 ? values : shapedOutput(given);
  if (named == 0 || !open(count)) return -1;
  if (given >= 0 && cardOutput(given).elements < count) {
    faultOutput(given, count);
    return -1;
  }
  const counted = outputOfKind(KIND_COUNT);
  if (counted >= 0) {
    const number = shapedOutput(counted);
    if (number == 0) return -1;
    count = min(count, <i32>max<f32>(load<f32>(number), 0));
  }
  if (plan.activation == ACTIVATION_SIGMOID) sigmoid(values, count * columns, values);
  if (plan.activation == ACTIVATION_SOFTMAX) softmax(values, count, columns, 1, values);
  bestClasses(values, count, columns, given < 0 ? 0 : named);
  if (count > 0 && !isNumber(count)) {
    faultNaN('every score of its output is NaN');
    return -1;
  }
  toCorners(from, count);
  return count;
}

/** Whether one score at least is a number. */
function isNumber(count: i32): bool {
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) {
    const score = load<f32>(scores + i);
    if (score == score) return true;
  }
  return false;
}

/** Of each row of scores the best class that has a name, or the class that `named` (f32) gives unless it is 0. */
function bestClasses(values: usize, count: i32, columns: i32, named: usize): void {
  const offset = plan.classOffset;
  const kinds = columns - offset;
  const ranked = plan.labelCount == 0 ? kinds : min(kinds, plan.labelCount);
  values += (<usize>offset) << 2;
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4, values += (<usize>columns) << 2) {
    const best = argmax(values, ranked);
    store<f32>(scores + i, load<f32>(values + ((<usize>best) << 2)));
    store<i32>(classes + i, named == 0 ? best : <i32>load<f32>(named + i));
  }
}

/** `count` boxes of the card's form at `from` -> xyxy in {@link boxes}. */
function toCorners(from: usize, count: i32): void {
  const form = plan.boxForm;
  if (plan.head == HEAD_SSD_PRIORS) {
    const yFirst = form == BOX_CYCXHW;
    decodePriors(from, plan.priors, count, yFirst, plan.centerScale, plan.sizeScale, boxes);
    return;
  }
  // Both blocks hold `count` boxes of 16 bytes.
  for (let i: usize = 0; i < (<usize>count) << 4; i += 16) {
    const box = v128.load(from + i);
    const turned = form == BOX_YXYX || form == BOX_CYCXHW;
    v128.store(boxes + i, turned ? v128.shuffle<i32>(box, box, 1, 0, 3, 2) : box);
  }
  if (form == BOX_CXCYWH || form == BOX_CYCXHW) cxcywhToXyxy(boxes, count, boxes);
}
