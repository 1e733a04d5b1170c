/**
 * Any supported picture: recognises the format and hands over to its decoder (the codec contract of
 * docs/architecture.md). One picture at a time.
 */
import { bmpChannels, bmpHeight, bmpNextRow, bmpOpen, bmpStatus, bmpWidth } from './bmp';
import { IMAGE_NO_MORE_ROWS, pictureErrorText } from './errors';
import {
  jpegChannels,
  jpegHeight,
  jpegNextRow,
  jpegOpen,
  jpegOrientation,
  jpegReduce,
  jpegStatus,
  jpegWidth,
} from './jpeg';
import { jpegErrorText } from './jpeg/errors';
import { pngChannels, pngHeight, pngNextRow, pngOpen, pngOrientation, pngStatus, pngWidth } from './png';
import { pngErrorText } from './png/errors';
import { pnmChannels, pnmHeight, pnmNextRow, pnmOpen, pnmStatus, pnmWidth } from './pnm';
import { rawChannels, rawHeight, rawNextRow, rawOpen, rawStatus, rawWidth } from './raw';
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
let openStatus: i32 = IMAGE_NO_MORE_ROWS;

/**
 * Opens the file of `length` bytes at `src`, which must stay there until the last row. Memory comes from the arena: the
 * caller marks before and releases afterwards.
 *
 * @returns status: 0, or one that {@link imageErrorText} explains
 */
export function imageOpen(src: usize, length: usize): i32 {
  const found = sniffFormat(src, length);
  if (found > 0) {
    format = FORMAT_NONE;
    openStatus = found;
    return found;
  }
  format = found;
  if (format == FORMAT_JPEG) openStatus = jpegOpen(src, length);
  else if (format == FORMAT_PNG) openStatus = pngOpen(src, length);
  else if (format == FORMAT_BMP) openStatus = bmpOpen(src, length);
  else openStatus = pnmOpen(src, length);
  return openStatus;
}

/**
 * Opens raw pixels: see rawOpen of raw.ts, and raw_format.ts for `layout`.
 *
 * @returns status as {@link imageOpen}
 */
export function imageOpenRaw(src: usize, length: usize, width: i32, height: i32, layout: i32): i32 {
  format = FORMAT_RAW;
  openStatus = rawOpen(src, length, width, height, layout);
  return openStatus;
}

/**
 * Lets a JPEG be decoded at 1/2, 1/4 or 1/8 of its size where that is still at least `width` x `height` (before EXIF
 * orientation), as Pillow's Image.draft does; width and height of the picture change. Others stay as they are. To be
 * called before the first row.
 */
export function imageReduce(width: i32, height: i32): void {
  if (format == FORMAT_JPEG) jpegReduce(width, height);
}

/** Stored width in pixels, before EXIF orientation. */
export function imageWidth(): i32 {
  if (format == FORMAT_JPEG) return jpegWidth();
  if (format == FORMAT_PNG) return pngWidth();
  if (format == FORMAT_BMP) return bmpWidth();
  if (format == FORMAT_PNM) return pnmWidth();
  return format == FORMAT_RAW ? rawWidth() : 0;
}

/** Stored height in pixels, before EXIF orientation. */
export function imageHeight(): i32 {
  if (format == FORMAT_JPEG) return jpegHeight();
  if (format == FORMAT_PNG) return pngHeight();
  if (format == FORMAT_BMP) return bmpHeight();
  if (format == FORMAT_PNM) return pnmHeight();
  return format == FORMAT_RAW ? rawHeight() : 0;
}

/** Channels of the rows: 1 gray, 2 gray+alpha, 3 RGB, 4 RGBA; 8 bit, interleaved. */
export function imageChannels(): i32 {
  if (format == FORMAT_JPEG) return jpegChannels();
  if (format == FORMAT_PNG) return pngChannels();
  if (format == FORMAT_BMP) return bmpChannels();
  if (format == FORMAT_PNM) return pnmChannels();
  return format == FORMAT_RAW ? rawChannels() : 0;
}

/** EXIF orientation 1..8, 1 when absent or invalid. */
export function imageOrientation(): i32 {
  if (format == FORMAT_JPEG) return jpegOrientation();
  return format == FORMAT_PNG ? pngOrientation() : 1;
}

/** Address of the next row, valid until the next call, GUARD bytes readable after it; 0 on failure. */
export function imageNextRow(): usize {
  if (openStatus != OK) return 0;
  if (format == FORMAT_JPEG) return jpegNextRow();
  if (format == FORMAT_PNG) return pngNextRow();
  if (format == FORMAT_BMP) return bmpNextRow();
  return format == FORMAT_PNM ? pnmNextRow() : rawNextRow();
}

/** Why {@link imageNextRow} gave 0. */
export function imageStatus(): i32 {
  if (openStatus != OK) return openStatus;
  if (format == FORMAT_JPEG) return jpegStatus();
  if (format == FORMAT_PNG) return pngStatus();
  if (format == FORMAT_BMP) return bmpStatus();
  return format == FORMAT_PNM ? pnmStatus() : rawStatus();
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
