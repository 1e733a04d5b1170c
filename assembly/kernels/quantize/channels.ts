/** Per-channel dequantisation: the per-tensor kernels over the runs of one channel. */

import { dequantizeI16, dequantizeI32, dequantizeI8, dequantizeU8 } from './simd';

export const INTEGER_U8: i32 = 0;
export const INTEGER_I8: i32 = 1;
export const INTEGER_I16: i32 = 2;
export const INTEGER_I32: i32 = 3;

/** Bytes of one element of an INTEGER_* type. */
export function integerBytes(integer: i32): usize {
  return integer == INTEGER_I32 ? 4 : integer == INTEGER_I16 ? 2 : 1;
}

/** Per-tensor dequantisation of `n` elements of an INTEGER_* type: f32(q - zero) * scale. */
export function dequantize(integer: i32, src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  if (integer == INTEGER_U8) dequantizeU8(src, n, scale, zero, dst);
  else if (integer == INTEGER_I8) dequantizeI8(src, n, scale, zero, dst);
  else if (integer == INTEGER_I16) dequantizeI16(src, n, scale, zero, dst);
  else dequantizeI32(src, n, scale, zero, dst);
}

/**
 * Dequantises a tensor seen as [outer][channels][inner] with a scale and a zero point per channel.
 *
 * @param scales f32[channels], each > 0
 * @param zeros  i32[channels], or 0 when all are zero
 */
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
  for (let o = 0; o < outer; o++) {
    for (let c = 0; c < channels; c++) {
      const at: usize = (<usize>c) << 2;
      dequantize(integer, src, inner, load<f32>(scales + at), zeros == 0 ? 0 : load<i32>(zeros + at), dst);
      src += step;
      dst += (<usize>inner) << 2;
    }
  }
}
