/**
 * Answers and errors as text and as JSON lines.
 */

import { asciiLength } from '../text/ascii';
import { answer, DETECTION_BYTES, PREDICTION_BYTES } from '../answer';
import { plan, TASK_DETECT, TASK_EMBED, TASK_SEGMENT } from '../card/plan';
import { encodingName } from '../card/read_graphs';
import { faultCode, faultHint, faultMessage } from '../fault';
import { openEncoding, openPrecision, openPrecisionLength, refusals } from '../graphs';
import { putJsonConstant, putJsonKey, putJsonString, putPlain } from '../text/json_writer';
import { putF32, putFixed } from '../text/numbers';
import { startsWith } from '../text/utf8';
import { put, putByte, putHex, putRepeat, TextWriter } from '../text/writer';

const DECIMALS: i32 = 3;
const BAR: i32 = 20;

/** Address of the provider that executes the open graph, found by {@link findProvider}; 0 for unknown. */
let provider: usize = 0;
let providerLength: usize = 0;

/** Looks up the open graph's encoding in a list "onnx=NAME,openvino=NAME". */
export function findProvider(list: usize, length: usize): void {
  provider = 0;
  providerLength = 0;
  if (openEncoding < 0) return;
  const name = encodingName(openEncoding);
  const nameLength = <usize>asciiLength(name);
  let start: usize = 0;
  while (start < length) {
    let stop = start;
    while (stop < length && load<u8>(list + stop) != 0x2c) stop++;
    const size = stop - start;
    if (
      size > nameLength &&
      startsWith(list + start, size, name) &&
      load<u8>(list + start + nameLength) == 0x3d
    ) {
      provider = list + start + nameLength + 1;
      providerLength = size - nameLength - 1;
    }
    start = stop + 1;
  }
}

/** Address of the provider, 0 when unknown. */
export function providerText(): usize {
  return provider;
}

/** Byte length of the provider's name. */
export function providerTextLength(): usize {
  return providerLength;
}

/** The error at hand as text: `error: WHAT (WHERE): WHY. TRY ...`. */
export function putFaultText(w: TextWriter): void {
  put(w, 'error: ');
  putPlain(w, faultMessage.start, faultMessage.used);
  if (faultHint.used > 0) {
    put(w, '. ');
    putPlain(w, faultHint.start, faultHint.used);
  }
  putByte(w, 0x0a);
}

/** The error at hand as JSON, without the closing brace, so that members can follow. */
export function putFaultJson(w: TextWriter): void {
  put(w, '{"error":{"code":');
  putJsonConstant(w, faultCode);
  putJsonKey(w, 'message', false);
  putJsonString(w, faultMessage.start, faultMessage.used);
  if (faultHint.used > 0) {
    putJsonKey(w, 'hint', false);
    putJsonString(w, faultHint.start, faultHint.used);
  }
  putByte(w, 0x7d);
}

function putMilliseconds(w: TextWriter, key: string, value: f64, first: bool): void {
  putJsonKey(w, key, first);
  putFixed(w, value, DECIMALS);
}

function putTextOrNull(w: TextWriter, text: usize, length: usize): void {
  if (text == 0) put(w, 'null');
  else putJsonString(w, text, length);
}

/** `"vector":[...]`. */
function putVector(w: TextWriter): void {
  putJsonKey(w, 'vector', true);
  putNumbers(w, answer.predictions, answer.count);
}

/** `count` f32 as a JSON array. */
function putNumbers(w: TextWriter, from: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    putByte(w, i == 0 ? 0x5b : 0x2c);
    putF32(w, load<f32>(from + ((<usize>i) << 2)));
  }
  putByte(w, 0x5d);
}

/** `,"key":{"width":...,"height":...}`. */
function putSize(w: TextWriter, key: string, width: i32, height: i32): void {
  putJsonKey(w, key, false);
  put(w, '{"width":');
  putFixed(w, width, 0);
  putJsonKey(w, 'height', false);
  putFixed(w, height, 0);
  putByte(w, 0x7d);
}

/** Bytes of a row of predictions. */
function rowBytes(): usize {
  return plan.task == TASK_DETECT ? DETECTION_BYTES : PREDICTION_BYTES;
}

/** `"predictions":[...]`. */
function putPredictions(w: TextWriter): void {
  putJsonKey(w, 'predictions', true);
  putByte(w, 0x5b);
  for (let i = 0; i < answer.count; i++) {
    const row = answer.predictions + <usize>i * rowBytes();
    put(w, i == 0 ? '{"class_id":' : ',{"class_id":');
    putFixed(w, <f64>load<u32>(row), 0);
    putJsonKey(w, 'label', false);
    putJsonString(w, load<usize>(row, 8), load<usize>(row, 12));
    putJsonKey(w, plan.task == TASK_SEGMENT ? 'area' : 'confidence', false);
    putF32(w, load<f32>(row, 4));
    if (plan.task == TASK_DETECT) {
      putJsonKey(w, 'box', false);
      putNumbers(w, row + 16, 4);
    }
    putByte(w, 0x7d);
  }
  putByte(w, 0x5d);
}

