/** Fused u8 HWC row -> tensor row, plain form: the reference of simd.ts. */

import { LAYOUT_NCHW } from '../types';
import { elementShift } from './tables';

/**
 * Writes one picture row into the tensor.
 *
 * @param src      u8[width][channels]; GUARD bytes behind it may be read
 * @param channels 1..4
 * @param tables   of {@link normalizeTableBuild} for the same dtype and channels
 * @param dst      start of the tensor: [channels][height][width] or [height][width][channels]
 * @param row      0 .. height - 1
 * @param layout   LAYOUT_*
 * @param dtype    DTYPE_*
 */
export function normalizeRow(
  src: usize,
  width: i32,
  channels: i32,
  tables: usize,
  dst: usize,
  row: i32,
  height: i32,
  layout: i32,
  dtype: i32,
): void {
  const shift = elementShift(dtype);
  const planar = layout == LAYOUT_NCHW;
  for (let c = 0; c < channels; c++) {
    const table = tables + (((<usize>c) << 8) << shift);
    const start = planar ? (<usize>c * height + row) * width : <usize>row * width * channels + c;
    const step = (planar ? <usize>1 : <usize>channels) << shift;
    let to = dst + (start << shift);
    // x < width, row < height, c < channels: inside the tensor; a sample is below 256: inside the table.
    for (let x = 0; x < width; x++, to += step) {
      const from = table + ((<usize>load<u8>(src + <usize>(x * channels + c))) << shift);
      if (shift == 2) store<u32>(to, load<u32>(from));
      else if (shift == 1) store<u16>(to, load<u16>(from));
      else store<u8>(to, load<u8>(from));
    }
  }
}
