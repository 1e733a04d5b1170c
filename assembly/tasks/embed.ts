/**
 * Embedding: all values of output 0 -> a vector of Euclidean length 1, into the answer at hand.
 */

import { answer } from '../answer';
import { cardOutput, dtypeBytes, KIND_EMBEDDING } from '../card/plan';
import { faultExit } from '../fault';
import { l2Normalize } from '../kernels/similarity';
import { faultKind, faultNaN, faultOutput, outputAsF32, outputSize } from './outputs';

/**
 * Normalises output 0 as torch.nn.functional.normalize does: it becomes `predictions` (f32) and `count` of the answer; the
 * exit code.
 */
export function embedOutput(): i32 {
  const row = cardOutput(0);
  if (row.kind != KIND_EMBEDDING) return faultKind('embedding');
  const length = outputSize(0);
  const count = <i32>(length / dtypeBytes(row.dtype));
  if (count == 0 || <usize>count * dtypeBytes(row.dtype) != length) return faultOutput(0, count);
  const vector = outputAsF32(0, count);
  if (vector == 0) return faultExit;
  l2Normalize(vector, 1, count, vector);
  // A vector with an infinity or a NaN has a NaN as its result; `count` f32 lie at `vector`.
  for (let i = 0; i < count; i++) {
    const value = load<f32>(vector + ((<usize>i) << 2));
    if (value != value) return faultNaN('its output has NaN or infinite values');
  }
  answer.predictions = vector;
  answer.count = count;
  return 0;
}
