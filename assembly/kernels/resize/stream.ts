/**
 * Streaming resize: source rows in, rows of the crop window out, as soon as their last source row came.
 *
 *   source row --horizontal--> ring of rows (window columns only) --vertical--> output row (+ padding)
 *   source row --copy, columns that matter--> ring --vertical--> middle row --horizontal--> output row
 *
 * The second way is for pictures whose height shrinks much more than their width: Pillow 13 (#9549) changes the
 * order there, and as the value between the passes is rounded to 8 bits, the order shows in the result. TensorFlow's
 * antialiased resize goes that way always (its sums of f32 round).
 * The ring holds as many rows as one output row needs, so memory does not grow with the height of the picture.
 * State is in module globals: one picture at a time. Memory comes from the arena; the caller marks and releases.
 * Rows are opaque samples: alpha is dropped or composed before (Pillow would premultiply RGBA; this does not).
 */

import { arenaAlloc } from '../../memory/arena';
import { BOUND_BYTES } from './coefficients';
import { nearestRow, ROW_SLACK } from './kernels';
import {
  AXIS_COLUMNS,
  AXIS_ROWS,
  PASS_COPY,
  PASS_FILTER,
  PASS_PICK,
  profileBegin,
  profileHorizontal,
  profileIndices,
  profileOutputBytes,
  profilePass,
  profileRingBytes,
  profileRowsFirst,
  profileScratch,
  profileStatus,
  profileTables,
  profileTaps,
  profileVertical,
} from './profiles';
import { RESIZE_CHANNELS, RESIZE_MAX_SIDE, RESIZE_MEMORY, RESIZE_SIZE, RESIZE_WINDOW } from './status';

let channels: i32 = 0;
let srcH: i32 = 0;
let elementBytes: i32 = 1; // bytes of a channel value of an output row
let padLeft: usize = 0; // bytes of padding before the inner part of each output row
let innerW: i32 = 0; // pixels of an output row that come from the picture
let rowBytes: i32 = 0;
let innerFirst: i32 = 0; // output rows innerFirst .. innerEnd - 1 come from the picture
let innerEnd: i32 = 0;
let rowCount: i32 = 0;
let innerX: i32 = 0; // first column of the picture's resized row that is wanted

let horizontal: i32 = 0; // PASS_*
let columnBounds: usize = 0; // PASS_FILTER: bounds; PASS_PICK: indices
let columnTable: usize = 0;
let columnTaps: i32 = 0;

let vertical: i32 = 0; // PASS_*
let rowBounds: usize = 0; // bounds for every kind of vertical pass
let rowTable: usize = 0;
let rowTaps: i32 = 0;

let rowsFirst: bool = false;
let sourceX: i32 = 0; // rowsFirst: source columns sourceX .. sourceX + ringW - 1 matter
let ringW: i32 = 0; // pixels of a ring row
let middle: usize = 0;

let ring: usize = 0;
let ringRows: i32 = 0;
let ringStride: usize = 0;
let rowAddresses: usize = 0;
let output: usize = 0;
let fill: i32 = 0;

let firstRow: i32 = 0;
let lastRow: i32 = 0;
let pushed: i32 = 0; // source rows before this one have come
let taken: i32 = 0; // output rows before this one were given away
let ready: i32 = 0; // output rows before this one can be given away

/** First source row of the picture that output row `i` (of the inner ones) needs. */
function boundFirst(i: i32): i32 {
  return max(0, load<i32>(rowBounds + <usize>i * BOUND_BYTES));
}

/** The source row after the last one of the picture that output row `i` needs. */
function boundEnd(i: i32): i32 {
  const bound = rowBounds + <usize>i * BOUND_BYTES;
  return min(srcH, load<i32>(bound) + load<i32>(bound, 4));
}

/** Bounds and coefficients of the output indices first .. first + count - 1 of an axis: the table, 0 without memory. */
function tableBegin(axis: i32, first: i32, count: i32, taps: i32, bounds: usize): usize {
  const table = arenaAlloc((<usize>count * <usize>taps) << 2);
  const scratch = arenaAlloc(profileScratch(axis));
  if (bounds == 0 || table == 0 || scratch == 0) return 0;
  profileTables(axis, first, count, bounds, table, scratch);
  return table;
}

/** Tables of the columns innerX .. innerX + innerW - 1. */
function columnsBegin(): bool {
  horizontal = profilePass(AXIS_COLUMNS);
  if (horizontal == PASS_COPY) return true;
  columnBounds = arenaAlloc(<usize>innerW * BOUND_BYTES);
  if (horizontal == PASS_FILTER) {
    columnTaps = profileTaps(AXIS_COLUMNS);
    columnTable = tableBegin(AXIS_COLUMNS, innerX, innerW, columnTaps, columnBounds);
    return columnTable != 0;
  }
  if (columnBounds == 0) return false;
  profileIndices(AXIS_COLUMNS, innerX, innerW, columnBounds);
  return true;
}

