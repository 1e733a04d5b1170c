/**
 * Chunks of a PNG file up to the image data (PNG 5 and 11): size, colour, palette, transparency, orientation.
 *
 * Critical chunks (IHDR, PLTE, IDAT, IEND) must be right, as for libpng: a wrong CRC, an unknown critical chunk or a
 * misplaced one is an error. Ancillary chunks never are: a broken one is as good as absent. Only tRNS and eXIf are
 * read; zTXt, iTXt and iCCP are not decompressed.
 */
import { exifOrientation } from '../exif';
import { MAX_PIXELS, MAX_ROW_BYTES } from '../limits';
import { OK } from '../../status';
import { crcOf } from './crc32';
import {
  PNG_CHUNK,
  PNG_COLOR,
  PNG_CRC,
  PNG_CRITICAL,
  PNG_IHDR,
  PNG_METHOD,
  PNG_NO_DATA,
  PNG_PALETTE,
  PNG_SIGNATURE,
  PNG_SIZE,
  PNG_TOO_LARGE,
  PNG_TRUNCATED,
} from './errors';

const SIGNATURE: u64 = 0x0a1a0a0d474e5089;
const IHDR: u32 = 0x49484452;
const PLTE: u32 = 0x504c5445;
const IDAT: u32 = 0x49444154;
const IEND: u32 = 0x49454e44;
const TRNS: u32 = 0x74524e53;
const EXIF: u32 = 0x65584966;
/** Length, type and CRC around a chunk's data. */
const FRAME: usize = 12;

export const COLOR_GRAY: u32 = 0;
export const COLOR_RGB: u32 = 2;
export const COLOR_PALETTE: u32 = 3;
export const COLOR_GRAY_ALPHA: u32 = 4;
export const COLOR_RGBA: u32 = 6;

/** Pixels a row and rows. */
export let width: u32 = 0;
export let height: u32 = 0;
/** Bits a sample. */
export let depth: u32 = 0;
/** One of COLOR_. */
export let color: u32 = 0;
/** Adam7. */
export let interlaced: bool = false;
/** EXIF orientation 1..8. */
export let orientation: i32 = 1;
/** Palette of `paletteEntries` RGB triples in the file. */
export let palette: usize = 0;
export let paletteEntries: u32 = 0;
/** Data of the tRNS chunk (already checked to suit the colour type), 0 without one. */
export let transparency: usize = 0;
export let transparencyBytes: u32 = 0;
/** First IDAT chunk (its length field) and the end of the last consecutive one. */
export let dataChunks: usize = 0;
export let dataChunksEnd: usize = 0;
/** Bytes of image data in them. */
export let dataBytes: u64 = 0;
/** More IDAT chunks follow after a gap. */
export let dataScattered: bool = false;

/** Big-endian 32 bits; the caller has checked that at + 4 is inside the file. */
export function bigEndian32(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}

/** Samples a pixel in the file. */
export function samplesPerPixel(): u32 {
  return color == COLOR_RGB ? 3 : color == COLOR_RGBA ? 4 : color == COLOR_GRAY_ALPHA ? 2 : 1;
}

/** Bytes of `pixels` pixels in a row of the file, without the filter byte (PNG 7.2). */
export function storedRowBytes(pixels: u32): u64 {
  return (<u64>pixels * samplesPerPixel() * depth + 7) >> 3;
}

function isLetters(type: u32): bool {
  for (let shift = 0; shift < 32; shift += 8) {
    const letter = ((type >>> shift) & 0xdf) - 0x41;
    if (letter > 25) return false;
  }
  return true;
}

/** The CRC covers type and data; `at` is the chunk's length field, the whole chunk is inside the file. */
export function chunkCrcIsRight(at: usize, length: u32): bool {
  return crcOf(at + 4, length + 4) == bigEndian32(at + 8 + length);
}

/** IHDR (PNG 11.2.2); 13 bytes at `at`. */
function readIhdr(at: usize): i32 {
  width = bigEndian32(at);
  height = bigEndian32(at + 4);
  depth = load<u8>(at, 8);
  color = load<u8>(at, 9);
  if (width - 1 > 0x7ffffffe || height - 1 > 0x7ffffffe) return PNG_SIZE;
  // Depths that exist, as bits 1, 2, 4, 8, 16 of a set for each colour type.
  let depths: u32 = 0;
  if (color == COLOR_GRAY) depths = 0x10116;
  else if (color == COLOR_PALETTE) depths = 0x116;
  else if (color == COLOR_RGB || color == COLOR_GRAY_ALPHA || color == COLOR_RGBA) depths = 0x10100;
  if (depth > 16 || ((depths >>> depth) & 1) == 0) return PNG_COLOR;
  if (load<u8>(at, 10) != 0 || load<u8>(at, 11) != 0 || load<u8>(at, 12) > 1) return PNG_METHOD;
  interlaced = load<u8>(at, 12) != 0;
  if (<u64>width * <u64>height > MAX_PIXELS) return PNG_TOO_LARGE;
  // Four channels are the widest row that is made of it.
  if (storedRowBytes(width) > MAX_ROW_BYTES || <u64>width * 4 > MAX_ROW_BYTES) return PNG_TOO_LARGE;
  return OK;
}

