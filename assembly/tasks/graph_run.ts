/**
 * What every task begins with: the tensor of the answer at hand -> graph -> its output, as f32 where a task wants that.
 */

import { answer } from '../answer';
import { DTYPE_F16, DTYPE_F32, DTYPE_I8, dtypeBytes, dtypeName, LAYOUT_NCHW, plan } from '../card/plan';
import {
  EXIT_MODEL,
  EXIT_RUNTIME,
  faultBegin,
  faultExit,
  faultMessage,
  faultTry,
  faultWhere,
  faultWhy,
} from '../fault';
import { putDetail } from '../graphs';
import { dequantizeI8, dequantizeU8, f16ToF32 } from '../kernels/quantize';
import { arenaAlloc } from '../memory/arena';
import { compute, getOutput, setInput } from '../nn/graph';
import { nnErrorText } from '../nn/status';
import { faultMemory } from '../package';
import { OUT_OF_MEMORY } from '../status';
import { putU32 } from '../text/numbers';
import { put } from '../text/writer';

const DIMENSIONS: usize = memory.data(16, 4);
/** Room for an output beyond what the labels ask for: some backends write past a buffer that is too small. */
const SPARE: usize = 262144;

/** Runs the graph on the tensor of the answer at hand; its output is that of nn/graph.ts. The exit code. */
export function runGraph(): i32 {
  const planar = plan.layout == LAYOUT_NCHW;
  store<i32>(DIMENSIONS, 1);
  store<i32>(DIMENSIONS, planar ? plan.channels : plan.height, 4);
  store<i32>(DIMENSIONS, planar ? plan.height : plan.width, 8);
  store<i32>(DIMENSIONS, planar ? plan.width : plan.channels, 12);
  let status = setInput(
    plan.inputName,
    plan.inputNameLength,
    DIMENSIONS,
    4,
    plan.dtype,
    answer.tensor,
    answer.tensorLength,
  );
  if (status != 0) return faultGraph('the graph refused the input', status);
  status = compute();
  if (status != 0) return faultGraph('the graph failed', status);
  const elements = <usize>plan.labelCount + <usize>plan.classOffset;
  status = getOutput(elements * dtypeBytes(plan.outputDtype) * 2 + SPARE);
  if (status == OUT_OF_MEMORY) {
    faultMemory();
    return faultExit;
  }
  return status != 0 ? faultGraph('the graph gave no output', status) : 0;
}

function faultGraph(what: string, status: i32): i32 {
  // Refused arguments mean a model that does not fit its card, and so does a failing backend (305, 313): it is all that
  // Wasmtime says of a wrong shape, and a graph that was loaded seldom fails for another reason. All else is the runtime's.
  const misfit =
    status == 301 ||
    status == 303 ||
    status == 305 ||
    status == 307 ||
    status == 310 ||
    status == 313 ||
    status == 315;
  faultBegin(misfit ? EXIT_MODEL : EXIT_RUNTIME, misfit ? 'MODEL_MISFIT' : 'RUNTIME_GRAPH', what);
  faultWhere(plan.name, plan.nameLength);
  faultWhy(nnErrorText(status));
  putDetail(faultMessage);
  faultTry(misfit ? 'Check input and output of model.json against the graph, or try' : 'Try');
  faultTry(' another graph with --encoding or --precision');
  return faultExit;
}

/** The fault of an output of `length` bytes where the card promises `wanted` values; the exit code. */
export function faultOutput(length: usize, wanted: i32): i32 {
  faultBegin(EXIT_MODEL, 'MODEL_MISFIT', 'the output of the graph does not fit the card');
  faultWhere(plan.name, plan.nameLength);
  put(faultMessage, ': it has ');
  putU32(faultMessage, <u32>length);
  put(faultMessage, ' bytes, ');
  putU32(faultMessage, <u32>wanted);
  put(faultMessage, ' values of ');
  put(faultMessage, dtypeName(plan.outputDtype));
  put(faultMessage, ' are expected');
  faultTry('Check labels, class_offset and dtype of model.json');
  return faultExit;
}

/** The fault of an output of another kind than the task reads; the exit code. */
export function faultKind(kinds: string): i32 {
  faultBegin(EXIT_MODEL, 'MODEL_TASK', 'the output is not one that this task can read');
  faultWhere(plan.name, plan.nameLength);
  faultTry('Set output.kind to ');
  faultTry(kinds);
  return faultExit;
}

/** The fault of an output without numbers; the exit code. */
export function faultNaN(why: string): i32 {
  faultBegin(EXIT_MODEL, 'MODEL_OUTPUT_NAN', 'the graph gave no numbers');
  faultWhere(plan.name, plan.nameLength);
  faultWhy(why);
  faultTry('Check input.normalize of model.json, or try another graph with --precision');
  return faultExit;
}

/** `elements` values of the card's output dtype as f32, where they lie or in the arena; 0 with a fault without memory. */
export function outputAsF32(output: usize, elements: i32): usize {
  const dtype = plan.outputDtype;
  if (dtype == DTYPE_F32) return output;
  const values = arenaAlloc((<usize>elements) << 2);
  if (values == 0) faultMemory();
  else if (dtype == DTYPE_F16) f16ToF32(output, elements, values);
  else if (dtype == DTYPE_I8) dequantizeI8(output, elements, plan.outputScale, plan.outputZero, values);
  else dequantizeU8(output, elements, plan.outputScale, plan.outputZero, values);
  return values;
}
