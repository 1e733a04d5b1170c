/**
 * Streaming resize: source rows in, rows of the crop window out, as soon as their last source row came.
 *
 *   source row --horizontal--> ring of rows (window columns only) --vertical--> output row (+ padding)
 *   source row --copy, columns that matter--> ring --vertical--> middle row --horizontal--> output row
 *
 * The second way is for pictures whose height shrinks much more than their width: Pillow 13 (#9549) changes the
 * order there, and as the value between the passes is rounded to 8 bits, the order shows in the result.
 * The ring holds as many rows as one output row needs, so memory does not grow with the height of the picture.
 * State is in module globals: one picture at a time. Memory comes from the arena; the caller marks and releases.
 * Rows are opaque samples: alpha is dropped or composed before (Pillow would premultiply RGBA; this does not).
 */

import { arenaAlloc } from '../../memory/arena';
import { FILTER_LANCZOS, FILTER_NEAREST, PROFILE_PILLOW } from '../types';
import { BOUND_BYTES, coefficientTaps, coefficientsBuild, nearestBuild } from './coefficients';
import { verticalPassFirst } from './geometry';
import { horizontalRow, nearestRow, packTable, ROW_SLACK, verticalRow } from './kernels';
import {
  RESIZE_CHANNELS,
  RESIZE_FILTER,
  RESIZE_MAX_SIDE,
  RESIZE_MEMORY,
  RESIZE_SIZE,
  RESIZE_WINDOW,
} from './status';

/** What a pass does to its side. */
const PASS_COPY: i32 = 0;
const PASS_NEAREST: i32 = 1;
const PASS_FILTER: i32 = 2;

let channels: i32 = 0;
let padLeft: i32 = 0; // pixels of padding before the inner part of each output row
let innerBytes: i32 = 0; // bytes of an output row that come from the picture
let rowBytes: i32 = 0;
let innerFirst: i32 = 0; // output rows innerFirst .. innerEnd - 1 come from the picture
let innerEnd: i32 = 0;
let rowCount: i32 = 0;
let innerX: i32 = 0; // first column of the picture's resized row that is wanted

let horizontal: i32 = 0;
let columnBounds: usize = 0; // PASS_FILTER: bounds; PASS_NEAREST: indices
let columnTable: usize = 0;
let columnTaps: i32 = 0;

let rowBounds: usize = 0; // bounds for every kind of vertical pass
let rowTable: usize = 0;
let rowTaps: i32 = 0;
let vertical: i32 = 0;

let verticalFirst: bool = false;
let sourceX: i32 = 0; // verticalFirst: source columns sourceX .. sourceX + middleBytes / channels - 1 matter
let middleBytes: i32 = 0;
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

function boundFirst(i: i32): i32 {
  return load<i32>(rowBounds + <usize>i * BOUND_BYTES);
}

function boundCount(i: i32): i32 {
  return load<i32>(rowBounds + <usize>i * BOUND_BYTES, 4);
}

/** Tables of the columns innerX .. innerX + count - 1. */
function columnsBegin(filter: i32, srcW: i32, fullW: i32, count: i32, scratch: usize): bool {
  horizontal = srcW == fullW ? PASS_COPY : filter == FILTER_NEAREST ? PASS_NEAREST : PASS_FILTER;
  if (horizontal == PASS_COPY) return true;
  columnBounds = arenaAlloc(<usize>count * BOUND_BYTES);
  if (columnBounds == 0) return false;
  if (horizontal == PASS_NEAREST) {
    nearestBuild(srcW, fullW, innerX, count, columnBounds);
    return true;
  }
  columnTaps = coefficientTaps(filter, srcW, fullW);
  columnTable = arenaAlloc((<usize>count * <usize>columnTaps) << 2);
  if (columnTable == 0) return false;
  coefficientsBuild(filter, srcW, fullW, innerX, count, columnTaps, columnBounds, columnTable, scratch);
  packTable(columnTable, count, columnTaps);
  return true;
}

