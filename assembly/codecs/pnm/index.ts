/**
 * Portable anymaps P1..P6 (netpbm's pbm(5), pgm(5), ppm(5)), text and raw, maximum up to 65535.
 *
 * Samples are scaled as Pillow does for RGB: round(value / maximum * 255) in doubles, ties to even, at most 255. Gray
 * with a maximum above 255 is scaled by the same rule (Pillow makes 16-bit gray of it, which its conversions clip).
 */
import { arenaAlloc } from '../../memory/arena';
import { OK, OUT_OF_MEMORY } from '../../status';
import { IMAGE_NO_MORE_ROWS, IMAGE_SHORT, IMAGE_SIZE, PNM_HEADER, PNM_VALUE } from '../errors';
import { sizeIsAllowed } from '../limits';
import { NO_BIT, NO_NUMBER, pnmAtEnd, pnmBegin, pnmBit, pnmIsSpace, pnmNumber, pnmPosition } from './header';

let status: i32 = OK;
/** The digit after P. */
let kind: u32 = 0;
let width: u32 = 0;
let height: u32 = 0;
let channels: u32 = 0;
let maximum: u32 = 0;
/** Scaled value of each sample: 256 or 65536 bytes. */
let scale: usize = 0;
let line: usize = 0;
let done: u32 = 0;
/** Next raw row. */
let next: usize = 0;

/**
 * Opens the file of `length` bytes at `src`, which must stay there.
 *
 * @returns status: 0, 1 without memory, or one of ../errors.ts
 */
export function pnmOpen(src: usize, length: usize): i32 {
  status = open(src, length);
  return status;
}

function open(src: usize, length: usize): i32 {
  done = 0;
  if (length < 3 || load<u8>(src) != 0x50) return PNM_HEADER;
  kind = <u32>load<u8>(src, 1) - 0x30;
  if (kind - 1 > 5 || !pnmIsSpace(load<u8>(src, 2))) return PNM_HEADER;
  pnmBegin(src + 3, src + length);
  const columns = pnmNumber();
  const rows = pnmNumber();
  if (columns == NO_NUMBER || rows == NO_NUMBER) return PNM_HEADER;
  if (!sizeIsAllowed(columns, rows)) return IMAGE_SIZE;
  width = <u32>columns;
  height = <u32>rows;
  channels = kind == 3 || kind == 6 ? 3 : 1;
  maximum = 1;
  if (kind != 1 && kind != 4) {
    const most = pnmNumber();
    if (most - 1 > 65534) return PNM_HEADER; // 0 and NO_NUMBER as well
    maximum = <u32>most;
  }
  next = pnmPosition();
  const left = src + length - next;
  // Raw rows all have to be there; in text each sample of a row takes a byte or more.
  const needed: u64 = kind > 3 ? <u64>rawRowBytes() * height : <u64>width * channels * height;
  if (left < needed) return IMAGE_SHORT;
  line = arenaAlloc(width * channels);
  scale = arenaAlloc(maximum > 255 ? 65536 : 256);
  if (line == 0 || scale == 0) return OUT_OF_MEMORY;
  const values: u32 = maximum > 255 ? 65536 : 256;
  for (let i: u32 = 0; i < values; ++i) {
    store<u8>(scale + i, <u8>min<f64>(255, nearest<f64>((<f64>i / <f64>maximum) * 255)));
  }
  return OK;
}

/** Bytes of a row of kinds 4, 5, 6. */
function rawRowBytes(): usize {
  if (kind == 4) return (width + 7) >>> 3;
  return width * channels * (maximum > 255 ? 2 : 1);
}

/** Pixels a row. */
export function pnmWidth(): i32 {
  return <i32>width;
}

/** Rows. */
export function pnmHeight(): i32 {
  return <i32>height;
}

/** 1 gray or 3 RGB. */
export function pnmChannels(): i32 {
  return <i32>channels;
}

/** Why {@link pnmNextRow} gave 0. */
export function pnmStatus(): i32 {
  return status;
}

/** Address of the next row, valid until the next call; 0 on failure. */
export function pnmNextRow(): usize {
  if (status == OK && done == height) status = IMAGE_NO_MORE_ROWS;
  if (status != OK) return 0;
  const samples = width * channels;
  if (kind == 1) status = plainBits(samples);
  else if (kind < 4) status = plainSamples(samples);
  else if (kind == 4) rawBits(samples);
  else rawSamples(samples);
  if (status != OK) return 0;
  ++done;
  return line;
}

// `line` has `samples` bytes; raw rows were checked to lie inside the file; `scale` has an entry for every value.

/** 1 is black. */
function plainBits(samples: u32): i32 {
  for (let i: u32 = 0; i < samples; ++i) {
    const bit = pnmBit();
    if (bit > 1) return bit == NO_BIT ? IMAGE_SHORT : PNM_VALUE;
    store<u8>(line + i, bit != 0 ? 0 : 255);
  }
  return OK;
}

function plainSamples(samples: u32): i32 {
  for (let i: u32 = 0; i < samples; ++i) {
    const value = pnmNumber();
    if (value > maximum) return value == NO_NUMBER && pnmAtEnd() ? IMAGE_SHORT : PNM_VALUE;
    store<u8>(line + i, load<u8>(scale + <usize>value));
  }
  return OK;
}

/** 1 is black, first pixel in the high bit. */
function rawBits(samples: u32): void {
  for (let i: u32 = 0; i < samples; ++i) {
    const bit = (<u32>load<u8>(next + (i >>> 3)) >>> (7 - (i & 7))) & 1;
    store<u8>(line + i, bit != 0 ? 0 : 255);
  }
  next += rawRowBytes();
}

function rawSamples(samples: u32): void {
  if (maximum == 255) {
    memory.copy(line, next, samples);
  } else if (maximum < 256) {
    for (let i: u32 = 0; i < samples; ++i) store<u8>(line + i, load<u8>(scale + load<u8>(next + i)));
  } else {
    for (let i: u32 = 0; i < samples; ++i) {
      store<u8>(line + i, load<u8>(scale + bswap<u16>(load<u16>(next + (i << 1)))));
    }
  }
  next += rawRowBytes();
}
