/**
 * The one place that knows the profiles. stream.ts asks here how each side is resized, and calls the row kernels
 * through here; a profile says for each axis which pass it takes:
 *
 *   PASS_COPY    the side keeps its samples; nothing of the profile is called for it
 *   PASS_PICK    nearest: one source index an output index ({@link profileIndices})
 *   PASS_FILTER  weighted sums: bounds and coefficients ({@link profileTables}) and a row kernel
 *
 * Columns are resized first, source row -> ring row; rows second, ring rows -> output row. A ring row holds
 * {@link profileRingBytes} a channel value, an output row {@link profileOutputBytes}. COPY and PICK move bytes: with
 * either for the columns a ring value is one byte, and with either for the rows a ring row is the output row as it is.
 */

import {
  FILTER_BICUBIC,
  FILTER_BILINEAR,
  FILTER_LANCZOS,
  FILTER_NEAREST,
  PROFILE_OPENCV,
  PROFILE_PILLOW,
  PROFILE_TENSORFLOW,
  PROFILE_TORCHVISION,
} from '../types';
import { coefficientTaps, coefficientsBuild, nearestBuild } from './coefficients';
import { nearestFloatBuild } from './float/nearest';
import { verticalPassFirst } from './geometry';
import { horizontalRow, packTable, verticalRow } from './kernels';
import {
  opencvBegin,
  opencvHas,
  opencvHorizontal,
  opencvIndices,
  opencvRingBytes,
  opencvTables,
  opencvTaps,
  opencvVertical,
} from './opencv';
import { RESIZE_FILTER } from './status';
import { linearRow, linearRows, weightedRow, weightedRows } from './tensorflow/simd';
import { tensorflowBuild, tensorflowTaps } from './tensorflow/tables';
import { torchvisionBuild, torchvisionTaps } from './torchvision/tables';

/** What a pass does to its side. */
export const PASS_COPY: i32 = 0;
export const PASS_PICK: i32 = 1;
export const PASS_FILTER: i32 = 2;

/** A row's columns, and the rows. */
export const AXIS_COLUMNS: i32 = 0;
export const AXIS_ROWS: i32 = 1;

let profile: i32 = 0;
let filter: i32 = 0;
let antialias: bool = false;
let channels: i32 = 0;
let srcW: i32 = 0;
let srcH: i32 = 0;
let fullW: i32 = 0;
let fullH: i32 = 0;

function has(profile: i32, filter: i32, antialias: bool): bool {
  if (profile == PROFILE_PILLOW) return antialias && filter >= FILTER_NEAREST && filter <= FILTER_LANCZOS;
  if (profile == PROFILE_OPENCV) return !antialias && opencvHas(filter);
  if (filter == FILTER_NEAREST || filter == FILTER_BILINEAR) {
    return profile == PROFILE_TORCHVISION || profile == PROFILE_TENSORFLOW;
  }
  return (
    profile == PROFILE_TORCHVISION && (filter == FILTER_BICUBIC || (filter == FILTER_LANCZOS && antialias))
  );
}

/**
 * 0 when the profile has the filter with that antialiasing, otherwise RESIZE_FILTER. The filter nearest of
 * torchvision and tensorflow is the same with and without.
 */
export function profileStatus(profile: i32, filter: i32, antialias: bool): i32 {
  return has(profile, filter, antialias) ? 0 : RESIZE_FILTER;
}

/** Begins a picture; arguments as {@link profileStatus} approved them, sizes 1 .. RESIZE_MAX_SIDE, channels 1..4. */
export function profileBegin(
  profileCode: i32,
  filterCode: i32,
  antialiased: bool,
  nChannels: i32,
  sourceW: i32,
  sourceH: i32,
  resizedW: i32,
  resizedH: i32,
): void {
  profile = profileCode;
  filter = filterCode;
  antialias = antialiased;
  channels = nChannels;
  srcW = sourceW;
  srcH = sourceH;
  fullW = resizedW;
  fullH = resizedH;
  if (profile == PROFILE_OPENCV) opencvBegin(filter, channels, srcW, srcH, fullW, fullH);
}

function inSize(axis: i32): i32 {
  return axis == AXIS_COLUMNS ? srcW : srcH;
}

function outSize(axis: i32): i32 {
  return axis == AXIS_COLUMNS ? fullW : fullH;
}

/** Whether values become f32 in the first pass. */
function floats(): bool {
  return profile == PROFILE_TENSORFLOW && filter != FILTER_NEAREST;
}

/** PASS_* of an axis. */
export function profilePass(axis: i32): i32 {
  // A side that keeps its size has weights of 0 and 1: the pass only makes the samples f32.
  if (floats()) return PASS_FILTER;
  // What is between the passes of opencv is wide: where one side changes, both take part.
  const both = profile == PROFILE_OPENCV && filter != FILTER_NEAREST;
  if (both ? srcW == fullW && srcH == fullH : inSize(axis) == outSize(axis)) return PASS_COPY;
  return filter == FILTER_NEAREST ? PASS_PICK : PASS_FILTER;
}

