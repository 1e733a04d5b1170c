/** Picks the inverse DCT that reduces a block: SIMD where the build has it. */
import * as scalar from './scalar';
import * as simd from './simd';
import { idct1x1, idct2x2 } from './small';

/** Transforms a block into `size` x `size` samples (4, 2 or 1) at `out`, rows `stride` bytes apart. */
export function idctReduced(size: i32, block: usize, quant: usize, out: usize, stride: usize): void {
  if (size == 1) idct1x1(block, quant, out);
  else if (size == 2) idct2x2(block, quant, out, stride);
  else if (ASC_FEATURE_SIMD) simd.idct4x4(block, quant, out, stride);
  else scalar.idct4x4(block, quant, out, stride);
}