/** Tables of the rows first .. first + count - 1. */
function rowsBegin(first: i32, count: i32): bool {
  vertical = profilePass(AXIS_ROWS);
  rowBounds = arenaAlloc(<usize>count * BOUND_BYTES);
  if (vertical == PASS_FILTER) {
    rowTaps = profileTaps(AXIS_ROWS);
    rowTable = tableBegin(AXIS_ROWS, first, count, rowTaps, rowBounds);
    return rowTable != 0;
  }
  if (rowBounds == 0) return false;
  rowTaps = 1;
  if (vertical == PASS_PICK) profileIndices(AXIS_ROWS, first, count, rowBounds);
  // Widen i32[count] to bounds[count], from the end: entry i goes to 2 i >= i.
  for (let i = count - 1; i >= 0; i--) {
    const from = vertical == PASS_COPY ? first + i : load<i32>(rowBounds + ((<usize>i) << 2));
    store<i32>(rowBounds + <usize>i * BOUND_BYTES, from);
    store<i32>(rowBounds + <usize>i * BOUND_BYTES, 1, 4);
  }
  return true;
}

/** Counts the columns' source pixels from the first that matters, and finds how many do. */
function columnsFromZero(): void {
  sourceX = load<i32>(columnBounds);
  ringW = 0;
  for (let i = 0; i < innerW; i++) {
    const bound = columnBounds + <usize>i * BOUND_BYTES;
    const first = load<i32>(bound) - sourceX;
    store<i32>(bound, first);
    ringW = max(ringW, first + load<i32>(bound, 4));
  }
}

/**
 * Begins a picture: srcW x srcH pixels of `nChannels` (1..4) bytes become fullW x fullH, of which the window at
 * (cropX, cropY), cropW x cropH, is given out. The window may reach beyond the picture: see {@link resizeFill}.
 * `antialias` matters to the profiles torchvision and tensorflow; pillow always does it, opencv does not.
 * Sizes are 1..65535. Status: 0 or RESIZE_*.
 */
export function resizeBegin(
  profile: i32,
  filter: i32,
  antialias: bool,
  nChannels: i32,
  srcW: i32,
  sourceH: i32,
  fullW: i32,
  fullH: i32,
  cropX: i32,
  cropY: i32,
  cropW: i32,
  cropH: i32,
): i32 {
  rowCount = 0;
  taken = 0;
  ready = 0;
  const status = profileStatus(profile, filter, antialias);
  if (status != 0) return status;
  if (nChannels < 1 || nChannels > 4) return RESIZE_CHANNELS;
  if (min(min(srcW, sourceH), min(fullW, fullH)) < 1 || min(cropW, cropH) < 1) return RESIZE_SIZE;
  if (max(max(srcW, sourceH), max(fullW, fullH)) > RESIZE_MAX_SIDE || max(cropW, cropH) > RESIZE_MAX_SIDE) {
    return RESIZE_SIZE;
  }
  // No overflow: the first comparison bounds cropX and cropY from above, and the sum adds at most 65535.
  if (cropX >= fullW || cropY >= fullH || cropX + cropW <= 0 || cropY + cropH <= 0) return RESIZE_WINDOW;
  profileBegin(profile, filter, antialias, nChannels, srcW, sourceH, fullW, fullH);

  channels = nChannels;
  srcH = sourceH;
  elementBytes = profileOutputBytes();
  innerX = max(0, cropX);
  padLeft = <usize>((innerX - cropX) * channels * elementBytes);
  innerW = min(fullW, cropX + cropW) - innerX;
  const innerY = max(0, cropY);
  innerFirst = innerY - cropY;
  innerEnd = min(fullH, cropY + cropH) - cropY;
  rowBytes = cropW * channels * elementBytes;

  if (!columnsBegin() || !rowsBegin(innerY, innerEnd - innerFirst)) return RESIZE_MEMORY;

  ringW = innerW;
  rowsFirst = horizontal == PASS_FILTER && vertical == PASS_FILTER && profileRowsFirst();
  if (rowsFirst) {
    columnsFromZero();
    middle = arenaAlloc(<usize>(ringW * channels * elementBytes) + ROW_SLACK);
    if (middle == 0) return RESIZE_MEMORY;
  }
  ringRows = rowTaps;
  ringStride = (<usize>(ringW * channels * profileRingBytes()) + ROW_SLACK + 15) & ~15;
  // Both factors come from the picture: their product may exceed 32 bits.
  if (<u64>ringRows * <u64>ringStride > <u64>0x7fff_0000) return RESIZE_MEMORY;
  ring = arenaAlloc(<usize>ringRows * ringStride);
  rowAddresses = arenaAlloc((<usize>(ringRows + 1)) << 2);
  output = arenaAlloc(<usize>rowBytes + ROW_SLACK);
  if (ring == 0 || rowAddresses == 0 || output == 0) return RESIZE_MEMORY;

  firstRow = boundFirst(0);
  lastRow = boundEnd(innerEnd - innerFirst - 1) - 1;
  pushed = firstRow;
  rowCount = cropH;
  resizeFill(0);
  return 0;
}

