/**
 * f32 HWC row -> tensor row; shapes are documented in float_row_scalar.ts. The row is normalised in place, four
 * values at a time, brought to the tensor's type in place (elements only become smaller), and then dealt out.
 */

import { f32ToBf16, f32ToF16 } from '../quantize/half_scalar';
import { Lanes } from '../quantize/simd';
import { DTYPE_F16, DTYPE_I8, LAYOUT_NCHW } from '../types';
import {
  TABLE_DIVIDES,
  TABLE_FACTOR,
  TABLE_QUANT_SCALE,
  TABLE_QUANT_ZERO,
  TABLE_REVERSED,
  TABLE_STDS,
} from './float_row_table';
import { elementShift } from './tables';

export { FLOAT_ROW_WRITES } from './float_row_scalar';

function normalizeInPlace(row: usize, values: i32, table: usize): void {
  const factor = v128.load32_splat(table, TABLE_FACTOR);
  const divides = load<i32>(table, TABLE_DIVIDES);
  const end = row + ((<usize>values) << 2);
  let pattern: usize = 0;
  // row < end: at most 12 bytes behind the row are read and written (FLOAT_ROW_WRITES).
  for (; row < end; row += 16) {
    let value = v128.load(row);
    value = divides != 0 ? f32x4.div(value, factor) : f32x4.mul(value, factor);
    value = f32x4.sub(value, v128.load(table + pattern));
    v128.store(row, f32x4.div(value, v128.load(table + pattern, TABLE_STDS)));
    pattern = pattern == 32 ? 0 : pattern + 16;
  }
}

/** f32 -> u8, or i8 when `low` is -128: see quantizeU8. */
function quantizeInPlace(row: usize, values: i32, table: usize, low: i32): void {
  const scale = v128.load32_splat(table, TABLE_QUANT_SCALE);
  const zero = load<i32>(table, TABLE_QUANT_ZERO);
  const zeros = i32x4.splat(zero);
  const lows = f32x4.splat(<f32>(low - zero));
  const highs = f32x4.splat(<f32>(low + 255 - zero));
  // What is written lies at or before what is read, of which at most 12 bytes lie behind the row.
  for (let to = row, end = row + <usize>values; to < end; to += 4, row += 16) {
    // The lowest byte of each lane is right for both types.
    const quantized = Lanes.quantized(row, scale, lows, highs, zeros);
    const bytes = i8x16.swizzle(
      quantized,
      i8x16(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
    );
    v128.store32_lane(to, bytes, 0);
  }
}

/** width elements of type T, one every `step` elements of the row, to one every `stride` bytes. */
function deal<T>(from: usize, step: i32, to: usize, stride: usize, width: i32): void {
  for (; width > 0; width--, from += <usize>step * sizeof<T>(), to += stride) store<T>(to, load<T>(from));
}

/** See float_row_scalar.ts. */
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
  const values = width * channels;
  normalizeInPlace(src, values, table);
  const shift = elementShift(dtype);
  if (shift == 0) quantizeInPlace(src, values, table, dtype == DTYPE_I8 ? -128 : 0);
  else if (shift == 1) {
    if (dtype == DTYPE_F16) f32ToF16(src, values, src);
    else f32ToBf16(src, values, src);
  }
  const planar = layout == LAYOUT_NCHW;
  const pixel: usize = (planar ? <usize>1 : <usize>channels) << shift;
  const channel = (planar ? <usize>height * <usize>width : <usize>1) << shift;
  const to = dst + <usize>row * <usize>width * pixel;
  const reversed = load<i32>(table, TABLE_REVERSED) != 0;
  // x < width, row < height, c < channels: inside the tensor.
  if (!planar && !reversed) {
    memory.copy(to, src, (<usize>values) << shift);
    return;
  }
  for (let c = 0; c < channels; c++) {
    const plane = to + <usize>(reversed ? channels - 1 - c : c) * channel;
    const from = src + ((<usize>c) << shift);
    if (shift == 2) deal<u32>(from, channels, plane, pixel, width);
    else if (shift == 1) deal<u16>(from, channels, plane, pixel, width);
    else deal<u8>(from, channels, plane, pixel, width);
  }
}
