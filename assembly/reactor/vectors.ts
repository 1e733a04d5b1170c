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

/** New memory for `count` elements of `bytes`; 0 when there is none. */
export function newVector(count: i32, bytes: usize): usize {
  const total = <u64>count * bytes;
  return total >> 32 != 0 ? 0 : arenaAlloc(<usize>total);
}

/** Softmax of `count` f32 into new memory; 0 when there is none. */
export function softmaxOf(scores: usize, count: i32): usize {
  const result = newVector(count, 4);
  if (result != 0) softmax(scores, 1, count, 1, result);
  return result;
}

/** The greatest `wanted` of `count` scores as rows {class id, score}; 0 when there is no memory. */
export function topRows(scores: usize, count: i32, wanted: i32): usize {
  const most = max(min(wanted, count), 0);
  const rows = newVector(most, 8);
  topRowCount = rows == 0 ? 0 : topK(scores, count, 1, most, rows);
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
  const result = newVector(count, 4);
  if (result == 0) {
    faultMemory();
    return 0;
  }
  const integer = signed ? INTEGER_I8 : INTEGER_U8;
  if (scaleCount == 1) {
    dequantize(integer, values, count, load<f32>(scales), zeroCount == 0 ? 0 : load<i32>(zeros), result);
  } else {
    const zeroPoints: usize = zeroCount == 0 ? 0 : zeros;
    dequantizeChannels(integer, values, 1, scaleCount, count / scaleCount, scales, zeroPoints, result);
  }
  return result;
}
