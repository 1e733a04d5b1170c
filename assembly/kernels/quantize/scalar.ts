/**
 * Number format kernels over dense vectors of `n` elements, plain form: the reference of simd.ts.
 * src and dst do not overlap, need no alignment beyond their element's size, and are read and written only at
 * indices below n, except that simd.ts may read (never write) GUARD bytes behind src.
 */

function quantized(value: f32, scale: f32, zero: i32, low: i32, high: i32): i32 {
  const steps = nearest(value / scale);
  // A NaN compares false twice and becomes 0: the result is the zero point.
  if (steps <= <f32>(low - zero)) return low;
  if (steps >= <f32>(high - zero)) return high;
  return steps == steps ? <i32>steps + zero : zero;
}

/**
 * f32 -> u8: clamp(round_half_even(v / scale) + zero, 0, 255) in f32, as ONNX QuantizeLinear. `scale` > 0, `zero`
 * 0..255. Infinities saturate; NaN becomes the zero point.
 */
export function quantizeU8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  for (let i = 0; i < n; i++)
    store<u8>(dst + i, quantized(load<f32>(src + ((<usize>i) << 2)), scale, zero, 0, 255));
}

/** f32 -> i8: as {@link quantizeU8} with -128..127 (`zero` too). */
export function quantizeI8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  for (let i = 0; i < n; i++)
    store<i8>(dst + i, quantized(load<f32>(src + ((<usize>i) << 2)), scale, zero, -128, 127));
}

/** u8 -> f32: f32(q - zero) * scale, one rounding; `zero` 0..255. */
export function dequantizeU8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  for (let i = 0; i < n; i++)
    store<f32>(dst + ((<usize>i) << 2), <f32>(<i32>load<u8>(src + i) - zero) * scale);
}

/** i8 -> f32: f32(q - zero) * scale, one rounding; `zero` -128..127. */
export function dequantizeI8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  for (let i = 0; i < n; i++)
    store<f32>(dst + ((<usize>i) << 2), <f32>(<i32>load<i8>(src + i) - zero) * scale);
}

/** i16 -> f32: f32(q - zero) * scale, one rounding; `zero` -32768..32767. */
export function dequantizeI16(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  for (let i = 0; i < n; i++) {
    const at: usize = (<usize>i) << 1;
    store<f32>(dst + (at << 1), <f32>(<i32>load<i16>(src + at) - zero) * scale);
  }
}

/** i32 -> f32: f32(q - zero) * scale; the difference wraps as int32 does (ONNX demands zero = 0 here). */
export function dequantizeI32(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  for (let i = 0; i < n; i++) {
    const at: usize = (<usize>i) << 2;
    store<f32>(dst + at, <f32>(load<i32>(src + at) - zero) * scale);
  }
}

/** f64 -> f32, nearest, ties to even; out of range becomes infinity, every NaN the quiet NaN 0x7fc00000. */
export function f64ToF32(src: usize, n: i32, dst: usize): void {
  for (let i = 0; i < n; i++) {
    const value = load<f64>(src + ((<usize>i) << 3));
    store<f32>(dst + ((<usize>i) << 2), value == value ? <f32>value : reinterpret<f32>(0x7fc0_0000));
  }
}

/** i32 -> f32, nearest, ties to even. */
export function i32ToF32(src: usize, n: i32, dst: usize): void {
  for (let i = 0; i < n; i++) {
    const at: usize = (<usize>i) << 2;
    store<f32>(dst + at, <f32>load<i32>(src + at));
  }
}

/** i64 -> f32, nearest, ties to even. */
export function i64ToF32(src: usize, n: i32, dst: usize): void {
  for (let i = 0; i < n; i++) store<f32>(dst + ((<usize>i) << 2), <f32>load<i64>(src + ((<usize>i) << 3)));
}
