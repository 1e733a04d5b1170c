/**
 * Quantisation by the integer's type, per tensor and per channel. A tensor with scales along one axis is seen as
 * [outer][channels][inner]: outer is the product of the dimensions before that axis, inner of those behind it.
 * Channels that are the last axis (inner 1) are taken by vectors where an accumulator is read, one by one elsewhere.
 */

import {
  dequantizeEachI32,
  dequantizeI16,
  dequantizeI32,
  dequantizeI8,
  dequantizeU8,
  quantizeI16,
  quantizeI8,
  quantizeU8,
  requantizeEachI8,
  requantizeEachU8,
  requantizeI8,
  requantizeU8,
} from './simd';

export const INTEGER_U8: i32 = 0;
export const INTEGER_I8: i32 = 1;
export const INTEGER_I16: i32 = 2;
export const INTEGER_I32: i32 = 3;

/** Bytes of one element of an INTEGER_* type. */
export function integerBytes(integer: i32): usize {
  return integer == INTEGER_I32 ? 4 : integer == INTEGER_I16 ? 2 : 1;
}

/** f32 -> INTEGER_U8, I8 or I16 by one scale and zero point; see quantizeU8 in scalar.ts. */
export function quantize(integer: i32, src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  if (integer == INTEGER_U8) quantizeU8(src, n, scale, zero, dst);
  else if (integer == INTEGER_I8) quantizeI8(src, n, scale, zero, dst);
  else quantizeI16(src, n, scale, zero, dst);
}

/** Any INTEGER_* type -> f32 by one scale and zero point; see dequantizeU8 in scalar.ts. */
export function dequantize(integer: i32, src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  if (integer == INTEGER_U8) dequantizeU8(src, n, scale, zero, dst);
  else if (integer == INTEGER_I8) dequantizeI8(src, n, scale, zero, dst);
  else if (integer == INTEGER_I16) dequantizeI16(src, n, scale, zero, dst);
  else dequantizeI32(src, n, scale, zero, dst);
}

/** i32 accumulators -> INTEGER_U8 or I8 by one multiplier; see requantizeU8 in scalar.ts. */
export function requantize(integer: i32, src: usize, n: i32, multiplier: f32, zero: i32, dst: usize): void {
  if (integer == INTEGER_U8) requantizeU8(src, n, multiplier, zero, dst);
  else requantizeI8(src, n, multiplier, zero, dst);
}

/**
 * {@link quantize} with a scale and a zero point per channel.
 *
 * @param scales f32[channels], each > 0
 * @param zeros  i32[channels], or 0 when all are zero
 */
export function quantizeChannels(
  integer: i32,
  src: usize,
  outer: i32,
  channels: i32,
  inner: i32,
  scales: usize,
  zeros: usize,
  dst: usize,
): void {
  const step = <usize>inner * integerBytes(integer);
  // outer * channels runs of `inner` elements: src and dst hold all of them.
  for (; outer > 0; outer--) {
    for (let c: usize = 0; c < <usize>channels; c++) {
      const zero = zeros == 0 ? 0 : load<i32>(zeros + (c << 2));
      quantize(integer, src, inner, load<f32>(scales + (c << 2)), zero, dst);
      src += (<usize>inner) << 2;
      dst += step;
    }
  }
}

/** {@link dequantize} with a scale and a zero point per channel; parameters as of {@link quantizeChannels}. */
export function dequantizeChannels(
  integer: i32,
  src: usize,
  outer: i32,
  channels: i32,
  inner: i32,
  scales: usize,
  zeros: usize,
  dst: usize,
): void {
  const step = <usize>inner * integerBytes(integer);
  // outer * channels runs of `inner` elements: src and dst hold all of them.
  for (; outer > 0; outer--) {
    for (let c: usize = 0; c < <usize>channels; c++) {
      const zero = zeros == 0 ? 0 : load<i32>(zeros + (c << 2));
      dequantize(integer, src, inner, load<f32>(scales + (c << 2)), zero, dst);
      src += step;
      dst += (<usize>inner) << 2;
    }
  }
}

/**
 * i32 accumulators of a product of quantised tensors -> f32: f32(q) * (inputScale * weightScales[c]), in that order.
 *
 * @param weightScales f32[channels], each > 0
 */
export function dequantizeProducts(
  src: usize,
  outer: i32,
  channels: i32,
  inner: i32,
  inputScale: f32,
  weightScales: usize,
  dst: usize,
): void {
  for (; outer > 0; outer--) {
    const bytes = (<usize>channels * <usize>inner) << 2;
    if (inner == 1) {
      dequantizeEachI32(src, channels, inputScale, weightScales, dst);
    } else {
      for (let c: usize = 0; c < <usize>channels; c++) {
        const at = (c * <usize>inner) << 2;
        dequantizeI32(src + at, inner, inputScale * load<f32>(weightScales + (c << 2)), 0, dst + at);
      }
    }
    src += bytes;
    dst += bytes;
  }
}

/**
 * {@link requantize} with a multiplier per channel and one zero point, as the weights of a convolution have them.
 *
 * @param multipliers f32[channels], each finite and > 0
 */
export function requantizeChannels(
  integer: i32,
  src: usize,
  outer: i32,
  channels: i32,
  inner: i32,
  multipliers: usize,
  zero: i32,
  dst: usize,
): void {
  for (; outer > 0; outer--) {
    if (inner != 1) {
      for (let c: usize = 0; c < <usize>channels; c++) {
        const at = c * <usize>inner;
        requantize(integer, src + (at << 2), inner, load<f32>(multipliers + (c << 2)), zero, dst + at);
      }
    } else if (integer == INTEGER_U8) requantizeEachU8(src, channels, multipliers, zero, dst);
    else requantizeEachI8(src, channels, multipliers, zero, dst);
    src += (<usize>channels * <usize>inner) << 2;
    dst += <usize>channels * <usize>inner;
  }
}
