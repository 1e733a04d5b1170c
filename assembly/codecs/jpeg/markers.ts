/** Marker segments (ITU T.81 annex B), read as libjpeg reads them: strict about what matters, else lenient. */
import { exifOrientation } from '../exif';
import { Bits, END_OF_FILE, nextMarker } from './bits';
import {
  JPEG_ARITHMETIC,
  JPEG_BAD_HUFFMAN,
  JPEG_BAD_LENGTH,
  JPEG_BAD_MARKER,
  JPEG_BAD_QUANT,
  JPEG_COMPONENTS,
  JPEG_EMPTY_SIZE,
  JPEG_HIERARCHICAL,
  JPEG_LOSSLESS,
  JPEG_NO_FRAME,
  JPEG_NOT_JPEG,
  JPEG_OK,
  JPEG_SECOND_FRAME,
  JPEG_TRUNCATED,
} from './errors';
import { Component, Frame, frameSetup, QUANT_BYTES } from './frame';
import { Huffman, huffmanDefine } from './huffman';
import { scanHeader } from './scan';
import { ZIGZAG_BYTES } from './tables';

/** Answers of {@link readMarkers} beside error codes. */
export const REACHED_SCAN: i32 = JPEG_OK;
export const REACHED_END: i32 = -1;

/** Body of the segment at the cursor: `Segment.at` .. `Segment.at + Segment.length`. */
class Segment {
  static at: usize = 0;
  static length: i32 = 0;
  /** Bytes of the body that the file lacks. */
  static missing: i32 = 0;
}

/** Sample precision of the frame header, judged only at the first scan (as libjpeg does). */
let precision: i32 = 0;

function u16At(at: usize): i32 {
  return ((<i32>load<u8>(at)) << 8) | <i32>load<u8>(at, 1);
}

/** Takes the segment at the cursor. JPEG_TRUNCATED when the file ends in it: `Segment` is what is there. */
function takeSegment(): i32 {
  const left = <i32>(Bits.end - Bits.next);
  Segment.missing = 0;
  if (left < 2) return JPEG_TRUNCATED;
  const length = u16At(Bits.next);
  Segment.at = Bits.next + 2;
  // libjpeg skips nothing when a skipped segment's length is below 2.
  const body = max(length - 2, 0);
  Segment.length = min(body, left - 2);
  Segment.missing = body - Segment.length;
  Bits.next = Segment.at + <usize>Segment.length;
  if (length < 2) return JPEG_BAD_LENGTH;
  return Segment.missing == 0 ? JPEG_OK : JPEG_TRUNCATED;
}

/** True when the segment starts with the `size` bytes of the little-endian `text`. */
function startsWith(text: u32, size: i32): bool {
  return Segment.length >= size && load<u32>(Segment.at) == text;
}

function readFrame(progressive: bool): i32 {
  if (Frame.components != 0) return JPEG_SECOND_FRAME;
  if (Segment.missing != 0) return JPEG_TRUNCATED;
  if (Segment.length < 6) return JPEG_BAD_LENGTH;
  const at = Segment.at;
  precision = load<u8>(at);
  Frame.height = u16At(at + 1);
  Frame.width = u16At(at + 3);
  const count = <i32>load<u8>(at, 5);
  if (Frame.width == 0 || Frame.height == 0 || count == 0) return JPEG_EMPTY_SIZE;
  if (Segment.length != 6 + 3 * count) return JPEG_BAD_LENGTH;
  if (count > 4) return JPEG_COMPONENTS;
  Frame.components = count;
  Frame.progressive = progressive;
  for (let i = 0; i < count; i++) {
    const c: Component = Frame.component(i);
    const field = at + 6 + 3 * <usize>i;
    c.id = load<u8>(field);
    c.h = load<u8>(field, 1) >> 4;
    c.v = load<u8>(field, 1) & 15;
    c.quantSlot = load<u8>(field, 2);
  }
  return JPEG_OK;
}

/** DHT: each table is a class and number byte, 16 counts, the symbols. */
function readHuffman(): i32 {
  let at = Segment.at;
  let left = Segment.length;
  while (left > 16) {
    const target = <i32>load<u8>(at);
    let total = 0;
    for (let i: usize = 1; i <= 16; i++) total += load<u8>(at + i);
    left -= 17;
    if (total > 256 || total > left + Segment.missing) return JPEG_BAD_HUFFMAN;
    if (total > left) return JPEG_TRUNCATED;
    const index = target & ~0x10;
    if (index > 3) return JPEG_BAD_HUFFMAN;
    huffmanDefine(Huffman.slot((target & 0x10) != 0, index), at + 1, at + 17, total);
    at += 17 + <usize>total;
    left -= total;
  }
  if (left == 0) return JPEG_OK;
  return Segment.missing != 0 ? JPEG_TRUNCATED : JPEG_BAD_LENGTH;
}

