/**
 * Any supported picture: recognises the format and hands over to its decoder (the codec contract of
 * docs/architecture.md). One picture at a time.
 */
import { bmpNextRow, bmpOpen } from './bmp';
import { IMAGE_NO_MORE_ROWS, pictureErrorText } from './errors';
import { jpegNextRow, jpegOpen, jpegReduce } from './jpeg';
import { jpegErrorText } from './jpeg/errors';
import { Picture } from './picture';
import { pngNextRow, pngOpen } from './png';
import { pngErrorText } from './png/errors';
import { pnmNextRow, pnmOpen } from './pnm';
import { rawNextRow, rawOpen } from './raw';
import {
  FORMAT_BMP,
  FORMAT_JPEG,
  FORMAT_NONE,
  FORMAT_PNG,
  FORMAT_PNM,
  FORMAT_RAW,
  sniffFormat,
} from './sniff';
import { generalErrorText, OK } from '../status';

let format: i32 = FORMAT_NONE;

/** Forgets the former picture. */
function begin(found: i32): void {
  format = found;
  Picture.width = 0;
  Picture.height = 0;
  Picture.channels = 0;
  Picture.orientation = 1;
  Picture.done = 0;
}

/**
 * Opens the file of `length` bytes at `src`, which must stay there until the last row. Memory comes from the arena: the
 * caller marks before and releases afterwards.
 *
 * @returns status: 0, or one that {@link imageErrorText} explains
 */
export function imageOpen(src: usize, length: usize): i32 {
  const found = sniffFormat(src, length);
  begin(found < 0 ? found : FORMAT_NONE);
  let status = found;
  if (found == FORMAT_JPEG) status = jpegOpen(src, length);
  else if (found == FORMAT_PNG) status = pngOpen(src, length);
  else if (found == FORMAT_BMP) status = bmpOpen(src, length);
  else if (found == FORMAT_PNM) status = pnmOpen(src, length);
  Picture.status = status;
  return status;
}

/**
 * Opens raw pixels: see rawOpen of raw.ts, and raw_format.ts for `layout`.
 *
 * @returns status as {@link imageOpen}
 */
export function imageOpenRaw(src: usize, length: usize, width: i32, height: i32, layout: i32): i32 {
  begin(FORMAT_RAW);
  Picture.status = rawOpen(src, length, width, height, layout);
  return Picture.status;
}

/**
 * Lets a JPEG be decoded at 1/2, 1/4 or 1/8 of its size where that is still at least `width` x `height` (before EXIF
 * orientation), as Pillow's Image.draft does; width and height of the picture change. Others stay as they are. To be
 * called before the first row.
 */
export function imageReduce(width: i32, height: i32): void {
  if (format == FORMAT_JPEG) jpegReduce(width, height);
}

/** Stored width in pixels, before EXIF orientation; 0 when no picture is open. */
export function imageWidth(): i32 {
  return Picture.width;
}

/** Stored height in pixels, before EXIF orientation. */
export function imageHeight(): i32 {
  return Picture.height;
}

/** Channels of the rows: 1 gray, 2 gray+alpha, 3 RGB, 4 RGBA; 8 bit, interleaved. */
export function imageChannels(): i32 {
  return Picture.channels;
}

/** EXIF orientation 1..8, 1 when absent or invalid. */
export function imageOrientation(): i32 {
  return Picture.orientation;
}

/** Address of the next row, valid until the next call, GUARD bytes readable after it; 0 on failure. */
export function imageNextRow(): usize {
  if (Picture.status == OK && Picture.done == Picture.height) Picture.status = IMAGE_NO_MORE_ROWS;
  if (Picture.status != OK) return 0;
  let row: usize = 0;
  if (format == FORMAT_JPEG) row = jpegNextRow();
  else if (format == FORMAT_PNG) row = pngNextRow();
  else if (format == FORMAT_BMP) row = bmpNextRow();
  else row = format == FORMAT_PNM ? pnmNextRow() : rawNextRow();
  Picture.done++;
  return row;
}

/** Why {@link imageNextRow} gave 0. */
export function imageStatus(): i32 {
  return Picture.status;
}

/** Name of the open picture's format, empty when it was not recognised. */
export function imageFormatName(): string {
  if (format == FORMAT_JPEG) return 'JPEG';
  if (format == FORMAT_PNG) return 'PNG';
  if (format == FORMAT_BMP) return 'BMP';
  if (format == FORMAT_PNM) return 'PNM';
  return format == FORMAT_RAW ? 'raw' : '';
}

/** One sentence for any status of the codecs (1..49, 100..189), without a full stop. */
export function imageErrorText(status: i32): string {
  if (status >= 170) return pictureErrorText(status);
  if (status >= 140) return pngErrorText(status);
  if (status >= 100) return jpegErrorText(status);
  return generalErrorText(status);
}