/**
 * Whether rows are resized before columns. The ring then holds source rows (bytes), the row kernel of the rows writes
 * values of {@link profileOutputBytes} into a middle row, and that of the columns reads it.
 */
export function profileRowsFirst(): bool {
  if (profile == PROFILE_PILLOW) return verticalPassFirst(srcW, srcH, fullW, fullH);
  return profile == PROFILE_TENSORFLOW && antialias;
}

/** Bytes of one channel value of a ring row. */
export function profileRingBytes(): i32 {
  if (profile == PROFILE_OPENCV && profilePass(AXIS_ROWS) == PASS_FILTER) return opencvRingBytes();
  return floats() && !antialias ? 4 : 1;
}

/** Bytes of one channel value of an output row: 1, or 4 for f32. */
export function profileOutputBytes(): i32 {
  return floats() ? 4 : 1;
}

/** PASS_FILTER: words of 4 bytes in the table that each output index has; of rows, no count of taps exceeds it. */
export function profileTaps(axis: i32): i32 {
  const from = inSize(axis);
  const to = outSize(axis);
  if (profile == PROFILE_OPENCV) return opencvTaps(from, to, axis == AXIS_COLUMNS);
  if (profile == PROFILE_TENSORFLOW) return tensorflowTaps(antialias, from, to);
  if (profile == PROFILE_TORCHVISION) return torchvisionTaps(filter, antialias, from, to);
  return coefficientTaps(filter, from, to);
}

/** Bytes that {@link profileTables} needs to work in for one axis. */
export function profileScratch(axis: i32): usize {
  return (<usize>profileTaps(axis)) << 3;
}

/**
 * PASS_FILTER: fills bounds i32[count][2] (first source index, number of taps >= 1) and the table of coefficients,
 * words [count][profileTaps(axis)], of the output indices first .. first + count - 1.
 *
 * Columns: the taps lie inside the source row. Rows: first may be negative and first + taps may exceed the height;
 * stream.ts gives the kernel the nearest row of the picture in the place of one outside. Neither first nor
 * first + taps may fall from one output index to the next.
 */
export function profileTables(
  axis: i32,
  first: i32,
  count: i32,
  bounds: usize,
  table: usize,
  scratch: usize,
): void {
  const taps = profileTaps(axis);
  const from = inSize(axis);
  const to = outSize(axis);
  if (profile == PROFILE_OPENCV) {
    opencvTables(from, to, axis == AXIS_COLUMNS, first, count, bounds, table);
    return;
  }
  if (profile == PROFILE_TENSORFLOW) {
    tensorflowBuild(antialias, from, to, first, count, taps, bounds, table);
    return;
  }
  if (profile == PROFILE_TORCHVISION) {
    torchvisionBuild(filter, antialias, from, to, first, count, taps, bounds, table, scratch);
  } else coefficientsBuild(filter, from, to, first, count, taps, bounds, table, scratch);
  packTable(table, count, taps);
}

/** PASS_PICK: fills i32[count] with the source indices of the output indices first .. first + count - 1. */
export function profileIndices(axis: i32, first: i32, count: i32, indices: usize): void {
  const from = inSize(axis);
  const to = outSize(axis);
  if (profile == PROFILE_PILLOW) nearestBuild(from, to, first, count, indices);
  else if (profile == PROFILE_OPENCV) opencvIndices(from, to, first, count, indices);
  else nearestFloatBuild(from, to, first, count, profile == PROFILE_TENSORFLOW ? 0.5 : 0.0, indices);
}

/**
 * Row kernel of the columns: source row -> `count` pixels of a ring row. May read GUARD bytes behind the source row
 * and write ROW_SLACK bytes behind `to`.
 */
export function profileHorizontal(
  row: usize,
  to: usize,
  count: i32,
  bounds: usize,
  table: usize,
  taps: i32,
): void {
  if (profile == PROFILE_OPENCV) opencvHorizontal(row, to, count, bounds, table, taps);
  else if (profile != PROFILE_TENSORFLOW) horizontalRow(row, to, channels, count, bounds, table, taps);
  else if (antialias) weightedRow(row, to, channels, count, bounds, table, taps);
  else linearRow(row, to, channels, count, bounds, table);
}

/**
 * Row kernel of the rows: `n` ring rows (u32[n] addresses, followed by one more readable one) weighted by the
 * coefficients of this output row -> `values` channel values at `to`. May read GUARD bytes behind each row (of wide
 * values ROW_SLACK more) and write ROW_SLACK bytes behind `to`.
 */
export function profileVertical(rows: usize, coefficients: usize, n: i32, to: usize, values: i32): void {
  if (profile == PROFILE_OPENCV) opencvVertical(rows, coefficients, n, to, values);
  else if (profile != PROFILE_TENSORFLOW) verticalRow(rows, coefficients, n, to, values);
  else if (antialias) weightedRows(rows, coefficients, n, to, values);
  else {
    const last = load<u32>(rows + ((<usize>(n - 1)) << 2));
    linearRows(<usize>load<u32>(rows), <usize>last, load<f32>(coefficients), to, values);
  }
}