/** Tables of the rows first .. first + count - 1. */
function rowsBegin(filter: i32, srcH: i32, fullH: i32, first: i32, count: i32, scratch: usize): bool {
  vertical = srcH == fullH ? PASS_COPY : filter == FILTER_NEAREST ? PASS_NEAREST : PASS_FILTER;
  rowBounds = arenaAlloc(<usize>count * BOUND_BYTES);
  if (rowBounds == 0) return false;
  if (vertical == PASS_FILTER) {
    rowTaps = coefficientTaps(filter, srcH, fullH);
    rowTable = arenaAlloc((<usize>count * <usize>rowTaps) << 2);
    if (rowTable == 0) return false;
    coefficientsBuild(filter, srcH, fullH, first, count, rowTaps, rowBounds, rowTable, scratch);
    packTable(rowTable, count, rowTaps);
    return true;
  }
  rowTaps = 1;
  if (vertical == PASS_NEAREST) nearestBuild(srcH, fullH, first, count, rowBounds);
  // Widen i32[count] to bounds[count], from the end: entry i goes to 2 i >= i.
  for (let i = count - 1; i >= 0; i--) {
    const from = vertical == PASS_COPY ? first + i : load<i32>(rowBounds + ((<usize>i) << 2));
    store<i32>(rowBounds + <usize>i * BOUND_BYTES, from);
    store<i32>(rowBounds + <usize>i * BOUND_BYTES, 1, 4);
  }
  return true;
}

/** Coefficients of the wider of both sides fit into this many f64. */
function scratchTaps(filter: i32, srcW: i32, srcH: i32, fullW: i32, fullH: i32): usize {
  if (filter == FILTER_NEAREST) return 1;
  return <usize>max(coefficientTaps(filter, srcW, fullW), coefficientTaps(filter, srcH, fullH));
}

/** Counts the columns' source pixels from the first that matters, and finds how many do. */
function columnsFromZero(count: i32): void {
  sourceX = load<i32>(columnBounds);
  let end = 0;
  for (let i = 0; i < count; i++) {
    const bound = columnBounds + <usize>i * BOUND_BYTES;
    const first = load<i32>(bound) - sourceX;
    store<i32>(bound, first);
    end = max(end, first + load<i32>(bound, 4));
  }
  middleBytes = end * channels;
}

/**
 * Begins a picture: srcW x srcH pixels of `nChannels` (1..4) bytes become fullW x fullH, of which the window at
 * (cropX, cropY), cropW x cropH, is given out. The window may reach beyond the picture: see {@link resizeFill}.
 * Sizes are 1..65535. Status: 0 or RESIZE_*.
 */
export function resizeBegin(
  profile: i32,
  filter: i32,
  nChannels: i32,
  srcW: i32,
  srcH: i32,
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
  if (profile != PROFILE_PILLOW || filter < FILTER_NEAREST || filter > FILTER_LANCZOS) return RESIZE_FILTER;
  if (nChannels < 1 || nChannels > 4) return RESIZE_CHANNELS;
  if (min(min(srcW, srcH), min(fullW, fullH)) < 1 || min(cropW, cropH) < 1) return RESIZE_SIZE;
  if (max(max(srcW, srcH), max(fullW, fullH)) > RESIZE_MAX_SIDE || max(cropW, cropH) > RESIZE_MAX_SIDE) {
    return RESIZE_SIZE;
  }
  // No overflow: the first comparison bounds cropX and cropY from above, and the sum adds at most 65535.
  if (cropX >= fullW || cropY >= fullH || cropX + cropW <= 0 || cropY + cropH <= 0) return RESIZE_WINDOW;

  channels = nChannels;
  innerX = max(0, cropX);
  padLeft = innerX - cropX;
  const innerW = min(fullW, cropX + cropW) - innerX;
  const innerY = max(0, cropY);
  innerFirst = innerY - cropY;
  innerEnd = min(fullH, cropY + cropH) - cropY;
  innerBytes = innerW * channels;
  rowBytes = cropW * channels;

  const scratch = arenaAlloc(scratchTaps(filter, srcW, srcH, fullW, fullH) << 3);
  if (scratch == 0) return RESIZE_MEMORY;
  if (!columnsBegin(filter, srcW, fullW, innerW, scratch)) return RESIZE_MEMORY;
  if (!rowsBegin(filter, srcH, fullH, innerY, innerEnd - innerFirst, scratch)) return RESIZE_MEMORY;

  middleBytes = innerBytes;
  verticalFirst =
    horizontal == PASS_FILTER && vertical == PASS_FILTER && verticalPassFirst(srcW, srcH, fullW, fullH);
  if (verticalFirst) {
    columnsFromZero(innerW);
    middle = arenaAlloc(<usize>middleBytes + ROW_SLACK);
    if (middle == 0) return RESIZE_MEMORY;
  }
  ringRows = rowTaps;
  ringStride = (<usize>middleBytes + ROW_SLACK + 15) & ~15;
  // Both factors come from the picture: their product may exceed 32 bits.
  if (<u64>ringRows * <u64>ringStride > <u64>0x7fff_0000) return RESIZE_MEMORY;
  ring = arenaAlloc(<usize>ringRows * ringStride);
  rowAddresses = arenaAlloc((<usize>(ringRows + 1)) << 2);
  output = arenaAlloc(<usize>rowBytes + ROW_SLACK);
  if (ring == 0 || rowAddresses == 0 || output == 0) return RESIZE_MEMORY;

  const last = innerEnd - innerFirst - 1;
  firstRow = boundFirst(0);
  lastRow = boundFirst(last) + boundCount(last) - 1;
  pushed = firstRow;
  rowCount = cropH;
  resizeFill(0);
  return 0;
}