/** Value (0..255, every channel) of the window's pixels outside the picture; 0 unless called after resizeBegin. */
export function resizeFill(value: i32): void {
  fill = value;
}

/** Bytes of one channel value of the rows that {@link resizeTake} gives: 1 (u8) or 4 (f32). */
export function resizeElementBytes(): i32 {
  return elementBytes;
}

/** First source row that matters: the first one to push. */
export function resizeFirstRow(): i32 {
  return firstRow;
}

/** Last source row that matters: the last one to push. */
export function resizeLastRow(): i32 {
  return lastRow;
}

/** Source rows that the output row `i` waits for: all before this one. */
function awaited(i: i32): i32 {
  if (i < innerFirst) return firstRow;
  return i >= innerEnd ? lastRow + 1 : boundEnd(i - innerFirst);
}

/** Ring row of source row `y`. */
function slot(y: i32): usize {
  return ring + <usize>(y % ringRows) * ringStride;
}

/**
 * Feeds one source row of srcW pixels (GUARD bytes readable behind it): the rows resizeFirstRow() ..
 * resizeLastRow(), in order, none left out; further rows are ignored. Returns how many output rows can be taken;
 * all of them must be taken before the next push (-1: they were not, and the row was not taken in).
 */
export function resizePush(row: usize): i32 {
  if (taken < ready) return -1;
  if (pushed > lastRow || ready == rowCount) return 0;
  // A row that the next output row does not use is not computed (nearest, and crops in general).
  const next = ready < innerFirst ? 0 : ready - innerFirst;
  if (pushed >= boundFirst(next)) {
    const to = slot(pushed);
    if (horizontal == PASS_PICK) nearestRow(row, to, channels, innerW, columnBounds);
    else if (horizontal == PASS_FILTER && !rowsFirst) {
      profileHorizontal(row, to, innerW, columnBounds, columnTable, columnTaps);
    } else {
      const x = rowsFirst ? sourceX : innerX;
      memory.copy(to, row + <usize>(x * channels), <usize>(ringW * channels));
    }
  }
  pushed++;
  while (ready < rowCount && awaited(ready) <= pushed) ready++;
  return ready - taken;
}

function fillRow(from: usize, end: usize): void {
  if (elementBytes == 1) memory.fill(from, <u8>fill, end - from);
  else for (; from < end; from += 4) store<f32>(from, <f32>fill);
}

/** The picture's part of output row `i` (of the inner ones), innerW pixels. */
function innerRow(i: i32, to: usize): void {
  if (vertical != PASS_FILTER) {
    memory.copy(to, slot(boundFirst(i)), <usize>(innerW * channels * elementBytes));
    return;
  }
  const first = load<i32>(rowBounds + <usize>i * BOUND_BYTES);
  const n = load<i32>(rowBounds + <usize>i * BOUND_BYTES, 4);
  // n <= rowTaps == ringRows: the rows of one output row are in different slots, and none was overwritten yet.
  for (let j = 0; j <= n; j++) {
    const y = max(0, min(srcH - 1, first + j));
    store<u32>(rowAddresses + ((<usize>j) << 2), <u32>slot(y));
  }
  const coefficients = rowTable + ((<usize>i * <usize>rowTaps) << 2);
  const through = rowsFirst ? middle : to;
  profileVertical(rowAddresses, coefficients, n, through, ringW * channels);
  if (rowsFirst) profileHorizontal(middle, to, innerW, columnBounds, columnTable, columnTaps);
}

/**
 * Address of the next output row: cropW * channels values of {@link resizeElementBytes}, GUARD bytes readable behind
 * them, free to be changed in place, valid until the next call. 0 when no row is ready.
 */
export function resizeTake(): usize {
  if (taken >= ready) return 0;
  const i = taken++;
  const end = output + <usize>rowBytes;
  if (i < innerFirst || i >= innerEnd) {
    fillRow(output, end);
    return output;
  }
  // The inner part ends at or before `end`; the row kernels may write ROW_SLACK more, which `output` has.
  const from = output + padLeft;
  innerRow(i - innerFirst, from);
  fillRow(output, from);
  fillRow(from + <usize>(innerW * channels * elementBytes), end);
  return output;
}
