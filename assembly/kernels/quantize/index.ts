/** The number format kernels in use: SIMD, equal to scalar.ts bit for bit. */

export {
  INTEGER_I16,
  INTEGER_I32,
  INTEGER_I8,
  INTEGER_U8,
  dequantize,
  dequantizeChannels,
  dequantizeProducts,
  integerBytes,
  quantize,
  quantizeChannels,
  requantize,
  requantizeChannels,
} from './channels';
export { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from './half';
export { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from './half_simd';
export {
  dequantizeI16,
  dequantizeI32,
  dequantizeI8,
  dequantizeU8,
  f64ToF32,
  i32ToF32,
  i64ToF32,
} from './simd';
