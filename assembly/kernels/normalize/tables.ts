/**
 * Tables of the fused "u8 sample -> tensor element" step: 256 values a channel, computed once in the card's exact
 * order, so that the order of roundings costs nothing per pixel.
 *
 *   tables: channels x 256 elements of the tensor's type, then 16 bytes a channel for simd.ts:
 *           f32 factor, f32 offset, i32 affine (1: factor * x + offset equals the f32 table for all 256 x)
 */

import {
  DTYPE_BF16,
  DTYPE_F16,
  DTYPE_F32,
  DTYPE_I8,
  SCALE_DIVIDE,
  SCALE_MULTIPLY,
  WRITES_BF16,
} from '../types';
import { floatToBfloat, floatToHalf } from '../quantize/half';
import { quantizeI8, quantizeU8 } from '../quantize/scalar';

/** log2 of the bytes of one tensor element. */
export function elementShift(dtype: i32): i32 {
  return dtype == DTYPE_F32 ? 2 : dtype == DTYPE_F16 || dtype == DTYPE_BF16 ? 1 : 0;
}

/** Bytes that {@link normalizeTableBuild} fills. */
export function normalizeTableBytes(dtype: i32, channels: i32): usize {
  return <usize>channels * (((<usize>256) << elementShift(dtype)) + 16);
}

/** The normalised value of one sample: ((x / factor | x * factor | x) - mean) / std, rounded to f32 at each step. */
export function normalizeValue(sample: i32, scaling: i32, factor: f32, mean: f32, std: f32): f32 {
  let value = <f32>sample;
  if (scaling == SCALE_DIVIDE) value = value / factor;
  else if (scaling == SCALE_MULTIPLY) value = value * factor;
  return (value - mean) / std;
}

function affineBuild(table: usize, scaling: i32, factor: f32, mean: f32, std: f32, at: usize): void {
  const scale: f64 = scaling == SCALE_DIVIDE ? 1.0 / factor : scaling == SCALE_MULTIPLY ? <f64>factor : 1.0;
  const a = <f32>(scale / <f64>std);
  const b = <f32>(-(<f64>mean) / <f64>std);
  let equal = 1;
  for (let x = 0; x < 256; x++) {
    const wanted = load<u32>(table + ((<usize>x) << 2));
    if (reinterpret<u32>(<f32>x * a + b) != wanted) equal = 0;
  }
  store<f32>(at, a);
  store<f32>(at, b, 4);
  store<i32>(at, equal, 8);
}

/**
 * Fills `tables` ({@link normalizeTableBytes} bytes, 4-byte aligned).
 *
 * @param dtype      DTYPE_* of the tensor
 * @param channels   1..4, in the tensor's order of colours
 * @param scaling    SCALE_*, with `factor`
 * @param means      f32[channels]
 * @param stds       f32[channels], none 0
 * @param quantScale for u8 and i8: q = clamp(round_half_even(v / quantScale) + quantZero) of the normalised value v,
 *                   in f32; with no scaling, mean 0, std 1, scale 1 and zero 0 u8 samples pass unchanged
 */
export function normalizeTableBuild(
  dtype: i32,
  channels: i32,
  scaling: i32,
  factor: f32,
  means: usize,
  stds: usize,
  quantScale: f32,
  quantZero: i32,
  tables: usize,
): void {
  const shift = elementShift(dtype);
  const affine = tables + (((<usize>channels) << 8) << shift);
  for (let c = 0; c < channels; c++) {
    const mean = load<f32>(means + ((<usize>c) << 2));
    const std = load<f32>(stds + ((<usize>c) << 2));
    const table = tables + (((<usize>c) << 8) << shift);
    // x < 256: inside the channel's table.
    for (let x = 0; x < 256; x++) {
      const value = normalizeValue(x, scaling, factor, mean, std);
      const to = table + ((<usize>x) << shift);
      if (dtype == DTYPE_F32) store<f32>(to, value);
      else if (dtype == DTYPE_F16) store<u16>(to, floatToHalf(value));
      else if (WRITES_BF16 && dtype == DTYPE_BF16) store<u16>(to, floatToBfloat(value));
      else store<u8>(to, quantizeOne(dtype, value, quantScale, quantZero));
    }
    const at = affine + ((<usize>c) << 4);
    if (dtype == DTYPE_F32) affineBuild(table, scaling, factor, mean, std, at);
    else store<i32>(at, 0, 8);
  }
}

const CELL: usize = memory.data(8, 4);

function quantizeOne(dtype: i32, value: f32, scale: f32, zero: i32): u8 {
  store<f32>(CELL, value);
  if (dtype == DTYPE_I8) quantizeI8(CELL, 1, scale, zero, CELL + 4);
  else quantizeU8(CELL, 1, scale, zero, CELL + 4);
  return load<u8>(CELL, 4);
}
