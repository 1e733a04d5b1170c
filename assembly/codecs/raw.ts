/**
 * Raw 8-bit pixels without a header, of a size and layout (raw_format.ts) that the caller knows: rows of gray, RGB or
 * RGBA.
 */
import { bgraToRgba, rgbToBgr, yuvMatrix, yuvToRgb } from '../kernels/color';
import { arenaAlloc } from '../memory/arena';
import { OK, OUT_OF_MEMORY } from '../status';
import { IMAGE_NO_MORE_ROWS, RAW_LENGTH } from './errors';
import { sizeIsAllowed } from './limits';
import {
  RAW_BGR,
  RAW_BGRA,
  RAW_I420,
  RAW_NV21,
  RAW_RGBA,
  RAW_YUYV,
  rawBytes,
  rawRowChannels,
} from './raw_format';

/** What the resizer takes. */
const MAX_SIDE: i32 = 65535;

let status: i32 = OK;
let width: i32 = 0;
let height: i32 = 0;
let layout: i32 = 0;
let next: usize = 0;
let stride: usize = 0;
/** Behind the plane of Y. */
let chroma: usize = 0;
let left: i32 = 0;
let line: usize = 0;

/** Bytes that the size and layout given to {@link rawOpen} make; 0 when one of them is out of range. */
export let rawNeeded: u32 = 0;

/**
 * Opens `length` bytes at `src`, which must stay there with GUARD readable bytes behind them.
 *
 * @returns status: 0, 1 without memory, RAW_LENGTH when length is not exactly {@link rawNeeded}
 */
export function rawOpen(src: usize, length: usize, imageWidth: i32, imageHeight: i32, imageLayout: i32): i32 {
  width = imageWidth;
  height = imageHeight;
  layout = imageLayout;
  next = src;
  left = imageHeight;
  status = open(length);
  return status;
}

function open(length: usize): i32 {
  const allowed =
    width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE && sizeIsAllowed(width, height);
  // At most 4 bytes for each of 2^28 pixels.
  rawNeeded = allowed ? <u32>rawBytes(layout, width, height) : 0;
  if (rawNeeded == 0 || <usize>rawNeeded != length) return RAW_LENGTH;
  const format = layout & 255;
  stride = <usize>width;
  chroma = next + stride * <usize>height;
  if (format == RAW_YUYV) stride = (<usize>(width + 1) >> 1) << 2;
  else if (format <= RAW_BGRA) stride *= <usize>rawRowChannels(layout);
  if (format <= RAW_RGBA) return OK;
  line = arenaAlloc((<usize>width) << 2);
  return line == 0 ? OUT_OF_MEMORY : OK;
}

/** Pixels a row. */
export function rawWidth(): i32 {
  return width;
}

/** Rows. */
export function rawHeight(): i32 {
  return height;
}

/** 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA. */
export function rawChannels(): i32 {
  return rawRowChannels(layout);
}

/** Why {@link rawNextRow} gave 0. */
export function rawStatus(): i32 {
  return status;
}

/** Address of the next row, valid until the next call; 0 on failure. */
export function rawNextRow(): usize {
  if (status == OK && left == 0) status = IMAGE_NO_MORE_ROWS;
  if (status != OK) return 0;
  const row = next;
  next += stride; // height rows fill the length, or the plane of Y, that rawOpen checked
  const y = height - left;
  --left;
  const format = layout & 255;
  if (format <= RAW_RGBA) return row;
  if (format == RAW_BGR) rgbToBgr(row, line, width);
  else if (format == RAW_BGRA) bgraToRgba(row, line, width);
  else convert(format, row, y);
  return line;
}

/** Row `y` of a Y'CbCr picture, whose Y begins at `row`, to RGB. */
function convert(format: i32, row: usize, y: i32): void {
  const matrix = yuvMatrix((layout >> 8) & 1, layout >> 16);
  if (format == RAW_YUYV) {
    yuvToRgb(row, 2, row + 1, row + 3, 4, line, width, matrix);
    return;
  }
  const pairs = <usize>(width + 1) >> 1;
  // y / 2 < (height + 1) / 2: inside the planes of chroma.
  const from = chroma + (<usize>y >> 1) * pairs;
  if (format == RAW_I420) {
    yuvToRgb(row, 1, from, from + pairs * (<usize>(height + 1) >> 1), 1, line, width, matrix);
    return;
  }
  const both = from + (<usize>y >> 1) * pairs;
  const swapped: usize = format == RAW_NV21 ? 1 : 0;
  yuvToRgb(row, 1, both + swapped, both + 1 - swapped, 2, line, width, matrix);
}
