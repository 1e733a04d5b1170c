/**
 * Classification: scores -> the best classes, into the answer at hand.
 */

import { answer, PREDICTION_BYTES } from '../answer';
import {
  cardOutput,
  dtypeBytes,
  KIND_LOGITS,
  KIND_PROBABILITIES,
  labelLength,
  labelText,
  plan,
} from '../card/plan';
import { faultExit } from '../fault';
import { softmaxTopK } from '../kernels/softmax';
import { topK } from '../kernels/topk';
import { arenaAlloc } from '../memory/arena';
import { faultMemory } from '../package';
import { faultKind, faultNaN, faultOutput, outputAsF32, outputSize } from './outputs';

/** Best classes where the caller does not say how many. */
const DEFAULT_TOP: i32 = 5;

/** Ranks the values of output 0; fills predictions and count of the answer; the exit code. `top` 0: five. */
export function rankOutput(top: i32, threshold: f32): i32 {
  const row = cardOutput(0);
  const length = outputSize(0);
  const size = dtypeBytes(row.dtype);
  const elements = <i32>(length / size);
  const offset = plan.classOffset;
  // Without labels any number of classes fits.
  const wanted = plan.labelCount == 0 ? elements : plan.labelCount + offset;
  if (<usize>elements * size != length || elements <= offset || elements != wanted)
    return faultOutput(0, wanted);
  if (row.kind != KIND_LOGITS && row.kind != KIND_PROBABILITIES) return faultKind('logits or probabilities');
  const scores = outputAsF32(0, elements);
  if (scores == 0) return faultExit;
  return rank(scores, elements, top < 1 ? DEFAULT_TOP : top, threshold, row.kind == KIND_LOGITS);
}

/** Fills the answer with the best classes of `elements` scores. */
function rank(scores: usize, elements: i32, top: i32, threshold: f32, logits: bool): i32 {
  const offset = plan.classOffset;
  const most = min(top, elements - offset);
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
  keepRows(ranked, kept, predictions, threshold);
  return 0;
}

/**
 * Rows {class, score} from the best on, while they reach the threshold, as predictions of the answer at hand.
 *
 * @param predictions has room for `count` rows
 */
export function keepRows(ranked: usize, count: i32, predictions: usize, threshold: f32): void {
  let shown = 0;
  // shown < count: the rows of both blocks are inside them.
  for (; shown < count; shown++) {
    const from = ranked + ((<usize>shown) << 3);
    const score = load<f32>(from, 4);
    if (!(score >= threshold)) break;
    putPrediction(predictions + <usize>shown * PREDICTION_BYTES, load<i32>(from), score);
  }
  answer.predictions = predictions;
  answer.count = shown;
}

/** Writes a row of predictions. */
export function putPrediction(row: usize, index: i32, score: f32): void {
  store<i32>(row, index);
  store<f32>(row, score, 4);
  store<usize>(row, labelText(index), 8);
  store<usize>(row, labelLength(index), 12);
}
