/**
 * Embedding: tensor -> graph -> a vector of Euclidean length 1, into the answer at hand.
 */

import { answer } from '../answer';
import { dtypeBytes, KIND_EMBEDDING, plan } from '../card/plan';
import { faultExit } from '../fault';
import { l2Normalize } from '../kernels/similarity';
import { outputBytes, outputLength } from '../nn/graph';
import { now } from '../wasi/clock';
import { faultKind, faultNaN, faultOutput, outputAsF32, runGraph } from './graph_run';

/**
 * Runs the graph on the tensor of the answer at hand; all values of its output, normalised as
 * torch.nn.functional.normalize does, become `predictions` (f32) and `count` of the answer; the exit code.
 */
export function embedTensor(): i32 {
  const start = now();
  if (plan.kind != KIND_EMBEDDING) return faultKind('embedding');
  const exit = runGraph();
  if (exit != 0) return exit;
  const middle = now();
  const length = outputLength();
  const count = <i32>(length / dtypeBytes(plan.outputDtype));
  if (count == 0 || <usize>count * dtypeBytes(plan.outputDtype) != length) return faultOutput(length, count);
  const vector = outputAsF32(outputBytes(), count);
  if (vector == 0) return faultExit;
  l2Normalize(vector, 1, count, vector);
  // A vector with an infinity or a NaN has a NaN as its result; `count` f32 lie at `vector`.
  for (let i = 0; i < count; i++) {
    const value = load<f32>(vector + ((<usize>i) << 2));
    if (value != value) return faultNaN('its output has NaN or infinite values');
  }
  answer.predictions = vector;
  answer.count = count;
  const end = now();
  answer.infer = middle - start;
  answer.postprocess = end - middle;
  answer.latency += end - start;
  return 0;
}