/** DQT: each table is a precision and number byte, then 64 values in zigzag order. */
function readQuant(): i32 {
  let at = Segment.at;
  let left = Segment.length;
  while (left > 0) {
    const target = <i32>load<u8>(at);
    const wide = target >> 4 != 0;
    const bytes = wide ? 129 : 65;
    if ((target & 15) > 3) return JPEG_BAD_QUANT;
    if (left < bytes) return Segment.missing != 0 ? JPEG_TRUNCATED : JPEG_BAD_LENGTH;
    const table = Frame.quantTables + <usize>(target & 15) * QUANT_BYTES;
    for (let i: usize = 0; i < 64; i++) {
      const value = wide ? u16At(at + 1 + 2 * i) : <i32>load<u8>(at + 1 + i);
      store<u16>(table + <usize>load<u8>(ZIGZAG_BYTES + i), <u16>value);
    }
    Frame.quantDefined |= 1 << (target & 15);
    at += <usize>bytes;
    left -= bytes;
  }
  return JPEG_OK;
}

/** APPn: JFIF and Adobe decide on colours, EXIF on orientation. */
function readApplication(marker: i32): void {
  if (marker == 0xe0 && Segment.length >= 14 && startsWith(0x4649464a, 5)) {
    if (load<u8>(Segment.at, 4) == 0) Frame.jfif = true;
  } else if (marker == 0xe1 && Segment.length > 6 && startsWith(0x66697845, 6)) {
    // "Exif" 0 0; the first such segment before the picture data counts.
    if (load<u16>(Segment.at, 4) == 0 && Frame.orientation == 0 && Frame.mcuRows == 0) {
      Frame.orientation = exifOrientation(Segment.at + 6, Segment.length - 6);
    }
  } else if (marker == 0xee && Segment.length >= 12 && startsWith(0x626f6441, 5)) {
    if (load<u8>(Segment.at, 4) == 0x65) Frame.adobe = load<u8>(Segment.at, 11);
  }
}

/** Handles the segment of `marker`, which was just taken. */
function readSegment(marker: i32): i32 {
  switch (marker) {
    case 0xc0:
    case 0xc1:
      return readFrame(false);
    case 0xc2:
      return readFrame(true);
    case 0xc4:
      return readHuffman();
    case 0xdb:
      return readQuant();
    case 0xdd:
      if (Segment.length + Segment.missing != 2) return JPEG_BAD_LENGTH;
      if (Segment.missing != 0) return JPEG_TRUNCATED;
      Frame.restartInterval = u16At(Segment.at);
      return JPEG_OK;
    default:
      if (marker >= 0xe0 && marker <= 0xef) readApplication(marker);
      return JPEG_OK;
  }
}

/** Error code of a marker that this decoder refuses, or 0. */
function refusal(marker: i32): i32 {
  if (marker == 0xd8) return JPEG_SECOND_FRAME;
  if (marker == 0xc3) return JPEG_LOSSLESS;
  if ((marker >= 0xc5 && marker <= 0xc7) || marker == 0xde || marker == 0xdf) return JPEG_HIERARCHICAL;
  if (marker >= 0xc9 && marker <= 0xcf && marker != 0xcc) return JPEG_ARITHMETIC;
  if (marker == 0xc8 || (marker >= 0x02 && marker < 0xc0) || (marker >= 0xf0 && marker < 0xfe))
    return JPEG_BAD_MARKER;
  return JPEG_OK;
}

/** Checks the first two bytes and puts the cursor after them. */
export function readStart(): i32 {
  if (Bits.end - Bits.next < 2) return JPEG_NOT_JPEG;
  if (load<u16>(Bits.next) != 0xd8ff) return JPEG_NOT_JPEG;
  Bits.next += 2;
  return JPEG_OK;
}

/**
 * Reads markers up to and with a scan header: REACHED_SCAN; or the end of the picture: REACHED_END; or an
 * error. At the end of the file: JPEG_TRUNCATED.
 */
export function readMarkers(): i32 {
  while (true) {
    const marker = nextMarker();
    if (marker == END_OF_FILE) return JPEG_TRUNCATED;
    Bits.marker = 0;
    if (marker == 0xd9) return REACHED_END;
    // RSTn and TEM stand alone.
    if ((marker >= 0xd0 && marker <= 0xd7) || marker == 0x01) continue;
    let status = refusal(marker);
    if (status != JPEG_OK) return status;
    status = takeSegment();
    if (status == JPEG_BAD_LENGTH && marker >= 0xdc && marker != 0xdd) continue;
    // A fault before the point where the file ends is named rather than the end.
    if (status == JPEG_TRUNCATED && Segment.missing != 0) {
      if (marker != 0xda) status = readSegment(marker);
      return status != JPEG_OK ? status : JPEG_TRUNCATED;
    }
    if (status != JPEG_OK) return status;
    if (marker == 0xda) {
      if (Frame.components == 0) return JPEG_NO_FRAME;
      if (Frame.mcuRows == 0) {
        status = frameSetup(precision);
        if (status != JPEG_OK) return status;
      }
      return scanHeader(Segment.at, Segment.length);
    }
    status = readSegment(marker);
    if (status != JPEG_OK) return status;
  }
}
