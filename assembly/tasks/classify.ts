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
import { softmaxTopK } from '../kernels/softmax';
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
  const scores = plan.outputDtype == DTYPE_F32 ? output : dequantized(output, elements);
  return scores == 0 ? faultExit : rank(scores, elements, top, threshold);
}

/** The output, which is not f32, as f32 in the arena; 0 with a fault when there is no memory. */
function dequantized(output: usize, elements: i32): usize {
  const scores = arenaAlloc((<usize>elements) << 2);
  const dtype = plan.outputDtype;
  if (scores == 0) faultMemory();
  else if (dtype == DTYPE_F16) f16ToF32(output, elements, scores);
  else if (dtype == DTYPE_I8) dequantizeI8(output, elements, plan.outputScale, plan.outputZero, scores);
  else dequantizeU8(output, elements, plan.outputScale, plan.outputZero, scores);
  return scores;
}

/** Fills the answer with the best classes of `elements` scores. */
function rank(scores: usize, elements: i32, top: i32, threshold: f32): i32 {
  const offset = plan.classOffset;
  const most = min(top, elements - offset);
  const logits = plan.kind == KIND_LOGITS;
  const scratch = logits ? arenaAlloc((<usize>elements) << 2) : scores;
  const ranked = arenaAlloc((<usize>most) << 3);
  const predictions = arenaAlloc(<usize>most * PREDICTION_BYTES);
  if (scratch == 0 || ranked == 0 || predictions == 0) {
    faultMemory();
    return faultExit;
  }
  // Elements before class 0 (a background class) take part in softmax, not in the ranking.
  const kept = logits
    ? softmaxTopK(scores, elements, offset, most, scratch, ranked)
    : topK(scores + ((<usize>offset) << 2), elements - offset, 1, most, ranked);
  if (kept < 0) {
    faultBegin(EXIT_MODEL, 'MODEL_OUTPUT_NAN', 'the graph gave no numbers');
    faultWhere(plan.name, plan.nameLength);
    faultWhy('every value of its output is NaN');
    faultTry('Check input.normalize of model.json, or try another graph with --precision');
    return faultExit;
  }
  let shown = 0;
  // kept <= most: the rows of both blocks are inside them.
  for (; shown < kept; shown++) {
    const from = ranked + ((<usize>shown) << 3);
    const score = load<f32>(from, 4);
    if (!(score >= threshold)) break;
    const index = load<i32>(from);
    const row = predictions + <usize>shown * PREDICTION_BYTES;
    store<i32>(row, index);
    store<f32>(row, score, 4);
    store<usize>(row, labelText(index), 8);
    store<usize>(row, labelLength(index), 12);
  }
  answer.predictions = predictions;
  answer.count = shown;
  return 0;
}
