/**
 * Calls of edge_kernels.wasm for what comes after a graph: pure kernels on vectors of the host. Each checks addresses
 * and counts, and gives the address of a {@link VectorResult}. See docs/abi.md.
 */

import { EXIT_USAGE, faultBegin, faultExit, faultTry, faultWhy } from '../fault';
import { argmaxPlanes, argmaxRows } from '../kernels/argmax';
import { decodePriors, yoloPlanes, yoloRows } from '../kernels/boxes';
import { NMS_MAX_BOXES, nms, nmsScratchBytes } from '../kernels/nms';
import { l2Normalize, nearestRows } from '../kernels/similarity';
import { sigmoid } from '../kernels/softmax';
import { arenaAlloc, arenaMark, arenaRelease } from '../memory/arena';
import { faultMemory } from '../package';
import { callBegin, callEnd, faultAddress, fillHead, inMemory, keepResult, newResult } from './results';
import { VectorResult } from './structs';
import { dequantizeOf, newVector, softmaxOf, topRowCount, topRows } from './vectors';

const YOLO_PLANES: i32 = 0;
const YOLO_ROWS_WITH_OBJECTNESS: i32 = 2;
const MOST_CLASSES: i32 = 65536;

/** The last result stays until edge_reset. */
export function edge_keep(): void {
  keepResult();
}

/** Result of a call that has no address when there was no memory. */
function vectorResult(address: usize, count: i32, scores: usize = 0, classes: usize = 0): usize {
  if (address == 0 && faultExit == 0) faultMemory();
  const area = newResult(offsetof<VectorResult>());
  const result = changetype<VectorResult>(area);
  if (faultExit == 0) {
    result.address = address;
    result.count = count;
    result.scores = scores;
    result.classes = classes;
  }
  fillHead(area);
  callEnd();
  return area;
}

function refuse(): usize {
  if (faultExit == 0) faultAddress();
  return vectorResult(0, 0);
}

function refuseValue(): usize {
  faultBegin(EXIT_USAGE, 'USAGE_VALUE', 'bad request');
  faultWhy('a number in it is out of range');
  faultTry('See docs/abi.md');
  return vectorResult(0, 0);
}

/** Whether `rows` times `columns` elements of `bytes` each lie in the memory. */
function holds(address: usize, rows: i32, columns: i32, bytes: u32): bool {
  // Each below 2^31: the products stay below 2^62 and, once that is below 2^32, below 2^36.
  const elements = <u64>rows * <u64>columns;
  if (rows < 0 || columns < 0 || elements >> 32 != 0 || (elements * bytes) >> 32 != 0) return false;
  return inMemory(address, <usize>elements * bytes);
}

/** Softmax of `count` f32: f32[count]. */
export function edge_softmax(scores: usize, count: i32): usize {
  callBegin();
  return holds(scores, count, 1, 4) ? vectorResult(softmaxOf(scores, count), count) : refuse();
}

/** 1 / (1 + exp(-x)) of `count` f32: f32[count]. */
export function edge_sigmoid(scores: usize, count: i32): usize {
  callBegin();
  if (!holds(scores, count, 1, 4)) return refuse();
  const result = newVector(count, 4);
  if (result != 0) sigmoid(scores, count, result);
  return vectorResult(result, count);
}

/** The greatest `k` of `count` f32: rows {class id u32, score f32}. */
export function edge_top_k(scores: usize, count: i32, k: i32): usize {
  callBegin();
  if (!holds(scores, count, 1, 4)) return refuse();
  const rows = topRows(scores, count, k);
  return vectorResult(rows, topRowCount);
}

/** (q - zero) * scale of `count` u8 (signed 0) or i8 (signed 1): f32[count]. */
export function edge_dequantize(
  values: usize,
  count: i32,
  signed: i32,
  scales: usize,
  zeros: usize,
  channels: i32,
): usize {
  callBegin();
  const good = holds(values, count, 1, 1) && holds(scales, channels, 1, 4) && holds(zeros, channels, 1, 4);
  if (!good || channels == 0) return refuse();
  const result = dequantizeOf(values, count, signed != 0, scales, channels, zeros, zeros == 0 ? 0 : channels);
  return vectorResult(result, count);
}