/** Value (0..255, every channel) of the window's pixels outside the picture; 0 unless called after resizeBegin. */
export function resizeFill(value: i32): void {
  fill = value;
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
  if (i >= innerEnd) return lastRow + 1;
  return boundFirst(i - innerFirst) + boundCount(i - innerFirst);
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
    const slot = ring + <usize>(pushed % ringRows) * ringStride;
    if (verticalFirst) {
      memory.copy(slot, row + <usize>(sourceX * channels), <usize>middleBytes);
    } else if (horizontal == PASS_FILTER) {
      horizontalRow(row, slot, channels, innerBytes / channels, columnBounds, columnTable, columnTaps);
    } else if (horizontal == PASS_NEAREST) {
      nearestRow(row, slot, channels, innerBytes / channels, columnBounds);
    } else {
      memory.copy(slot, row + <usize>(innerX * channels), <usize>innerBytes);
    }
  }
  pushed++;
  while (ready < rowCount && awaited(ready) <= pushed) ready++;
  return ready - taken;
}

/**
 * Address of the next output row: cropW * channels bytes, GUARD bytes readable behind them, free to be changed in
 * place, valid until the next call. 0 when no row is ready.
 */
export function resizeTake(): usize {
  if (taken >= ready) return 0;
  const i = taken++;
  if (i < innerFirst || i >= innerEnd) {
    memory.fill(output, <u8>fill, <usize>rowBytes);
    return output;
  }
  const first = boundFirst(i - innerFirst);
  const n = boundCount(i - innerFirst);
  const left = <usize>(padLeft * channels);
  // left + innerBytes <= rowBytes; the row kernels may write ROW_SLACK more, which `output` has.
  const inner = output + left;
  if (vertical == PASS_FILTER) {
    // n <= rowTaps == ringRows: the rows of one output row are in different slots, and none was overwritten yet.
    let slot = first % ringRows;
    for (let j = 0; j <= n; j++) {
      store<u32>(rowAddresses + ((<usize>j) << 2), <u32>(ring + <usize>slot * ringStride));
      if (++slot == ringRows) slot = 0;
    }
    const coefficients = rowTable + ((<usize>(i - innerFirst) * <usize>rowTaps) << 2);
    if (verticalFirst) {
      verticalRow(rowAddresses, coefficients, n, middle, middleBytes);
      horizontalRow(middle, inner, channels, innerBytes / channels, columnBounds, columnTable, columnTaps);
    } else {
      verticalRow(rowAddresses, coefficients, n, inner, innerBytes);
    }
  } else {
    memory.copy(inner, ring + <usize>(first % ringRows) * ringStride, <usize>innerBytes);
  }
  const right = left + <usize>innerBytes;
  memory.fill(output, <u8>fill, left);
  memory.fill(output + right, <u8>fill, <usize>rowBytes - right);
  return output;
}
