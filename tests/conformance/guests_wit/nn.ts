/** Short words for the calls of the component ABI, lowered. */
import {
  contextCompute,
  errorCode,
  errorData,
  errorDrop,
  graphInitContext,
  graphLoadByName,
  tensorData,
  tensorNew,
} from '../../../assembly/nn/imports_wit';
import { print, say } from '../guests/print';

/** {tag @0, value @4} or {tag @0, address @4, length @8}. */
export const RESULT: usize = memory.data(16, 4);
/** Elements {name address, name length, tensor}. */
export const INPUTS: usize = memory.data(64, 4);
const DIMENSIONS: usize = memory.data(16, 4);
const DATA: usize = memory.data(64, 4);

export const FP32: i32 = 1;
export const U8: i32 = 4;

/** Where the host writes lists. */
export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  if (size == 0) return align;
  return __alloc(size);
}

/** Prints the error of RESULT: its code, and whether it has a text. */
export function printError(): void {
  const error = load<i32>(RESULT, 4);
  say('code', errorCode(error));
  errorData(error, RESULT);
  print(load<u32>(RESULT, 4) > 0 ? 'with a text' : 'without a text');
  errorDrop(error);
}

/** Prints the error of RESULT if there is one, and stops. */
export function must(what: string): void {
  if (load<u8>(RESULT) == 0) return;
  print(what + ' failed');
  printError();
  unreachable();
}

export function loadName(name: string): void {
  const text = String.UTF8.encode(name);
  graphLoadByName(changetype<usize>(text), text.byteLength, RESULT);
}

/** A context on a graph of the host. */
export function openNamed(name: string): i32 {
  loadName(name);
  must('load-by-name');
  graphInitContext(load<i32>(RESULT, 4), RESULT);
  must('init-execution-context');
  return load<i32>(RESULT, 4);
}

/** A tensor of `count` floats 1, 2, ... times `factor`. */
export function floats(count: u32, factor: f32): i32 {
  store<u32>(DIMENSIONS, count);
  for (let i: u32 = 0; i < count; i++) store<f32>(DATA + ((<usize>i) << 2), <f32>(i + 1) * factor);
  return tensorNew(DIMENSIONS, 1, FP32, DATA, count * 4);
}

/** Element `index` of the list of inputs. */
export function putInput(index: u32, name: string, tensor: i32): void {
  const text = String.UTF8.encode(name);
  const at = INPUTS + <usize>index * 12;
  store<usize>(at, changetype<usize>(text));
  store<u32>(at, text.byteLength, 4);
  store<i32>(at, tensor, 8);
}

export function compute(context: i32, count: u32): void {
  contextCompute(context, INPUTS, count, RESULT);
}

/** Prints output `index` of the list that compute gave: its name, then its floats. */
export function printOutput(outputs: usize, index: u32): void {
  const at = outputs + <usize>index * 12;
  print(String.UTF8.decodeUnsafe(load<usize>(at), load<u32>(at, 4)));
  printFloats(load<i32>(at, 8));
}

/** Prints a tensor's floats. */
export function printFloats(tensor: i32): void {
  tensorData(tensor, RESULT);
  const data = load<usize>(RESULT);
  let text = '';
  for (let i: usize = 0; i < <usize>load<u32>(RESULT, 4); i += 4)
    text += load<f32>(data + i).toString() + ' ';
  print(text);
}
