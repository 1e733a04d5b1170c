/**
 * The pure kernels on vectors of the host, with every length checked.
 */

import { EXIT_USAGE, faultBegin, faultTry, faultWhy } from '../fault';
import { dequantize, dequantizeChannels, INTEGER_I8, INTEGER_U8 } from '../kernels/quantize';
import { softmax } from '../kernels/softmax';
import { topK } from '../kernels/topk';
import { arenaAlloc } from '../memory/arena';
import { faultMemory } from '../package';

/** Rows of {class id u32, score f32} that {@link topRows} made. */
export let topRowCount: i32 = 0;

/** Softmax of `count` f32 into new memory; 0 when there is none. */
export function softmaxOf(scores: usize, count: i32): usize {
  const result = arenaAlloc((<usize>count) << 2);
  if (result != 0 && count > 0) {
    // The kernel may read behind its source: not so behind a copy in the arena.
    memory.copy(result, scores, (<usize>count) << 2);
    softmax(result, count, 1, result);
  }
  return result;
}

/** The greatest `wanted` of `count` scores as rows {class id, score}; 0 when there is no memory. */
export function topRows(scores: usize, count: i32, wanted: i32): usize {
  topRowCount = 0;
  const most = wanted < count ? wanted : count;
  if (most < 1) return arenaAlloc(8);
  const copy = arenaAlloc((<usize>count) << 2);
  const indices = arenaAlloc((<usize>most) << 2);
  const rows = arenaAlloc((<usize>most) << 3);
  if (copy == 0 || indices == 0 || rows == 0) return 0;
  memory.copy(copy, scores, (<usize>count) << 2);
  topRowCount = topK(copy, count, most, indices);
  for (let i: usize = 0; i < <usize>topRowCount; i++) {
    const index = load<i32>(indices + (i << 2));
    store<i32>(rows + (i << 3), index);
    store<f32>(rows + (i << 3), load<f32>(copy + ((<usize>index) << 2)), 4);
  }
  return rows;
}

/** (q - zero) * scale of `count` u8 or i8 into new memory; 0 with a fault set when something does not fit. */
export function dequantizeOf(
  values: usize,
  count: i32,
  signed: bool,
  scales: usize,
  scaleCount: i32,
  zeros: usize,
  zeroCount: i32,
): usize {
  if (scaleCount < 1 || count % scaleCount != 0 || (zeroCount != 0 && zeroCount != scaleCount)) {
    faultBegin(EXIT_USAGE, 'USAGE_DEQUANTIZE', 'bad request');
    faultWhy('the number of scales must divide the values, zero points must be none or as many as scales');
    faultTry('Give one scale and one zero point, or one a channel');
    return 0;
  }
  const copy = arenaAlloc(<usize>count);
  const result = arenaAlloc((<usize>count) << 2);
  if (copy == 0 || result == 0) {
    faultMemory();
    return 0;
  }
  memory.copy(copy, values, <usize>count);
  const integer = signed ? INTEGER_I8 : INTEGER_U8;
  if (scaleCount == 1) {
    dequantize(integer, copy, count, load<f32>(scales), zeroCount == 0 ? 0 : load<i32>(zeros), result);
  } else {
    const zeroPoints: usize = zeroCount == 0 ? 0 : zeros;
    dequantizeChannels(integer, copy, 1, scaleCount, count / scaleCount, scales, zeroPoints, result);
  }
  return result;
}
