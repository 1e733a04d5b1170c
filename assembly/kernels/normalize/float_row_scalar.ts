/** f32 HWC row -> tensor row, plain form: the reference of float_row_simd.ts. */

import { floatToBfloat, floatToHalf } from '../quantize/half';
import { quantizeI8, quantizeU8 } from '../quantize/scalar';
import { DTYPE_BF16, DTYPE_F16, DTYPE_F32, DTYPE_I8, LAYOUT_NCHW, WRITES_BF16 } from '../types';
import {
  TABLE_DIVIDES,
  TABLE_FACTOR,
  TABLE_QUANT_SCALE,
  TABLE_QUANT_ZERO,
  TABLE_REVERSED,
  TABLE_STDS,
} from './float_row_table';
import { elementShift } from './tables';

/** Bytes behind the row that {@link normalizeFloatRow} may write. */
export const FLOAT_ROW_WRITES: usize = 16;

/**
 * Writes one row of f32 samples into the tensor: ((x / factor | x * factor) - mean) / std, each step rounded to f32;
 * then, for f16 and bf16, to the nearest, ties to even; for u8 and i8 clamp(round_half_even(v / scale) + zero).
 *
 * @param src      f32[width][channels], 4-byte aligned; it and FLOAT_ROW_WRITES bytes behind it are used as scratch
 * @param channels 1..4
 * @param table    of {@link floatTableBuild}
 * @param dst      start of the tensor: [channels][height][width] or [height][width][channels]
 * @param row      0 .. height - 1
 * @param layout   LAYOUT_*
 * @param dtype    DTYPE_*
 */
export function normalizeFloatRow(
  src: usize,
  width: i32,
  channels: i32,
  table: usize,
  dst: usize,
  row: i32,
  height: i32,
  layout: i32,
  dtype: i32,
): void {
  const factor = load<f32>(table, TABLE_FACTOR);
  const scale = load<f32>(table, TABLE_QUANT_SCALE);
  const zero = load<i32>(table, TABLE_QUANT_ZERO);
  for (let x = 0; x < width; x++) {
    for (let c = 0; c < channels; c++, src += 4) {
      let value = load<f32>(src);
      value = load<i32>(table, TABLE_DIVIDES) != 0 ? value / factor : value * factor;
      const at = table + ((<usize>c) << 2);
      value = (value - load<f32>(at)) / load<f32>(at, TABLE_STDS);
      const channel = load<i32>(table, TABLE_REVERSED) != 0 ? channels - 1 - c : c;
      // x < width, row < height, channel < channels: inside the tensor.
      const index =
        layout == LAYOUT_NCHW
          ? (<usize>channel * height + row) * width + x
          : (<usize>row * width + x) * channels + channel;
      const to = dst + (index << elementShift(dtype));
      store<f32>(src, value);
      if (dtype == DTYPE_F32) store<f32>(to, value);
      else if (dtype == DTYPE_F16) store<u16>(to, floatToHalf(value));
      else if (WRITES_BF16 && dtype == DTYPE_BF16) store<u16>(to, floatToBfloat(value));
      else if (dtype == DTYPE_I8) quantizeI8(src, 1, scale, zero, to);
      else quantizeU8(src, 1, scale, zero, to);
    }
  }
}
