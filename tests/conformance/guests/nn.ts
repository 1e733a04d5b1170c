/** Short words for the calls of the core ABI, with memory to make them in. */
import {
  nn_compute,
  nn_get_output,
  nn_init_execution_context,
  nn_load,
  nn_load_by_name,
  nn_set_input,
} from '../../../assembly/nn/imports_witx';
import { print, readFile, say } from './print';

export const ONNX: u32 = 1;
export const CPU: u32 = 0;
export const F16: u32 = 0;
export const F32: u32 = 1;
export const F64: u32 = 2;
export const U8: u32 = 3;
export const I32: u32 = 4;
export const I64: u32 = 5;

/** Where calls write a number. */
export const OUT: usize = memory.data(16, 8);
export const BUILDER: usize = memory.data(16, 8);
export const TENSOR: usize = memory.data(32, 8);
export const DIMENSIONS: usize = memory.data(64, 8);
export const DATA: usize = memory.data(256, 16);
export const BUFFER: usize = memory.data(256, 16);

/** Stops the guest when a call that must work does not: the rest would say nothing. */
export function must(what: string, errno: u32): void {
  if (errno == 0) return;
  say(what + ' failed', errno);
  unreachable();
}

/** Loads bytes of a graph; errno, the number is at OUT. */
export function loadBytes(bytes: ArrayBuffer, encoding: u32): u32 {
  store<usize>(BUILDER, changetype<usize>(bytes));
  store<usize>(BUILDER, bytes.byteLength, 4);
  return nn_load(BUILDER, 1, encoding, CPU, OUT);
}

/** Loads a file of a graph from the guest's folder; the graph's number. */
export function loadFile(name: string): u32 {
  must('load', loadBytes(readFile(name), ONNX));
  return load<u32>(OUT);
}

export function loadName(name: string): u32 {
  const text = String.UTF8.encode(name);
  return nn_load_by_name(changetype<usize>(text), text.byteLength, OUT);
}

export function newContext(graph: u32): u32 {
  must('init_execution_context', nn_init_execution_context(graph, OUT));
  return load<u32>(OUT);
}

/** A context on a graph of the host, by its name. */
export function openNamed(name: string): u32 {
  must('load_by_name', loadName(name));
  return newContext(load<u32>(OUT));
}

/** Describes a tensor of one dimension at `data`. */
export function describe(type: u32, count: u32, data: usize, length: u32): void {
  store<u32>(DIMENSIONS, count);
  store<usize>(TENSOR, DIMENSIONS);
  store<u32>(TENSOR, 1, 4);
  store<u32>(TENSOR, type, 8);
  store<usize>(TENSOR, data, 12);
  store<u32>(TENSOR, length, 16);
}

export function setTensor(context: u32, index: u32, type: u32, count: u32, data: usize, length: u32): u32 {
  describe(type, count, data, length);
  return nn_set_input(context, index, TENSOR);
}

/** The values 1, 2, 3, 4 times `factor` at `at`. */
export function fillF32(at: usize, factor: f32): void {
  for (let i: usize = 0; i < 4; i++) store<f32>(at + i * 4, <f32>(i + 1) * factor);
}

/** Sets four floats, 1..4 times `factor`. */
export function setFloats(context: u32, index: u32, factor: f32): u32 {
  fillF32(DATA, factor);
  return setTensor(context, index, F32, 4, DATA, 16);
}

export function getOutput(context: u32, index: u32, capacity: u32): u32 {
  return nn_get_output(context, index, BUFFER, capacity, OUT);
}

/** Computes and prints output 0 as four floats. */
export function computeAndPrint(context: u32): void {
  must('compute', nn_compute(context));
  printFloats(context, 0);
}

export function printFloats(context: u32, index: u32): void {
  must('get_output', getOutput(context, index, 256));
  let text = '';
  for (let i: usize = 0; i < <usize>load<u32>(OUT); i += 4) text += load<f32>(BUFFER + i).toString() + ' ';
  print(text);
}

/** Sends `length` bytes of DATA, elements of `type`, through an identity graph and says whether they come back. */
export function roundTrip(graph: string, type: u32, length: u32): void {
  const context = openNamed(graph);
  for (let i: usize = 0; i < <usize>length; i++) store<u8>(DATA + i, <u8>(i * 37 + 1));
  must('set_input', setTensor(context, 0, type, 4, DATA, length));
  must('compute', nn_compute(context));
  must('get_output', getOutput(context, 0, 256));
  say('bytes', load<u32>(OUT));
  print(memory.compare(DATA, BUFFER, length) == 0 ? 'equal' : 'different');
}
