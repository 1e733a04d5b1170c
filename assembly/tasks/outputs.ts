/**
 * The outputs of a graph that has run, here or in the host, as tasks read them.
 */

import { cardOutput, DTYPE_F16, DTYPE_F32, DTYPE_I8, dtypeBytes, dtypeName, plan } from '../card/plan';
import { faultExit, faultMessage, faultModel, faultTry, faultWhy } from '../fault';
import { f16ToF32 } from '../kernels/quantize/half_scalar';
import { dequantizeI8, dequantizeU8 } from '../kernels/quantize/scalar';
import { arenaAlloc } from '../memory/arena';
import { faultMemory } from '../package';
import { putU32 } from '../text/numbers';
import { put } from '../text/writer';

/** Address and length of each output of the last run. */
const OUTPUTS: usize = memory.data(64, 4);

/** Address of the bytes of output `index`, which the card has. */
export function outputAt(index: i32): usize {
  return load<usize>(OUTPUTS + ((<usize>index) << 3));
}

/** Byte length of output `index`, which the card has. */
export function outputSize(index: i32): usize {
  return load<usize>(OUTPUTS + ((<usize>index) << 3), 4);
}

/** Says where output `index` lies, which the card has. */
export function setOutput(index: i32, address: usize, length: usize): void {
  store<usize>(OUTPUTS + ((<usize>index) << 3), address);
  store<usize>(OUTPUTS + ((<usize>index) << 3), length, 4);
}

/** The fault of output `index`, which has another length than `wanted` values; the exit code. */
export function faultOutput(index: i32, wanted: i32): i32 {
  faultModel('MODEL_MISFIT', 'the output of the graph does not fit the card', plan.name, plan.nameLength);
  put(faultMessage, ': it has ');
  putU32(faultMessage, <u32>outputSize(index));
  put(faultMessage, ' bytes, ');
  putU32(faultMessage, <u32>wanted);
  put(faultMessage, ' values of ');
  put(faultMessage, dtypeName(cardOutput(index).dtype));
  put(faultMessage, ' are expected');
  faultTry('Check labels, class_offset, shape and dtype of model.json');
  return faultExit;
}

/** The fault of an output of another kind than the task reads; the exit code. */
export function faultKind(kinds: string): i32 {
  faultModel('MODEL_TASK', 'the output is not one that this task can read', plan.name, plan.nameLength);
  faultTry('Set output.kind to ');
  faultTry(kinds);
  return faultExit;
}

/** The fault of an output without numbers; the exit code. */
export function faultNaN(why: string): i32 {
  faultModel('MODEL_OUTPUT_NAN', 'the graph gave no numbers', plan.name, plan.nameLength);
  faultWhy(why);
  faultTry('Check input.normalize of model.json, or try another graph with --precision');
  return faultExit;
}

/**
 * Output `index` as f32, where it lies or in the arena; 0 with a fault without memory, or unless it has as many values
 * as its shape says.
 */
export function shapedOutput(index: i32): usize {
  const row = cardOutput(index);
  if (outputSize(index) == <usize>row.elements * dtypeBytes(row.dtype))
    return outputAsF32(index, row.elements);
  faultOutput(index, row.elements);
  return 0;
}

/** `elements` values of output `index` as f32, where they lie or in the arena; 0 with a fault without memory. */
export function outputAsF32(index: i32, elements: i32): usize {
  const row = cardOutput(index);
  const output = outputAt(index);
  if (row.dtype == DTYPE_F32) return output;
  const values = arenaAlloc((<usize>elements) << 2);
  if (values == 0) faultMemory();
  else if (row.dtype == DTYPE_F16) f16ToF32(output, elements, values);
  else if (row.dtype == DTYPE_I8) dequantizeI8(output, elements, row.scale, row.zero, values);
  else dequantizeU8(output, elements, row.scale, row.zero, values);
  return values;
}