/** Class maps: planes (`planar` 1) f32[classes][pixels] or rows f32[pixels][classes] -> u8 or u16[pixels]. */
export function edge_argmax(logits: usize, classes: i32, pixels: i32, planar: i32): usize {
  callBegin();
  if (classes < 1 || classes > MOST_CLASSES) return refuseValue();
  if (!holds(logits, classes, pixels, 4)) return refuse();
  const wide = classes > 256;
  const map = newVector(pixels, wide ? 2 : 1);
  if (map == 0) return vectorResult(0, 0);
  if (planar != 0) argmaxPlanes(logits, classes, pixels, pixels, wide, map);
  else argmaxRows(logits, pixels, classes, wide, map);
  return vectorResult(map, pixels);
}

/** Greedy suppression of f32[count][4] xyxy by scores and, unless 0, classes i32: u32[kept], best first. */
export function edge_nms(
  boxes: usize,
  scores: usize,
  classes: usize,
  count: i32,
  limit: f64,
  lowest: f32,
  most: i32,
): usize {
  callBegin();
  if (!holds(boxes, count, 4, 4) || !holds(scores, count, 1, 4) || !holds(classes, count, 1, 4))
    return refuse();
  if (count > NMS_MAX_BOXES || !(limit >= 0)) return refuseValue();
  const room = most < 1 ? count : min(most, count);
  const kept = newVector(room, 4);
  const mark = arenaMark();
  const scratch = arenaAlloc(nmsScratchBytes(count, room));
  if (scratch == 0) return vectorResult(0, 0);
  const number = nms(boxes, scores, classes, count, limit, lowest, room, scratch, kept);
  arenaRelease(mark);
  return vectorResult(kept, number);
}

/** SSD offsets and priors, f32[count][4] each, to xyxy f32[count][4]. */
export function edge_decode_priors(
  offsets: usize,
  priors: usize,
  count: i32,
  yFirst: i32,
  centerScale: f32,
  sizeScale: f32,
): usize {
  callBegin();
  if (!holds(offsets, count, 4, 4) || !holds(priors, count, 4, 4)) return refuse();
  const boxes = newVector(count, 16);
  if (boxes != 0) decodePriors(offsets, priors, count, yFirst != 0, centerScale, sizeScale, boxes);
  return vectorResult(boxes, count);
}

/** YOLO heads to those candidates that score at least `lowest`: boxes xyxy, scores f32 and classes i32. */
export function edge_decode_yolo(head: usize, form: i32, count: i32, classes: i32, lowest: f32): usize {
  callBegin();
  const objectness = form == YOLO_ROWS_WITH_OBJECTNESS;
  if (form < 0 || form > 2 || classes < 1 || classes > MOST_CLASSES) return refuseValue();
  if (!holds(head, count, classes + (objectness ? 5 : 4), 4)) return refuse();
  const boxes = newVector(count, 24);
  const scores = boxes + ((<usize>count) << 4);
  const categories = scores + ((<usize>count) << 2);
  const mark = arenaMark();
  const scratch = newVector(count, 2);
  if (boxes == 0 || scratch == 0) return vectorResult(0, 0);
  const found =
    form == YOLO_PLANES
      ? yoloPlanes(head, count, classes, lowest, scratch, boxes, scores, categories)
      : yoloRows(head, count, classes, objectness, lowest, boxes, scores, categories);
  arenaRelease(mark);
  return vectorResult(boxes, found, scores, categories);
}

/** Rows f32[rows][n] divided by their Euclidean norms. */
export function edge_l2_normalize(vectors: usize, rows: i32, n: i32): usize {
  callBegin();
  if (!holds(vectors, rows, n, 4)) return refuse();
  if (n < 1) return refuseValue();
  const result = arenaAlloc((<usize>rows * <usize>n) << 2);
  if (result != 0) l2Normalize(vectors, rows, n, result);
  return vectorResult(result, rows * n);
}

/** The `k` rows of f32[rows][n] nearest to f32[n] by cosine (1) or dot product (0): rows {row u32, similarity f32}. */
export function edge_nearest(matrix: usize, rows: i32, n: i32, query: usize, cosine: i32, k: i32): usize {
  callBegin();
  if (!holds(matrix, rows, n, 4) || !holds(query, n, 1, 4)) return refuse();
  if (n < 1) return refuseValue();
  const most = max(min(k, rows), 0);
  const ranked = newVector(most, 8);
  const mark = arenaMark();
  const scratch = newVector(rows, 4);
  if (ranked == 0 || scratch == 0) return vectorResult(0, 0);
  const found = nearestRows(matrix, rows, n, query, cosine != 0, most, scratch, ranked);
  arenaRelease(mark);
  return vectorResult(ranked, found);
}
