/**
 * BMP headers (Microsoft's BITMAPFILEHEADER and BITMAPCOREHEADER, BITMAPINFOHEADER to BITMAPV5HEADER; OS/2 1.x and
 * 2.x), read as Pillow's BmpImagePlugin reads them.
 */
import { OK } from '../../status';
import { BMP_COMPRESSED, BMP_HEADER, BMP_LAYOUT, IMAGE_SHORT, IMAGE_SIZE } from '../errors';
import { sizeIsAllowed } from '../limits';

const FILE_HEADER: usize = 14;
const CORE_HEADER: u32 = 12;
const UNCOMPRESSED: u32 = 0;
const BIT_FIELDS: u32 = 3;

export let width: u32 = 0;
export let height: u32 = 0;
/** Rows are stored from top to bottom. */
export let topDown: bool = false;
/** Bits a pixel: 1, 4, 8, 16, 24 or 32. */
export let bits: u32 = 0;
/** Red, green, blue and alpha in a pixel of 16, 24 or 32 bits; alpha 0 when there is none. */
export let redMask: u32 = 0;
export let greenMask: u32 = 0;
export let blueMask: u32 = 0;
export let alphaMask: u32 = 0;
/** Palette of `paletteEntries` (at most 256) colours of `paletteStep` bytes: blue, green, red. */
export let palette: usize = 0;
export let paletteEntries: u32 = 0;
export let paletteStep: u32 = 0;
/** First stored row. */
export let pixels: usize = 0;
/** From one row to the next: a multiple of 4. */
export let stride: usize = 0;

/** Eight bits in one byte of the pixel, or none. */
function isByte(mask: u32): bool {
  return mask == 0xff || mask == 0xff00 || mask == 0xff0000 || mask == 0xff000000;
}

/** The masks that are supported: those of Pillow, and all orders of whole bytes in 32 bits. */
function masksAreKnown(): bool {
  if (bits == 16) {
    return (
      (redMask == 0xf800 && greenMask == 0x7e0 && blueMask == 0x1f) ||
      (redMask == 0x7c00 && greenMask == 0x3e0 && blueMask == 0x1f)
    );
  }
  if (bits == 24) return redMask == 0xff0000 && greenMask == 0xff00 && blueMask == 0xff;
  return isByte(redMask) && isByte(greenMask) && isByte(blueMask) && (alphaMask == 0 || isByte(alphaMask));
}

/**
 * Reads the headers of the file of `length` bytes at `src` into this module's fields, and checks that all rows are in
 * the file (without the padding of the last one).
 */
export function readBmpHeader(src: usize, length: usize): i32 {
  if (length < FILE_HEADER + CORE_HEADER) return BMP_HEADER;
  const info = src + FILE_HEADER;
  const headerBytes = load<u32>(info);
  if (length - FILE_HEADER < headerBytes) return BMP_HEADER;
  let compression: u32 = UNCOMPRESSED;
  let colors: u32 = 0;
  let signedHeight: i64 = 0;
  if (headerBytes == CORE_HEADER) {
    width = load<u16>(info, 4);
    signedHeight = load<u16>(info, 6);
    bits = load<u16>(info, 10);
    paletteStep = 3;
  } else if (
    headerBytes == 40 ||
    headerBytes == 52 ||
    headerBytes == 56 ||
    headerBytes == 64 ||
    headerBytes == 108 ||
    headerBytes == 124
  ) {
    width = load<u32>(info, 4);
    signedHeight = load<i32>(info, 8);
    bits = load<u16>(info, 14);
    compression = load<u32>(info, 16);
    colors = load<u32>(info, 32);
    paletteStep = 4;
  } else {
    return BMP_HEADER;
  }
  topDown = signedHeight < 0;
  const rows = <u64>abs(signedHeight);
  if (!sizeIsAllowed(width, rows)) return IMAGE_SIZE;
  height = <u32>rows;
  if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32) return BMP_LAYOUT;
  if (compression != UNCOMPRESSED && compression != BIT_FIELDS) return BMP_COMPRESSED;

  let after: usize = FILE_HEADER + headerBytes; // <= length
  defaultMasks();
  if (compression == BIT_FIELDS) {
    if (bits < 16) return BMP_LAYOUT;
    // Masks lie at 40..52 of the info header or, behind a short one, after it: at the same place.
    if (headerBytes < 40 || length - FILE_HEADER < 52) return BMP_HEADER;
    redMask = load<u32>(info, 40);
    greenMask = load<u32>(info, 44);
    blueMask = load<u32>(info, 48);
    alphaMask = headerBytes >= 56 ? load<u32>(info, 52) : 0;
    if (headerBytes == 40) after += 12;
    if (bits == 32 && (redMask | greenMask | blueMask | alphaMask) == 0) {
      defaultMasks();
      alphaMask = 0xff000000;
    }
    if (bits != 32) alphaMask = 0;
    if (!masksAreKnown()) return BMP_LAYOUT;
  }

  let offset: u64 = load<u32>(src, 10);
  palette = src + after;
  paletteEntries = 0;
  if (bits <= 8) {
    if (colors == 0) colors = 1 << bits;
    if (colors > 65536) return BMP_HEADER;
    paletteEntries = <u32>min<u64>(min<u32>(colors, 1 << bits), (length - after) / paletteStep);
    if (offset == FILE_HEADER + headerBytes) offset += paletteStep * colors;
    after += paletteStep * colors;
  }
  if (offset == 0) offset = after;
  stride = ((width * bits + 31) >>> 5) << 2; // width * 32 <= 8 * MAX_ROW_BYTES
  const needed: u64 = offset + <u64>stride * (height - 1) + ((width * bits + 7) >>> 3);
  if (needed > length) return IMAGE_SHORT;
  pixels = src + <usize>offset;
  return OK;
}

/** 5 bits a colour in 16; blue, green, red bytes otherwise. */
function defaultMasks(): void {
  redMask = bits == 16 ? 0x7c00 : 0xff0000;
  greenMask = bits == 16 ? 0x3e0 : 0xff00;
  blueMask = bits == 16 ? 0x1f : 0xff;
  alphaMask = 0;
}
