/**
 * The picture that codecs/image.ts has open, decoded into one block: rows without gaps, turned as asked.
 */

import { arenaAlloc } from '../memory/arena';
import { OK, OUT_OF_MEMORY } from '../status';
import { imageChannels, imageHeight, imageNextRow, imageStatus, imageWidth } from './image';
import { orientInto } from './orient';

/** Why {@link wholePicture} gave 0. */
export let wholeStatus: i32 = OK;

/**
 * Decodes all rows; no row may have been read before. Takes the picture's bytes once, or twice when it is turned, from
 * the arena: the caller marks before and releases afterwards.
 *
 * @param orientation EXIF 1..8; 5 to 8 exchange width and height
 * @returns address of width * height * channels bytes, 0 on failure
 */
export function wholePicture(orientation: i32): usize {
  const height = imageHeight();
  const stride = <usize>imageWidth() * <usize>imageChannels();
  // The decoder has checked that width * height * channels is far below 2^32.
  const whole = arenaAlloc(stride * <usize>height);
  const turned = whole == 0 || orientation == 1 ? whole : arenaAlloc(stride * <usize>height);
  wholeStatus = OUT_OF_MEMORY;
  if (turned == 0) return 0;
  for (let y: usize = 0; y < <usize>height; y++) {
    const row = imageNextRow();
    if (row == 0) {
      wholeStatus = imageStatus();
      return 0;
    }
    memory.copy(whole + y * stride, row, stride);
  }
  if (orientation != 1) orientInto(whole, turned, imageWidth(), height, imageChannels(), orientation);
  wholeStatus = OK;
  return turned;
}
