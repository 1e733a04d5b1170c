/**
 * PNG decoder (PNG specification, third edition): all colour types and depths, Adam7, tRNS, eXIf; of an animated PNG
 * the default image. Rows come out as the stream is inflated, so that only an interlaced picture is whole in memory.
 *
 * 16-bit samples give their high byte, for gray as well: libpng's strip_16, and what Pillow does for colour. (Pillow
 * keeps 16-bit gray and clips it when converted.) A transparent gray or RGB is compared at full depth, as libpng does.
 */
import { arenaAlloc } from '../../memory/arena';
import { OK, OUT_OF_MEMORY } from '../../status';
import { adam7Bytes, adam7Decode } from './adam7';
import { crcBegin } from './crc32';
import { PNG_NO_MORE_ROWS } from './errors';
import { expandBegin, expandedChannels, expandIsCopy, expandRow } from './expand';
import {
  depth,
  height,
  interlaced,
  orientation,
  readHeader,
  samplesPerPixel,
  storedRowBytes,
  width,
} from './header';
import { rowsBegin, rowsFinish, rowsNext, rowsRestart, rowsStatus } from './rows';

/** Bytes behind an expanded row that expandRow may spoil. */
const SPARE: usize = 4;

let status: i32 = OK;
let channels: u32 = 0;
/** Rows given out. */
let done: u32 = 0;
/** Expanded row; 0 when rows are given out as unfiltered. */
let line: usize = 0;
/** Whole picture of an interlaced file, 0 otherwise. */
let image: usize = 0;

/**
 * Reads the headers of the PNG file of `length` bytes at `src`, which must stay there, and allocates from the arena.
 *
 * @returns status: 0, 1 without memory, or one of errors.ts
 */
export function pngOpen(src: usize, length: usize): i32 {
  status = open(src, length);
  return status;
}

function open(src: usize, length: usize): i32 {
  done = 0;
  line = 0;
  image = 0;
  if (!crcBegin()) return OUT_OF_MEMORY;
  let result = readHeader(src, length);
  if (result != OK) return result;
  channels = expandedChannels();
  const longest = <usize>storedRowBytes(width);
  const total: u64 = interlaced ? adam7Bytes() : (<u64>longest + 1) * height;
  result = rowsBegin(longest, total, max<u32>((samplesPerPixel() * depth) >>> 3, 1));
  if (result == OK) result = expandBegin();
  if (result != OK) return result;
  const lineBytes = <usize>width * channels;
  if (interlaced || !expandIsCopy()) {
    line = arenaAlloc(lineBytes + SPARE);
    if (line == 0) return OUT_OF_MEMORY;
  }
  if (interlaced) {
    image = arenaAlloc(lineBytes * height); // at most 4 * MAX_PIXELS
    if (image == 0) return OUT_OF_MEMORY;
  } else {
    rowsRestart(longest);
  }
  return OK;
}

/** Stored width in pixels. */
export function pngWidth(): i32 {
  return <i32>width;
}

/** Stored height in pixels. */
export function pngHeight(): i32 {
  return <i32>height;
}

/** Channels of the rows: 1 gray, 2 gray+alpha, 3 RGB, 4 RGBA. */
export function pngChannels(): i32 {
  return <i32>channels;
}

/** EXIF orientation 1..8. */
export function pngOrientation(): i32 {
  return orientation;
}

/** Why {@link pngNextRow} gave 0. */
export function pngStatus(): i32 {
  return status;
}

/**
 * Address of the next row (width * channels bytes, GUARD bytes readable after it), valid until the next call; 0 on
 * failure. The last row is given only when the checksum of the whole is right.
 */
export function pngNextRow(): usize {
  if (status != OK) return 0;
  if (done == height) {
    status = PNG_NO_MORE_ROWS;
    return 0;
  }
  if (interlaced) {
    if (done == 0 && !decodeInterlaced()) return 0;
    ++done;
    return image + <usize>(done - 1) * width * channels;
  }
  const row = rowsNext();
  if (row == 0 || (done + 1 == height && !rowsFinish())) {
    status = rowsStatus();
    return 0;
  }
  ++done;
  if (line == 0) return row;
  expandRow(row, line, width);
  return line;
}

function decodeInterlaced(): bool {
  status = adam7Decode(image, line, channels);
  if (status == OK && !rowsFinish()) status = rowsStatus();
  return status == OK;
}
