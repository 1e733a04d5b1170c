/**
 * Raw 8-bit pixels without a header: gray or RGB of a size that the caller knows.
 */
import { arenaAlloc } from '../memory/arena';
import { OK, OUT_OF_MEMORY } from '../status';
import { IMAGE_NO_MORE_ROWS, IMAGE_SIZE, RAW_LENGTH } from './errors';
import { sizeIsAllowed } from './limits';

let status: i32 = OK;
let width: i32 = 0;
let height: i32 = 0;
let channels: i32 = 0;
let next: usize = 0;
let left: i32 = 0;
let line: usize = 0;

/**
 * Opens `length` bytes at `src`, which must stay there: rows from top to bottom, without gaps.
 *
 * @param imageChannels 1 gray or 3 RGB; length must be exactly width * height * channels
 * @returns status: 0, 1 without memory, or one of errors.ts
 */
export function rawOpen(
  src: usize,
  length: usize,
  imageWidth: i32,
  imageHeight: i32,
  imageChannels: i32,
): i32 {
  width = imageWidth;
  height = imageHeight;
  channels = imageChannels;
  next = src;
  left = imageHeight;
  status = open(length);
  return status;
}

function open(length: usize): i32 {
  if (width < 0 || height < 0 || !sizeIsAllowed(width, height)) return IMAGE_SIZE;
  if (channels != 1 && channels != 3) return RAW_LENGTH;
  if (<u64>width * <u64>height * <u64>channels != length) return RAW_LENGTH;
  line = arenaAlloc(width * channels);
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

/** 1 gray or 3 RGB. */
export function rawChannels(): i32 {
  return channels;
}

/** Why {@link rawNextRow} gave 0. */
export function rawStatus(): i32 {
  return status;
}

/** Address of the next row, valid until the next call; 0 on failure. Copied, so that GUARD bytes follow it. */
export function rawNextRow(): usize {
  if (status == OK && left == 0) status = IMAGE_NO_MORE_ROWS;
  if (status != OK) return 0;
  --left;
  memory.copy(line, next, width * channels); // height rows fill the length that rawOpen checked
  next += width * channels;
  return line;
}
