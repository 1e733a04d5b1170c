/**
 * Filling results, and the memory that calls of the host share:
 *
 *   resident place of the model | what edge_alloc gave ... | result of the last call
 *
 * A result is dropped when the next call begins, unless the host has allocated since; edge_reset drops all but the
 * model. So one buffer, allocated once and used for every call, keeps memory constant.
 */

import { asciiLength, asciiNext, asciiOpen } from '../text/ascii';
import { answer } from '../answer';
import { LAYOUT_NCHW, plan } from '../card/plan';
import { residentEnd, residentOpen } from '../card/resident';
import {
  EXIT_RUNTIME,
  EXIT_USAGE,
  faultBegin,
  faultClear,
  faultCode,
  faultExit,
  faultHint,
  faultMessage,
  faultTry,
  faultWhy,
} from '../fault';
import { arenaAlloc, arenaAllocZeroed, arenaMark, arenaRelease, GUARD } from '../memory/arena';
import { ClassifyResult, PreprocessResult, ResultHead } from './structs';

let resultStart: usize = 0;
let resultEnd: usize = 0;

/** Given when there is not even memory for a result. */
const LAST_RESORT: usize = memory.data(128, 8);

function dropResult(): void {
  if (resultEnd != 0 && arenaMark() == resultEnd) arenaRelease(resultStart);
  resultEnd = 0;
}

/** Begins a call of the host. */
export function callBegin(): void {
  residentOpen();
  dropResult();
  faultClear();
  resultStart = arenaMark();
}

/** Ends a call of the host: what it has allocated is its result. */
export function callEnd(): void {
  // The model may have moved above where the call began.
  if (resultStart < residentEnd()) resultStart = residentEnd();
  resultEnd = arenaMark();
}

/** Makes the last result as lasting as what {@link hostAlloc} gave. */
export function keepResult(): void {
  resultEnd = 0;
}

/** `size` bytes for the host, 16-byte aligned, 0 when there are none; valid until {@link hostReset}. */
export function hostAlloc(size: usize): usize {
  residentOpen();
  dropResult();
  return arenaAlloc(size);
}

/** Drops everything but the model. */
export function hostReset(): void {
  residentOpen();
  resultEnd = 0;
  arenaRelease(residentEnd());
}

/** A result of `bytes` zeros. */
export function newResult(bytes: usize): usize {
  const result = arenaAllocZeroed(bytes);
  if (result != 0) return result;
  memory.fill(LAST_RESORT, 0, 128);
  faultBegin(EXIT_RUNTIME, 'RUNTIME_MEMORY', 'not enough memory');
  return LAST_RESORT;
}

/** An ASCII constant as bytes in the arena; 0 when there is no memory. */
export function asciiBytes(text: string): usize {
  const length = <usize>asciiLength(text);
  const to = arenaAlloc(length);
  if (to == 0) return 0;
  asciiOpen(text);
  for (let i: usize = 0; i < length; i++) store<u8>(to + i, asciiNext());
  return to;
}

/** Writes the fault at hand, if there is one, into a result. */
export function fillHead(result: usize): void {
  const head = changetype<ResultHead>(result);
  head.status = faultExit;
  if (faultExit == 0) return;
  head.code = asciiBytes(faultCode);
  head.codeLength = head.code == 0 ? 0 : <usize>asciiLength(faultCode);
  head.message = faultMessage.start;
  head.messageLength = faultMessage.used;
  head.hint = faultHint.start;
  head.hintLength = faultHint.used;
}

/** A result of edge_preprocess from the answer at hand. */
export function preprocessResult(): usize {
  const address = newResult(offsetof<PreprocessResult>());
  const result = changetype<PreprocessResult>(address);
  if (faultExit == 0) {
    result.tensor = answer.tensor;
    result.tensorLength = answer.tensorLength;
    result.sha256 = answer.sha256;
    result.dtype = plan.dtype;
    result.rank = 4;
    fillShape(address + offsetof<PreprocessResult>('dimension0'));
    result.decode = <f32>answer.decode;
    result.preprocess = <f32>answer.preprocess;
    result.width = answer.width;
    result.height = answer.height;
  }
  fillHead(address);
  callEnd();
  return address;
}

/** A result of a task from the answer at hand, without what only a module with a graph knows. */
export function answerResult(): ClassifyResult {
  const result = changetype<ClassifyResult>(newResult(offsetof<ClassifyResult>()));
  if (faultExit != 0) return result;
  result.predictions = answer.predictions;
  result.count = answer.count;
  result.width = answer.width;
  result.height = answer.height;
  result.mask = answer.mask;
  result.maskWidth = answer.maskWidth;
  result.maskHeight = answer.maskHeight;
  result.maskBytes = answer.maskBytes;
  return result;
}

/** Ends a call with its result. */
export function closeResult(result: ClassifyResult): usize {
  const address = changetype<usize>(result);
  fillHead(address);
  callEnd();
  return address;
}

/** The four dimensions of the input tensor at `to`. */
export function fillShape(to: usize): void {
  const planar = plan.layout == LAYOUT_NCHW;
  store<i32>(to, 1);
  store<i32>(to, planar ? plan.channels : plan.height, 4);
  store<i32>(to, planar ? plan.height : plan.width, 8);
  store<i32>(to, planar ? plan.width : plan.channels, 12);
}

/** True when the bytes lie in the memory. */
export function inMemory(from: usize, length: usize): bool {
  // Kernels may read one vector behind a picture; blocks of edge_alloc are followed by that much.
  return <u64>from + length + GUARD <= (<u64>memory.size()) << 16;
}

/** The fault of a request with an address outside of the memory. */
export function faultAddress(): void {
  faultBegin(EXIT_USAGE, 'USAGE_ADDRESS', 'bad request');
  faultWhy('an address in it lies outside of the memory');
  faultTry('Allocate with edge_alloc');
}
