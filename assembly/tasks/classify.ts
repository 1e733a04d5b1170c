/**
 * Classification: tensor -> graph -> scores -> the best classes, into the answer at hand.
 */

import { answer, PREDICTION_BYTES } from '../answer';
import { dtypeBytes, KIND_LOGITS, KIND_PROBABILITIES, labelLength, labelText, plan } from '../card/plan';
import { faultExit } from '../fault';
import { softmaxTopK } from '../kernels/softmax';
import { topK } from '../kernels/topk';
import { arenaAlloc } from '../memory/arena';
import { outputBytes, outputLength } from '../nn/graph';
import { faultMemory } from '../package';
import { now } from '../wasi/clock';
import { faultKind, faultNaN, faultOutput, outputAsF32, runGraph } from './graph_run';

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

/** Ranks `length` bytes of output of the card's dtype; fills predictions and count of the answer; the exit code. */
export function rankOutput(output: usize, length: usize, top: i32, threshold: f32): i32 {
  const size = dtypeBytes(plan.outputDtype);
  const elements = <i32>(length / size);
  const offset = plan.classOffset;
  // Without labels any number of classes fits.
  const wanted = plan.labelCount == 0 ? elements : plan.labelCount + offset;
  if (<usize>elements * size != length || elements <= offset || elements != wanted)
    return faultOutput(length, wanted);
  if (plan.kind != KIND_LOGITS && plan.kind != KIND_PROBABILITIES)
    return faultKind('logits or probabilities');
  const scores = outputAsF32(output, elements);
  return scores == 0 ? faultExit : rank(scores, elements, top, threshold);
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
  if (kept < 0) return faultNaN('every value of its output is NaN');
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
