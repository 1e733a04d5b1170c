/** Picks the inverse DCT: SIMD where the build has it. */
import * as scalar from './scalar';
import * as simd from './simd';

/**
 * Transforms a block by the cheapest of three equal ways; `last` is the zigzag index of its last non-zero
 * coefficient (indices 0..9 lie in the top left 4 x 4).
 */
export function idct(last: i32, block: usize, quant: usize, out: usize, stride: usize): void {
  if (ASC_FEATURE_SIMD) {
    if (last == 0) simd.idctFlat(block, quant, out, stride);
    else if (last < 10) simd.idctLow(block, quant, out, stride);
    else simd.idctFull(block, quant, out, stride);
  } else {
    if (last == 0) scalar.idctFlat(block, quant, out, stride);
    else scalar.idctFull(block, quant, out, stride);
  }
}

/** Like {@link idct} for a block that nothing is known of. */
export function idctUnknown(block: usize, quant: usize, out: usize, stride: usize): void {
  const extent = ASC_FEATURE_SIMD ? simd.idctExtent(block) : scalar.idctExtent(block);
  idct(extent == 0 ? 0 : extent == 1 ? 9 : 63, block, quant, out, stride);
}
