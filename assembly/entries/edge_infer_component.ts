/**
 * edge_infer.component.wasm: `wasi:cli/run` (by the preview 1 adapter, from `_start`) and the interface
 * edge:infer/infer of wit/world.wit. Names of the canonical ABI are given by scripts/build/component.mjs.
 *
 * A result is one area in the arena; `component_release` (cabi_post_*) drops it with everything else but the model.
 */

import { RAW_NV12 } from '../codecs/raw_format';
import { asciiLength } from '../text/ascii';
import { answer } from '../answer';
import { plan, TASK_CLASSIFY, TASK_DETECT, TASK_EMBED, TASK_SEGMENT } from '../card/plan';
import { encodingName } from '../card/read_graphs';
import { runCommand } from '../commands/main';
import { EXIT_USAGE, faultClear, faultCode, faultExit, faultHint, faultMessage } from '../fault';
import { arenaAlloc } from '../memory/arena';
import { openEncoding, openPrecision, openPrecisionLength } from '../graphs';
import { useImage } from '../reactor/images';
import { NO_TASK, useModel } from '../reactor/models';
import { asciiBytes, fillShape, hostReset, newResult } from '../reactor/results';
import { dequantizeOf, softmaxOf, topRowCount, topRows } from '../reactor/vectors';
import { residentOpen } from '../card/resident';
import { answerTensor, wanted } from '../tasks';
import { hexDigit } from '../text/writer';
import { now } from '../wasi/clock';
import { exitWithCode } from '../wasi/imports_exit';

const RESULT_BYTES: usize = 104;
const HASH_TEXT: usize = 64;

/** The command line. */
export function _start(): void {
  prepare();
  const exit = runCommand();
  if (exit != 0) exitWithCode(exit);
}

/** The adapter takes its memory at its first call: it must lie below everything that is ever released. */
function prepare(): void {
  now();
  residentOpen();
  faultClear();
}

/** Memory for what the host passes in; grows a block by moving it. Traps, as the ABI asks, when there is none. */
export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  if (size == 0) return align;
  if (size <= oldSize) return old;
  const block = arenaAlloc(size);
  if (block == 0) unreachable();
  memory.copy(block, old, oldSize);
  return block;
}

/** cabi_post_*: drops arguments and result of a call. */
export function component_release(_result: usize): void {
  hostReset();
}

/** Writes an address and a length. */
function putList(at: usize, address: usize, length: usize): void {
  store<usize>(at, address);
  store<usize>(at, address == 0 ? 0 : length, 4);
}

function putConstant(at: usize, text: string): void {
  putList(at, asciiBytes(text), <usize>asciiLength(text));
}

/** The hash of the tensor as text. */
function putHashText(at: usize): void {
  const text = arenaAlloc(HASH_TEXT);
  // 32 bytes give 64 digits.
  for (let i: usize = 0; text != 0 && i < HASH_TEXT; i++) {
    const byte = <i32>load<u8>(answer.sha256 + (i >> 1));
    store<u8>(text + i, hexDigit((i & 1) == 0 ? byte >> 4 : byte & 15));
  }
  putList(at, text, HASH_TEXT);
}

/** A new area for result<_, error>, the error filled in when there is one; the payload lies at 4. */
function resultArea(): usize {
  const area = newResult(RESULT_BYTES);
  if (faultExit == 0) return area;
  store<u8>(area, 1);
  store<u8>(area, faultExit - EXIT_USAGE, 4);
  putConstant(area + 8, faultCode);
  putList(area + 16, faultMessage.start, faultMessage.used);
  putList(area + 24, faultHint.start, faultHint.used);
  return area;
}

/**
 * Model and picture, up to the tensor. The flattened variant is encoded(a, b) or raw(a width, b height, format, matrix,
 * range, pixels, bytes).
 */
function prepareTensor(
  kind: i32,
  a: usize,
  b: usize,
  format: i32,
  matrix: i32,
  range: i32,
  pixels: usize,
  bytes: usize,
  model: usize,
  modelLength: usize,
  task: i32,
): bool {
  if (useModel(model, modelLength, task) != 0) return false;
  if (kind == 0) return useImage(a, b, 0, 0, 0) == 0;
  // Matrix and range are whatever the host left there when the format has none.
  const coding = format + 1 >= RAW_NV12 ? (matrix << 8) | (range << 16) : 0;
  return useImage(pixels, bytes, <i32>a, <i32>b, (format + 1) | coding) == 0;
}

/**
 * What all answers have in common: a list of `count` elements at 0, then the times, model, graph and hash up to 68; the
 * record lies at 4.
 */
