/** Picks the colour conversions: SIMD where the build has it. */
import * as scalar from './scalar';
import * as simd from './simd';

export function yccToRgb(y: usize, cb: usize, cr: usize, width: i32, out: usize): void {
  if (ASC_FEATURE_SIMD) simd.yccToRgb(y, cb, cr, width, out);
  else scalar.yccToRgb(y, cb, cr, width, out);
}

export function interleave(a: usize, b: usize, c: usize, width: i32, out: usize): void {
  if (ASC_FEATURE_SIMD) simd.interleave(a, b, c, width, out);
  else scalar.interleave(a, b, c, width, out);
}
