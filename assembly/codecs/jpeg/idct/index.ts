/** Picks the inverse DCT: SIMD where the build has it. */
import { idctReduced } from '../reduced';
import * as scalar from './scalar';
import * as simd from './simd';

/**
 * Transforms a block into `size` x `size` samples (8, 4, 2 or 1), 8 x 8 by the cheapest of three equal ways; `last` is
 * the zigzag index of its last non-zero coefficient (indices 0..9 lie in the top left 4 x 4).
 */
export function idct(size: i32, last: i32, block: usize, quant: usize, out: usize, stride: usize): void {
  if (size != 8) {
    idctReduced(size, block, quant, out, stride);
  } else if (ASC_FEATURE_SIMD) {
    if (last == 0) simd.idctFlat(block, quant, out, stride);
    else if (last < 10) simd.idctLow(block, quant, out, stride);
    else simd.idctFull(block, quant, out, stride);
  } else {
    if (last == 0) scalar.idctFlat(block, quant, out, stride);
    else scalar.idctFull(block, quant, out, stride);
  }
}

/** Which of the 64 coefficients are not zero: bit i for coefficient i. */
export function nonZeros(block: usize): u64 {
  return ASC_FEATURE_SIMD ? simd.nonZeros(block) : scalar.nonZeros(block);
}
