/**
 * The reactor: calls of a host that embeds the module. Works whether or not `_start` was ever called. See docs/abi.md.
 */

import { asciiLength } from '../text/ascii';
import { answer } from '../answer';
import { wordIndex } from '../card/fields';
import { plan, TASK_CLASSIFY, TASK_DETECT, TASK_EMBED, TASK_SEGMENT } from '../card/plan';
import { encodingName } from '../card/read_graphs';
import {
  RAW_NV12,
  RAW_PLACE_FORMAT,
  RAW_PLACE_MATRIX,
  RAW_PLACE_RANGE,
  rawWords,
} from '../codecs/raw_format';
import { putAnswerJson, putFaultJson } from '../commands/print';
import { EXIT_USAGE, faultBegin, faultExit, faultMessage, faultWhy } from '../fault';
import { openEncoding, openPrecision, openPrecisionLength } from '../graphs';
import { faultMemory } from '../package';
import { answerTensor, wanted } from '../tasks';
import {
  JSON_NULL,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_STRING,
  jsonMember,
  jsonNumber,
  jsonText,
  jsonTextLength,
  jsonType,
} from '../text/json_node';
import { jsonErrorOffset, jsonParse, jsonStatus } from '../text/json_reader';
import { jsonErrorText } from '../text/json_status';
import { putU32 } from '../text/numbers';
import { put, putByte, TextWriter, writerGrowing } from '../text/writer';
import { hashAsAsked, useImage, useImageData } from './images';
import { ANY_TASK, NO_TASK, useModel } from './models';
import {
  answerResult,
  asciiBytes,
  callBegin,
  callEnd,
  closeResult,
  faultAddress,
  hostAlloc,
  hostReset,
  inMemory,
  newResult,
  preprocessResult,
} from './results';
import { ClassifyResult, ImageRequest, SHORT_REQUEST } from './structs';

const w: TextWriter = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));
/** Length of the runtime's name when nobody has told it. */
const NO_NAME: usize = 0;

/** `size` bytes for the host's data; 0 when there is no memory. */
export function edge_alloc(size: usize): usize {
  return hostAlloc(size);
}

/** Drops everything that edge_alloc gave and the last result; the model stays. */
export function edge_reset(): void {
  hostReset();
}

/** JSON request -> address of {address, length} of the JSON answer. */
export function edge_infer(request: usize, length: usize): usize {
  callBegin();
  const exit = inferJson(request, length);
  writerGrowing(w, 1024);
  if (exit == 0) {
    putByte(w, 0x7b);
    putAnswerJson(w, 0, NO_NAME);
    putByte(w, 0x7d);
    if (w.failed) faultMemory();
  }
  if (faultExit != 0) {
    w.used = 0;
    putFaultJson(w);
    putByte(w, 0x7d);
  }
  const result = newResult(8);
  store<usize>(result, w.start);
  store<usize>(result, w.used, 4);
  callEnd();
  return result;
}

function badRequest(why: string): i32 {
  faultBegin(EXIT_USAGE, 'USAGE_REQUEST', 'bad request');
  faultWhy(why);
  return faultExit;
}

/** A number of low..high of the request, `fallback` when absent, NaN with a fault when wrong. */
function numberOf(root: usize, key: string, low: f64, high: f64, fallback: f64): f64 {
  const node = jsonMember(root, key);
  if (node == 0 || jsonType(node) == JSON_NULL) return fallback;
  const value = jsonType(node) == JSON_NUMBER ? jsonNumber(node) : -1;
  if (value >= low && value <= high) return value;
  badRequest('a value is of the wrong type or out of range');
  put(faultMessage, ': ');
  put(faultMessage, key);
  return NaN;
}

/** Number of a word of the request in its place of a layout, -1 when absent; a fault when it is no such word. */
function wordOf(root: usize, key: string, place: i32): i32 {
  const node = jsonMember(root, key);
  if (node == 0 || jsonType(node) == JSON_NULL) return -1;
  const words = rawWords(place);
  const found = jsonType(node) == JSON_STRING ? wordIndex(jsonText(node), jsonTextLength(node), words) : -1;
  if (found < 0) {
    badRequest(key);
    put(faultMessage, ' must be one of: ');
    put(faultMessage, words);
  }
  return found;
}

/** Layout of raw pixels by `format`, `matrix` and `range` of the request, 0 without a format. */
function layoutOf(root: usize): i32 {
  const format = wordOf(root, 'format', RAW_PLACE_FORMAT);
  const matrix = wordOf(root, 'matrix', RAW_PLACE_MATRIX);
  const range = wordOf(root, 'range', RAW_PLACE_RANGE);
  if (format + 1 < RAW_NV12 && (matrix >= 0 || range >= 0)) {
    badRequest('matrix and range need a format of nv12, nv21, i420 or yuyv');
  }
  return (format + 1) | ((matrix == 1 ? 1 : 0) << 8) | ((range == 1 ? 1 : 0) << 16);
}