/** The members of an answer from `predictions` to `input_sha256`. */
export function putAnswerJson(w: TextWriter, runtime: usize, runtimeLength: usize): void {
  if (plan.task == TASK_EMBED) putVector(w);
  else putPredictions(w);
  if (plan.task == TASK_DETECT || plan.task == TASK_SEGMENT)
    putSize(w, 'picture', answer.width, answer.height);
  if (plan.task == TASK_SEGMENT) putSize(w, 'mask', answer.maskWidth, answer.maskHeight);
  putMilliseconds(w, 'latency_ms', answer.latency, false);
  putJsonKey(w, 'timings', false);
  putByte(w, 0x7b);
  putMilliseconds(w, 'decode', answer.decode, true);
  putMilliseconds(w, 'preprocess', answer.preprocess, false);
  putMilliseconds(w, 'infer', answer.infer, false);
  putMilliseconds(w, 'postprocess', answer.postprocess, false);
  putByte(w, 0x7d);
  putJsonKey(w, 'model', false);
  putJsonString(w, plan.name, plan.nameLength);
  putJsonKey(w, 'model_version', false);
  putJsonString(w, plan.version, plan.versionLength);
  putJsonKey(w, 'runtime', false);
  putTextOrNull(w, runtime, runtimeLength);
  put(w, ',"graph":{"encoding":');
  if (openEncoding < 0) put(w, 'null');
  else putJsonConstant(w, encodingName(openEncoding));
  putJsonKey(w, 'precision', false);
  putTextOrNull(w, openPrecision, openPrecisionLength);
  putJsonKey(w, 'provider', false);
  putTextOrNull(w, provider, providerLength);
  putByte(w, 0x7d);
  putHash(w);
}

/** `,"input_sha256":"..."`. */
export function putHash(w: TextWriter): void {
  putJsonKey(w, 'input_sha256', false);
  putByte(w, 0x22);
  putHex(w, answer.sha256, 32);
  putByte(w, 0x22);
}

/** Characters of UTF-8 text. */
function characters(from: usize, length: usize): i32 {
  let count = 0;
  for (let i: usize = 0; i < length; i++) if ((load<u8>(from + i) & 0xc0) != 0x80) count++;
  return count;
}

/** An answer for a person: a line a prediction, then one line with timings and graph. */
export function putAnswerText(w: TextWriter, runtime: usize, runtimeLength: usize): void {
  if (plan.task == TASK_EMBED) {
    putVector(w);
    putByte(w, 0x0a);
  } else putRows(w);
  putTimings(w, runtime, runtimeLength);
}

function putRows(w: TextWriter): void {
  let widest = 0;
  for (let i = 0; i < answer.count; i++) {
    const row = answer.predictions + <usize>i * rowBytes();
    const wide = characters(load<usize>(row, 8), load<usize>(row, 12));
    if (wide > widest) widest = wide;
  }
  for (let i = 0; i < answer.count; i++) {
    const row = answer.predictions + <usize>i * rowBytes();
    const share = load<f32>(row, 4);
    putPlain(w, load<usize>(row, 8), load<usize>(row, 12));
    putRepeat(w, 0x20, widest - characters(load<usize>(row, 8), load<usize>(row, 12)) + 2);
    const percent = <f64>share * 100;
    putRepeat(w, 0x20, percent >= 99.995 ? 0 : percent >= 9.995 ? 1 : 2);
    putFixed(w, percent, 2);
    put(w, ' %  ');
    if (plan.task == TASK_DETECT) putBox(w, row + 16);
    else putRepeat(w, 0x23, <i32>Math.max(0, Math.min(<f64>BAR, (percent * BAR) / 100 + 0.5)));
    putByte(w, 0x0a);
  }
  if (answer.count == 0) put(w, 'nothing reaches the threshold\n');
}

/** The corners of a box, in pixels. */
function putBox(w: TextWriter, box: usize): void {
  for (let i: usize = 0; i < 16; i += 4) {
    if (i != 0) putByte(w, 0x20);
    putFixed(w, <f64>load<f32>(box + i), 1);
  }
}

function putTimings(w: TextWriter, runtime: usize, runtimeLength: usize): void {
  putTiming(w, 'decode ', answer.decode);
  putTiming(w, ' ms, preprocess ', answer.preprocess);
  putTiming(w, ' ms, infer ', answer.infer);
  putTiming(w, ' ms, postprocess ', answer.postprocess);
  put(w, ' ms | ');
  putPlain(w, plan.name, plan.nameLength);
  putByte(w, 0x20);
  putPlain(w, plan.version, plan.versionLength);
  if (openEncoding >= 0) {
    put(w, ' | ');
    put(w, encodingName(openEncoding));
  }
  putAfter(w, ' ', openPrecision, openPrecisionLength);
  putAfter(w, ' | ', provider, providerLength);
  putAfter(w, ' | ', runtime, runtimeLength);
  putByte(w, 0x0a);
}

function putTiming(w: TextWriter, name: string, value: f64): void {
  put(w, name);
  putFixed(w, value, 1);
}

function putAfter(w: TextWriter, gap: string, text: usize, length: usize): void {
  if (text == 0) return;
  put(w, gap);
  putPlain(w, text, length);
}

/** The graphs that were refused, for `--verbose`. */
export function putRefusals(w: TextWriter): void {
  if (refusals.used == 0) return;
  put(w, 'refused: ');
  putPlain(w, refusals.start, refusals.used);
  putByte(w, 0x0a);
}