function answerArea(good: bool): usize {
  if (good) answerTensor();
  const area = resultArea();
  if (faultExit != 0) return area;
  // Rows of predictions are the records as they stand: {class id, confidence, label address, label length, ...}.
  putList(area + 4, answer.predictions, answer.count);
  store<f32>(area, <f32>answer.latency, 12);
  store<f32>(area, <f32>answer.decode, 16);
  store<f32>(area, <f32>answer.preprocess, 20);
  store<f32>(area, <f32>answer.infer, 24);
  store<f32>(area, <f32>answer.postprocess, 28);
  putList(area + 32, plan.name, plan.nameLength);
  putList(area + 40, plan.version, plan.versionLength);
  putConstant(area + 48, encodingName(openEncoding));
  putList(area + 56, openPrecision, openPrecisionLength);
  putHashText(area + 64);
  store<i32>(area, answer.width, 72);
  store<i32>(area, answer.height, 76);
  store<i32>(area, answer.maskWidth, 80);
  store<i32>(area, answer.maskHeight, 84);
  store<i32>(area, answer.maskBytes, 88);
  const mask = <usize>answer.maskWidth * <usize>answer.maskHeight * <usize>answer.maskBytes;
  putList(area + 92, answer.mask, mask);
  return area;
}

/** Begins a call that ends with {@link answerArea}. */
function want(top: i32, threshold: f32, iou: f32, ownMask: i32): void {
  prepare();
  wanted.top = top;
  wanted.threshold = threshold;
  wanted.iou = iou;
  wanted.ownMask = ownMask;
}

/** classify: result<answer, error> */
export function component_classify(
  kind: i32,
  a: usize,
  b: usize,
  format: i32,
  matrix: i32,
  range: i32,
  pixels: usize,
  bytes: usize,
  model: usize,
  modelLength: usize,
  top: i32,
  threshold: f32,
): usize {
  want(top, threshold, 0, 0);
  return answerArea(
    prepareTensor(kind, a, b, format, matrix, range, pixels, bytes, model, modelLength, TASK_CLASSIFY),
  );
}

/** detect: result<detections, error> */
export function component_detect(
  kind: i32,
  a: usize,
  b: usize,
  format: i32,
  matrix: i32,
  range: i32,
  pixels: usize,
  bytes: usize,
  model: usize,
  modelLength: usize,
  top: i32,
  threshold: f32,
  iou: f32,
): usize {
  want(top, threshold, iou, 0);
  return answerArea(
    prepareTensor(kind, a, b, format, matrix, range, pixels, bytes, model, modelLength, TASK_DETECT),
  );
}

/** segment: result<segmentation, error> */
export function component_segment(
  kind: i32,
  a: usize,
  b: usize,
  format: i32,
  matrix: i32,
  range: i32,
  pixels: usize,
  bytes: usize,
  model: usize,
  modelLength: usize,
  size: i32,
): usize {
  want(0, 0, 0, size);
  return answerArea(
    prepareTensor(kind, a, b, format, matrix, range, pixels, bytes, model, modelLength, TASK_SEGMENT),
  );
}

/** embed: result<embedding, error> */
export function component_embed(
  kind: i32,
  a: usize,
  b: usize,
  format: i32,
  matrix: i32,
  range: i32,
  pixels: usize,
  bytes: usize,
  model: usize,
  modelLength: usize,
): usize {
  want(0, 0, 0, 0);
  return answerArea(
    prepareTensor(kind, a, b, format, matrix, range, pixels, bytes, model, modelLength, TASK_EMBED),
  );
}

/** preprocess: result<tensor, error> */
export function component_preprocess(
  kind: i32,
  a: usize,
  b: usize,
  format: i32,
  matrix: i32,
  range: i32,
  pixels: usize,
  bytes: usize,
  model: usize,
  modelLength: usize,
): usize {
  prepare();
  prepareTensor(kind, a, b, format, matrix, range, pixels, bytes, model, modelLength, NO_TASK);
  const area = resultArea();
  if (faultExit != 0) return area;
  store<u8>(area, plan.dtype, 4);
  // The area has room behind the record for the four dimensions.
  fillShape(area + 64);
  putList(area + 8, area + 64, 4);
  putList(area + 16, answer.tensor, answer.tensorLength);
  putHashText(area + 24);
  return area;
}

/** A list of `count` elements as result; an empty one without memory. */
function listArea(address: usize, count: i32): usize {
  const area = newResult(RESULT_BYTES);
  putList(area, address, <usize>count);
  return area;
}

/** softmax: list<f32> */
export function component_softmax(logits: usize, count: i32): usize {
  prepare();
  return listArea(softmaxOf(logits, count), count);
}

/** top-k: list<scored> */
export function component_top_k(scores: usize, count: i32, k: i32): usize {
  prepare();
  const rows = topRows(scores, count, k < 0 ? count : k);
  return listArea(rows, topRowCount);
}

/** dequantize: result<list<f32>, error> */
export function component_dequantize(
  kind: i32,
  values: usize,
  count: i32,
  scales: usize,
  scaleCount: i32,
  zeros: usize,
  zeroCount: i32,
): usize {
  prepare();
  const result = dequantizeOf(values, count, kind == 1, scales, scaleCount, zeros, zeroCount);
  const area = resultArea();
  if (faultExit == 0) putList(area + 4, result, <usize>count);
  return area;
}