function inferJson(request: usize, length: usize): i32 {
  if (!inMemory(request, length)) {
    faultAddress();
    return faultExit;
  }
  const root = jsonParse(request, length);
  if (root == 0) {
    badRequest(jsonErrorText(jsonStatus()));
    put(faultMessage, ' at byte ');
    putU32(faultMessage, jsonErrorOffset());
    return faultExit;
  }
  if (jsonType(root) != JSON_OBJECT) return badRequest('it must be a JSON object');
  const width = numberOf(root, 'width', 1, 65535, 0);
  const height = numberOf(root, 'height', 1, 65535, 0);
  const threshold = numberOf(root, 'confidence_threshold', 0, 1, 0);
  const iou = numberOf(root, 'iou', 0, 1, 0);
  const top = numberOf(root, 'top', 1, 1000000, 0);
  const layout = layoutOf(root);
  if (faultExit != 0) return faultExit;
  const model = jsonMember(root, 'model_id');
  if (model != 0 && jsonType(model) != JSON_STRING) return badRequest('model_id must be a text');
  hashAsAsked(layout);
  const exit = useModel(model == 0 ? 0 : jsonText(model), model == 0 ? 0 : jsonTextLength(model), ANY_TASK);
  if (exit != 0) return exit;
  const data = jsonMember(root, 'image_data');
  if (data == 0) return badRequest('image_data is missing');
  const used = useImageData(data, <i32>width, <i32>height, layout);
  if (used != 0) return used;
  wanted.top = <i32>top;
  wanted.threshold = <f32>threshold;
  wanted.iou = <f32>iou;
  return answerTensor();
}

/** Model and picture of a typed request of `bytes`, up to the tensor; the exit code. */
function useRequest(request: usize, bytes: usize, task: i32): i32 {
  if (!inMemory(request, bytes)) {
    faultAddress();
    return faultExit;
  }
  const r = changetype<ImageRequest>(request);
  if (!inMemory(r.image, r.imageLength) || !inMemory(r.model, r.modelLength)) {
    faultAddress();
    return faultExit;
  }
  hashAsAsked(r.layout);
  const exit = useModel(r.model, r.modelLength, task);
  return exit != 0 ? exit : useImage(r.image, r.imageLength, r.width, r.height, r.layout);
}

/** The answer of a task to a typed request: address of a {@link ClassifyResult}. */
function answerRequest(request: usize, bytes: usize, task: i32): usize {
  callBegin();
  if (useRequest(request, bytes, task) == 0) {
    const r = changetype<ImageRequest>(request);
    wanted.top = r.top;
    wanted.threshold = r.threshold;
    wanted.iou = bytes > SHORT_REQUEST ? r.iou : 0;
    wanted.ownMask = bytes > SHORT_REQUEST ? r.ownMask : 0;
    answerTensor();
  }
  const result = answerResult();
  if (faultExit == 0) fillAnswer(result);
  return closeResult(result);
}

/** Typed request -> address of a {@link ClassifyResult}. */
export function edge_classify(request: usize): usize {
  return answerRequest(request, SHORT_REQUEST, TASK_CLASSIFY);
}

/** Typed request of 44 bytes -> address of a {@link ClassifyResult} with rows of boxes. */
export function edge_detect(request: usize): usize {
  return answerRequest(request, offsetof<ImageRequest>(), TASK_DETECT);
}

/** Typed request of 44 bytes -> address of a {@link ClassifyResult} with shares of classes and a mask. */
export function edge_segment(request: usize): usize {
  return answerRequest(request, offsetof<ImageRequest>(), TASK_SEGMENT);
}

/** Typed request, of which top and threshold are not looked at -> address of a {@link ClassifyResult} with a vector. */
export function edge_embed(request: usize): usize {
  return answerRequest(request, SHORT_REQUEST, TASK_EMBED);
}

function fillAnswer(result: ClassifyResult): void {
  result.sha256 = answer.sha256;
  result.decode = <f32>answer.decode;
  result.preprocess = <f32>answer.preprocess;
  result.infer = <f32>answer.infer;
  result.postprocess = <f32>answer.postprocess;
  result.latency = <f32>answer.latency;
  const encoding = encodingName(openEncoding);
  result.encoding = asciiBytes(encoding);
  result.encodingLength = result.encoding == 0 ? 0 : <usize>asciiLength(encoding);
  result.precision = openPrecision;
  result.precisionLength = openPrecisionLength;
  result.version = plan.version;
  result.versionLength = plan.versionLength;
  result.tensor = answer.tensor;
  result.tensorLength = answer.tensorLength;
}

/** Typed request -> address of a PreprocessResult; no graph is loaded or run. */
export function edge_preprocess(request: usize): usize {
  callBegin();
  useRequest(request, SHORT_REQUEST, NO_TASK);
  return preprocessResult();
}
