/**
 * Affine quantisation, real = (q - zero) * scale, and conversion of dense vectors of `n` elements, plain form: the
 * reference of simd.ts. src and dst do not overlap, need no alignment beyond their element's size, and are read and
 * written only at indices below n, except that simd.ts may read (never write) GUARD bytes behind src.
 */

/** Least value of an integer type of at most 16 bits. */
function lowest<T>(): i32 {
  return isSigned<T>() ? -(1 << (8 * sizeof<T>() - 1)) : 0;
}

/** Greatest value of an integer type of at most 16 bits. */
function highest<T>(): i32 {
  return lowest<T>() + (1 << (8 * sizeof<T>())) - 1;
}

/** clamp(round_half_even(steps) + zero); infinities saturate, NaN becomes `zero`. */
function clamped<T>(steps: f32, zero: i32): T {
  const rounded = nearest(steps);
  // Differences of 16-bit numbers are exact in f32.
  if (rounded <= <f32>(lowest<T>() - zero)) return <T>lowest<T>();
  if (rounded >= <f32>(highest<T>() - zero)) return <T>highest<T>();
  return <T>(rounded == rounded ? <i32>rounded + zero : zero);
}

function quantizeTo<T>(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    store<T>(dst + i * sizeof<T>(), clamped<T>(load<f32>(src + (i << 2)) / scale, zero));
  }
}

/**
 * f32 -> u8: clamp(round_half_even(v / scale) + zero, 0, 255) in f32, as ONNX QuantizeLinear. `scale` > 0, `zero`
 * 0..255. Infinities saturate; NaN becomes the zero point.
 */
export function quantizeU8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  quantizeTo<u8>(src, n, scale, zero, dst);
}

/** f32 -> i8: as {@link quantizeU8} with -128..127 (`zero` too). */
export function quantizeI8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  quantizeTo<i8>(src, n, scale, zero, dst);
}

/** f32 -> i16: as {@link quantizeU8} with -32768..32767 (`zero` too). */
export function quantizeI16(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  quantizeTo<i16>(src, n, scale, zero, dst);
}

function dequantizeFrom<T>(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    store<f32>(dst + (i << 2), <f32>(<i32>load<T>(src + i * sizeof<T>()) - zero) * scale);
  }
}

/** u8 -> f32: f32(q - zero) * scale, one rounding; `zero` 0..255. */
export function dequantizeU8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  dequantizeFrom<u8>(src, n, scale, zero, dst);
}

/** i8 -> f32: f32(q - zero) * scale, one rounding; `zero` -128..127. */
export function dequantizeI8(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  dequantizeFrom<i8>(src, n, scale, zero, dst);
}

/** i16 -> f32: f32(q - zero) * scale, one rounding; `zero` -32768..32767. */
export function dequantizeI16(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  dequantizeFrom<i16>(src, n, scale, zero, dst);
}

/**
 * i32 -> f32: f32(q - zero) * scale, two roundings from 2^24 on; the difference wraps as int32 does (ONNX demands
 * zero = 0 here).
 */
export function dequantizeI32(src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  dequantizeFrom<i32>(src, n, scale, zero, dst);
}

/**
 * i32 accumulators -> f32, each element with a scale of its own: dst[i] = f32(src[i]) * (scale * scales[i]), three
 * roundings in that order. `scales`: f32[n].
 */
export function dequantizeEachI32(src: usize, n: i32, scale: f32, scales: usize, dst: usize): void {
  for (let i: usize = 0; i < (<usize>n) << 2; i += 4) {
    store<f32>(dst + i, <f32>load<i32>(src + i) * (scale * load<f32>(scales + i)));
  }
}

function requantizeTo<T>(src: usize, n: i32, multiplier: f32, zero: i32, dst: usize): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    store<T>(dst + i * sizeof<T>(), clamped<T>(<f32>load<i32>(src + (i << 2)) * multiplier, zero));
  }
}

/**
 * i32 accumulators -> u8: clamp(round_half_even(f32(q) * multiplier) + zero, 0, 255) in f32, as ONNX Runtime's kernels
 * do; `multiplier` = scale of the input * scale of the weights / scale of the output, finite and > 0.
 */
export function requantizeU8(src: usize, n: i32, multiplier: f32, zero: i32, dst: usize): void {
  requantizeTo<u8>(src, n, multiplier, zero, dst);
}

/** i32 accumulators -> i8: as {@link requantizeU8} with -128..127 (`zero` too). */
export function requantizeI8(src: usize, n: i32, multiplier: f32, zero: i32, dst: usize): void {
  requantizeTo<i8>(src, n, multiplier, zero, dst);
}

function requantizeEachTo<T>(src: usize, n: i32, multipliers: usize, zero: i32, dst: usize): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    const steps = <f32>load<i32>(src + (i << 2)) * load<f32>(multipliers + (i << 2));
    store<T>(dst + i * sizeof<T>(), clamped<T>(steps, zero));
  }
}

/** {@link requantizeU8} with a multiplier of its own for each element: f32[n]. */
export function requantizeEachU8(src: usize, n: i32, multipliers: usize, zero: i32, dst: usize): void {
  requantizeEachTo<u8>(src, n, multipliers, zero, dst);
}

/** {@link requantizeI8} with a multiplier of its own for each element: f32[n]. */
export function requantizeEachI8(src: usize, n: i32, multipliers: usize, zero: i32, dst: usize): void {
  requantizeEachTo<i8>(src, n, multipliers, zero, dst);
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
