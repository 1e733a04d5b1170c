/**
 * Uncompressed BMP of 1, 4, 8, 16, 24 and 32 bits a pixel, with bit fields, in both row orders. Values equal Pillow's.
 * A palette of grays only gives gray rows; 32 bits give alpha only where the header has a mask for it.
 */
import { arenaAlloc } from '../../memory/arena';
import { OK, OUT_OF_MEMORY } from '../../status';
import { IMAGE_NO_MORE_ROWS } from '../errors';
import {
  alphaMask,
  bits,
  blueMask,
  greenMask,
  height,
  palette,
  paletteEntries,
  paletteStep,
  pixels,
  readBmpHeader,
  redMask,
  stride,
  topDown,
  width,
} from './header';

/** Bytes behind a row that a store of 4 bytes may spoil. */
const SPARE: usize = 4;
const TABLE_BYTES: usize = 256 * 4;

let status: i32 = OK;
let channels: u32 = 0;
let done: u32 = 0;
let line: usize = 0;
/** Palette as RGBA words. */
let table: usize = 0;

/**
 * Opens the file of `length` bytes at `src`, which must stay there.
 *
 * @returns status: 0, 1 without memory, or one of ../errors.ts
 */
export function bmpOpen(src: usize, length: usize): i32 {
  status = readBmpHeader(src, length);
  if (status == OK) status = begin();
  return status;
}

function begin(): i32 {
  done = 0;
  channels = alphaMask != 0 ? 4 : 3;
  if (bits <= 8) {
    table = arenaAlloc(TABLE_BYTES);
    if (table == 0) return OUT_OF_MEMORY;
    fillTable();
  }
  line = arenaAlloc(<usize>width * channels + SPARE);
  return line == 0 ? OUT_OF_MEMORY : OK;
}

/** Indices past the palette are black. */
function fillTable(): void {
  memory.fill(table, 0, TABLE_BYTES);
  channels = 1;
  for (let i: u32 = 0; i < paletteEntries; ++i) {
    const at = palette + i * paletteStep; // the header's reader has counted whole entries inside the file
    const blue = <u32>load<u8>(at);
    const green = <u32>load<u8>(at, 1);
    const red = <u32>load<u8>(at, 2);
    if (blue != green || green != red) channels = 3;
    store<u32>(table + (i << 2), (blue << 16) | (green << 8) | red); // i < 256
  }
}

/** Pixels a row. */
export function bmpWidth(): i32 {
  return <i32>width;
}

/** Rows. */
export function bmpHeight(): i32 {
  return <i32>height;
}

/** 1 gray, 3 RGB or 4 RGBA. */
export function bmpChannels(): i32 {
  return <i32>channels;
}

/** Why {@link bmpNextRow} gave 0. */
export function bmpStatus(): i32 {
  return status;
}

/** Address of the next row, valid until the next call; 0 on failure. */
export function bmpNextRow(): usize {
  if (status == OK && done == height) status = IMAGE_NO_MORE_ROWS;
  if (status != OK) return 0;
  const row = pixels + <usize>(topDown ? done : height - 1 - done) * stride;
  if (bits <= 8) indexed(row);
  else if (bits == 16) sixteen(row);
  else bytes(row);
  ++done;
  return line;
}

// `row` has (width * bits + 7) / 8 bytes inside the file, `line` width * channels + SPARE.

/** First pixel in the high bits. */
function indexed(row: usize): void {
  const mask: u32 = (1 << bits) - 1;
  let to = line;
  let shift: u32 = 8;
  for (let x: u32 = 0; x < width; ++x) {
    shift -= bits;
    store<u32>(to, load<u32>(table + (((<u32>load<u8>(row) >>> shift) & mask) << 2)));
    to += channels;
    if (shift == 0) {
      shift = 8;
      ++row;
    }
  }
}

/** Five or six bits to eight: value * 255 / most, rounded down, as Pillow does. */
function sixteen(row: usize): void {
  const greenBits: u32 = greenMask == 0x7e0 ? 6 : 5;
  const greenMost: u32 = (1 << greenBits) - 1;
  let to = line;
  for (let x: u32 = 0; x < width; ++x) {
    const pixel = <u32>load<u16>(row + (x << 1));
    store<u8>(to, (((pixel >>> (5 + greenBits)) & 31) * 255) / 31);
    store<u8>(to, (((pixel >>> 5) & greenMost) * 255) / greenMost, 1);
    store<u8>(to, ((pixel & 31) * 255) / 31, 2);
    to += 3;
  }
}

/** Whole bytes, in the order that the masks give. */
function bytes(row: usize): void {
  const step = bits >>> 3;
  const red = ctz(redMask) >>> 3;
  const green = ctz(greenMask) >>> 3;
  const blue = ctz(blueMask) >>> 3;
  const alpha = alphaMask != 0 ? ctz(alphaMask) >>> 3 : 0;
  let to = line;
  for (let x: u32 = 0; x < width; ++x) {
    // Byte offsets are below step: 24 bits have fixed masks.
    store<u8>(to, load<u8>(row + red));
    store<u8>(to, load<u8>(row + green), 1);
    store<u8>(to, load<u8>(row + blue), 2);
    if (alphaMask != 0) store<u8>(to, load<u8>(row + alpha), 3);
    to += channels;
    row += step;
  }
}