/** PLTE (PNG 11.2.3): more entries than the depth can name are dropped; a palette of another colour type is ignored. */
function readPalette(at: usize, length: u32): i32 {
  if (color != COLOR_PALETTE) return OK;
  if (palette != 0 || length == 0 || length % 3 != 0 || length > 768) return PNG_PALETTE;
  palette = at;
  paletteEntries = min<u32>(length / 3, 1 << depth);
  return OK;
}

/** tRNS (PNG 11.3.1.1); ignored when it does not suit. */
function readTransparency(at: usize, length: u32): void {
  if (transparency != 0) return;
  if (color == COLOR_PALETTE) {
    if (palette == 0 || length == 0 || length > paletteEntries) return;
  } else if (!(color == COLOR_GRAY && length == 2) && !(color == COLOR_RGB && length == 6)) {
    return;
  }
  transparency = at;
  transparencyBytes = length;
}

/** eXIf (PNG 11.3.4.4): a TIFF block; some writers put the JPEG marker's "Exif" and two zeros before it. */
function readExif(at: usize, length: u32): void {
  if (length >= 6 && bigEndian32(at) == 0x45786966 && load<u16>(at, 4) == 0) {
    at += 6;
    length -= 6;
  }
  orientation = exifOrientation(at, length);
}

/** Walks over the IDAT chunks that follow each other, and looks for eXIf behind them. */
function walkData(at: usize, end: usize, exifSeen: bool): i32 {
  dataChunks = at;
  dataBytes = 0;
  while (end - at >= FRAME && bigEndian32(at + 4) == IDAT) {
    const length = bigEndian32(at);
    if (length > 0x7fffffff) return PNG_CHUNK;
    if (length > <u32>(end - at - FRAME)) return PNG_TRUNCATED;
    dataBytes += length;
    at += FRAME + length;
  }
  dataChunksEnd = at;
  // What comes after the image data is optional: anything odd only ends the search.
  while (end - at >= FRAME) {
    const length = bigEndian32(at);
    const type = bigEndian32(at + 4);
    if (length > <u32>(end - at - FRAME) || type == IEND) break;
    if (type == IDAT) dataScattered = true;
    if (type == EXIF && !exifSeen && chunkCrcIsRight(at, length)) {
      exifSeen = true;
      readExif(at + 8, length);
    }
    at += FRAME + length;
  }
  return OK;
}

/**
 * Reads the chunks of the file at `src` into this module's fields. Needs the CRC tables (crcBegin).
 *
 * @returns status; nothing is allocated
 */
export function readHeader(src: usize, length: usize): i32 {
  orientation = 1;
  palette = 0;
  paletteEntries = 0;
  transparency = 0;
  transparencyBytes = 0;
  dataScattered = false;
  if (length < 8) return PNG_TRUNCATED;
  if (load<u64>(src) != SIGNATURE) return PNG_SIGNATURE;
  const end = src + length;
  let at = src + 8;
  let first = true;
  let exifSeen = false;
  // Invariant: at <= end; a chunk is touched only after end - at says that it is whole.
  while (end - at >= FRAME) {
    const size = bigEndian32(at);
    const type = bigEndian32(at + 4);
    if (size > 0x7fffffff || !isLetters(type)) return first ? PNG_IHDR : PNG_CHUNK;
    if (first && (type != IHDR || size != 13)) return PNG_IHDR;
    if (size > <u32>(end - at - FRAME)) return PNG_TRUNCATED;
    if (type == IDAT) {
      if (color == COLOR_PALETTE && palette == 0) return PNG_PALETTE;
      return walkData(at, end, exifSeen);
    }
    const ancillary = (type & 0x20000000) != 0;
    const data = at + 8;
    let status = OK;
    if (!ancillary) {
      if (!chunkCrcIsRight(at, size)) return PNG_CRC;
      if (type == IHDR) status = first ? readIhdr(data) : PNG_IHDR;
      else if (type == PLTE) status = readPalette(data, size);
      else status = type == IEND ? PNG_NO_DATA : PNG_CRITICAL;
    } else if ((type == TRNS || type == EXIF) && chunkCrcIsRight(at, size)) {
      if (type == TRNS) {
        readTransparency(data, size);
      } else if (!exifSeen) {
        exifSeen = true;
        readExif(data, size);
      }
    }
    if (status != OK) return status;
    first = false;
    at = data + size + 4;
  }
  return PNG_TRUNCATED;
}
