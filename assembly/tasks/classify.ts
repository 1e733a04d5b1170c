/**
 * Classification: tensor -> graph -> scores -> the best classes, into the answer at hand.
 */

import { answer, PREDICTION_BYTES } from '../answer';
import {
  DTYPE_F16,
  DTYPE_F32,
  DTYPE_I8,
  dtypeBytes,
  dtypeName,
  KIND_LOGITS,
  KIND_PROBABILITIES,
  labelLength,
  labelText,
  LAYOUT_NCHW,
  plan,
} from '../card/plan';
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
import { dequantizeI8, dequantizeU8, f16ToF32 } from '../kernels/quantize';
import { softmax } from '../kernels/softmax';
import { topK } from '../kernels/topk';
import { arenaAlloc } from '../memory/arena';
import { putDetail } from '../graphs';
import { faultMemory } from '../package';
import { compute, getOutput, outputBytes, outputLength, setInput } from '../nn/graph';
import { nnErrorText } from '../nn/status';
import { OUT_OF_MEMORY } from '../status';
import { putU32 } from '../text/numbers';
import { put } from '../text/writer';
import { now } from '../wasi/clock';

const DIMENSIONS: usize = memory.data(16, 4);
/** Room for an output beyond what the labels ask for: some backends write past a buffer that is too small. */
const SPARE: usize = 262144;

/** Runs the graph on the tensor of the answer at hand and ranks the classes; the exit code. */
export function classifyTensor(top: i32, threshold: f32): i32 {
  const start = now();
  const exit = runGraph();
  if (exit != 0) return exit;
  const middle = now();
  const ranked = rankOutput(outputBytes(), outputLength(), top, threshold);
  const end = now();
  answer.infer = middle - start;
  answer.postprocess = end - middle;
  answer.latency += end - start;
  return ranked;
}

function runGraph(): i32 {
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

/** Ranks `length` bytes of output of the card's dtype; fills predictions and count of the answer; the exit code. */
export function rankOutput(output: usize, length: usize, top: i32, threshold: f32): i32 {
  const size = dtypeBytes(plan.outputDtype);
  const elements = <i32>(length / size);
  const offset = plan.classOffset;
  // Without labels any number of classes fits.
  const wanted = plan.labelCount == 0 ? elements : plan.labelCount + offset;
  if (<usize>elements * size != length || elements <= offset || elements != wanted) {
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
  if (plan.kind != KIND_LOGITS && plan.kind != KIND_PROBABILITIES) {
    faultBegin(EXIT_MODEL, 'MODEL_TASK', 'the output is not one that classify can read');
    faultWhere(plan.name, plan.nameLength);
    faultTry('Set output.kind to logits or probabilities');
    return faultExit;
  }
  const scores = scoresOf(output, elements);
  if (scores == 0) {
    faultMemory();
    return faultExit;
  }
  // Elements before class 0 (a background class) take part in softmax, not in the ranking.
  if (plan.kind == KIND_LOGITS && softmax(scores, elements, 1, scores) == elements) {
    faultBegin(EXIT_MODEL, 'MODEL_OUTPUT_NAN', 'the graph gave no numbers');
    faultWhere(plan.name, plan.nameLength);
    faultWhy('every value of its output is NaN');
    faultTry('Check input.normalize of model.json, or try another graph with --precision');
    return faultExit;
  }
  return rank(scores + ((<usize>offset) << 2), elements - offset, top, threshold);
}

/** The output as f32 in the arena, 0 when there is no memory. */
function scoresOf(output: usize, elements: i32): usize {
  const scores = arenaAlloc((<usize>elements) << 2);
  if (scores == 0) return 0;
  const dtype = plan.outputDtype;
  if (dtype == DTYPE_F32) memory.copy(scores, output, (<usize>elements) << 2);
  else if (dtype == DTYPE_F16) f16ToF32(output, elements, scores);
  else if (dtype == DTYPE_I8) dequantizeI8(output, elements, plan.outputScale, plan.outputZero, scores);
  else dequantizeU8(output, elements, plan.outputScale, plan.outputZero, scores);
  return scores;
}

function rank(scores: usize, count: i32, top: i32, threshold: f32): i32 {
  const most = top < count ? top : count;
  const indices = arenaAlloc((<usize>most) << 2);
  const rows = arenaAlloc(<usize>most * PREDICTION_BYTES);
  if (indices == 0 || rows == 0) {
    faultMemory();
    return faultExit;
  }
  const kept = topK(scores, count, most, indices);
  let shown = 0;
  // kept <= most: rows and indices are inside their blocks; an index is below count.
  for (let i = 0; i < kept; i++) {
    const index = load<i32>(indices + ((<usize>i) << 2));
    const score = load<f32>(scores + ((<usize>index) << 2));
    if (!(score >= threshold)) break;
    const row = rows + <usize>i * PREDICTION_BYTES;
    store<i32>(row, index);
    store<f32>(row, score, 4);
    store<usize>(row, labelText(index), 8);
    store<usize>(row, labelLength(index), 12);
    shown++;
  }
  answer.predictions = rows;
  answer.count = shown;
  return 0;
}
