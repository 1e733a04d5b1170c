/** Whole pictures through the resize stage and through single passes of it, for the benchmark's entries. */

import { BOUND_BYTES, coefficientTaps, coefficientsBuild } from '../kernels/resize/coefficients';
import * as plain from '../kernels/resize/scalar';
import * as simd from '../kernels/resize/simd';
import { resizeBegin, resizeFirstRow, resizeLastRow, resizePush, resizeTake } from '../kernels/resize';
import { arenaAlloc, arenaMark, arenaRelease } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';

/**
 * Resizes u8[srcH][srcW][channels] at `src`, GUARD bytes readable behind it, to u8[dstH][dstW][channels] at `dst`;
 * status of the resize stage.
 */
export function resizePicture(
  profile: i32,
  filter: i32,
  antialias: bool,
  channels: i32,
  src: usize,
  srcW: i32,
  srcH: i32,
  dst: usize,
  dstW: i32,
  dstH: i32,
): i32 {
  const mark = arenaMark();
  const status = resizeBegin(profile, filter, antialias, channels, srcW, srcH, dstW, dstH, 0, 0, dstW, dstH);
  if (status == 0) {
    const stride = <usize>(srcW * channels);
    const rowBytes = <usize>(dstW * channels);
    const last = resizeLastRow();
    // Rows y <= last < srcH lie in the source; the stage gives dstH rows in all.
    for (let y = resizeFirstRow(); y <= last; y++) {
      for (let ready = resizePush(src + <usize>y * stride); ready > 0; ready--, dst += rowBytes) {
        memory.copy(dst, resizeTake(), rowBytes);
      }
    }
  }
  arenaRelease(mark);
  return status;
}

/**
 * The horizontal pass alone over `rows` rows of RGB: u8[rows][srcW][3] -> u8[rows][dstW][3] (ROW_SLACK more are
 * written), plain or SIMD; status.
 */
export function horizontalPass(
  vector: bool,
  filter: i32,
  src: usize,
  srcW: i32,
  dst: usize,
  dstW: i32,
  rows: i32,
): i32 {
  const mark = arenaMark();
  const taps = coefficientTaps(filter, srcW, dstW);
  const bounds = arenaAlloc(<usize>dstW * BOUND_BYTES);
  const table = arenaAlloc((<usize>dstW * <usize>taps) << 2);
  const scratch = arenaAlloc((<usize>taps) << 3);
  if (bounds == 0 || table == 0 || scratch == 0) return OUT_OF_MEMORY;
  coefficientsBuild(filter, srcW, dstW, 0, dstW, taps, bounds, table, scratch);
  if (vector) simd.packTable(table, dstW, taps);
  for (let y = 0; y < rows; y++, src += <usize>srcW * 3, dst += <usize>dstW * 3) {
    if (vector) simd.horizontalRow(src, dst, 3, dstW, bounds, table, taps);
    else plain.horizontalRow(src, dst, 3, dstW, bounds, table, taps);
  }
  arenaRelease(mark);
  return 0;
}

/** The vertical pass alone: u8[srcH][bytes] -> u8[dstH][bytes] (ROW_SLACK more are written), plain or SIMD; status. */
export function verticalPass(
  vector: bool,
  filter: i32,
  src: usize,
  bytes: i32,
  srcH: i32,
  dst: usize,
  dstH: i32,
): i32 {
  const mark = arenaMark();
  const taps = coefficientTaps(filter, srcH, dstH);
  const bounds = arenaAlloc(<usize>dstH * BOUND_BYTES);
  const table = arenaAlloc((<usize>dstH * <usize>taps) << 2);
  const scratch = arenaAlloc((<usize>taps) << 3);
  const rows = arenaAlloc((<usize>taps + 1) << 2);
  if (bounds == 0 || table == 0 || scratch == 0 || rows == 0) return OUT_OF_MEMORY;
  coefficientsBuild(filter, srcH, dstH, 0, dstH, taps, bounds, table, scratch);
  if (vector) simd.packTable(table, dstH, taps);
  for (let y = 0; y < dstH; y++, dst += <usize>bytes) {
    const bound = bounds + <usize>y * BOUND_BYTES;
    const first = load<i32>(bound);
    const n = load<i32>(bound, 4);
    // The row behind the last counts 0 times: any readable row does.
    for (let j = 0; j <= n; j++) {
      store<u32>(rows + ((<usize>j) << 2), <u32>(src + <usize>min(first + j, srcH - 1) * <usize>bytes));
    }
    const coefficients = table + ((<usize>y * <usize>taps) << 2);
    if (vector) simd.verticalRow(rows, coefficients, n, dst, bytes);
    else plain.verticalRow(rows, coefficients, n, dst, bytes);
  }
  arenaRelease(mark);
  return 0;
}
