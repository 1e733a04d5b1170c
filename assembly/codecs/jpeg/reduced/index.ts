/** Picks the inverse DCT that reduces a block: SIMD where the build has it. */
import * as scalar from './scalar';
import * as simd from './simd';

/** Transforms a block into `size` x `size` samples (4, 2 or 1) at `out`, rows `stride` bytes apart. */
export function idctReduced(size: i32, block: usize, quant: usize, out: usize, stride: usize): void {
  if (size == 1) {
    idct1x1(block, quant, out);
  } else if (ASC_FEATURE_SIMD) {
    if (size == 2) simd.idct2x2(block, quant, out, stride);
    else simd.idct4x4(block, quant, out, stride);
  } else {
    if (size == 2) scalar.idct2x2(block, quant, out, stride);
    else scalar.idct4x4(block, quant, out, stride);
  }
}

/**
 * The mean of the block, which needs no vectors. As in libjpeg-turbo's C code the sample is reduced to 10 bits before it
 * is limited, which matters for coefficients that no encoder makes.
 */
export function idct1x1(block: usize, quant: usize, out: usize): void {
  const mean = (<i32>load<i16>(block) * <i32>load<i16>(quant) + 4) >> 3;
  store<u8>(out, <u8>max(min(((mean << 22) >> 22) + 128, 255), 0));
}
