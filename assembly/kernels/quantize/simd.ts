/** Number format kernels in SIMD; shapes, ranges and rules are documented in scalar.ts. */

export {
  dequantizeI16,
  dequantizeI32,
  dequantizeI8,
  dequantizeU8,
  f16ToF32,
  f32ToF16,
  f64ToF32,
  i32ToF32,
  i64ToF32,
  quantizeI8,
  quantizeU8,
} from './scalar';
