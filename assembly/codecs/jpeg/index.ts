/**
 * JPEG decoder (ITU T.81): 8-bit Huffman coded baseline, extended sequential and progressive pictures.
 * Pixels are those of libjpeg-turbo with its defaults, as Pillow shows them, bit for bit.
 *
 * A picture in one sequential scan is decoded as rows are asked for; others are read whole by jpegOpen
 * into coefficients (2 bytes a sample). Codec contract: docs/architecture.md. One picture at a time.
 */
import { arenaAllocZeroed } from '../../memory/arena';
import { bitsOpen } from './bits';
import {
  JPEG_NO_MEMORY,
  JPEG_NO_SCAN,
  JPEG_OK,
  JPEG_TOO_MUCH_WORK,
  JPEG_TOO_SPARSE,
  JPEG_TRUNCATED,
} from './errors';
import { Frame, frameReset, frameScale } from './frame';
import { REACHED_END, readMarkers, readStart } from './markers';
import { outputBegin, outputDemand, outputRow } from './output';
import { Scan, scanStart } from './scan';
import { storeScan } from './scan_stored';

/** Passes over all blocks of the picture that its scans may take together, and scans that always may. */
const MAX_PASSES: u64 = 128;
const FREE_BLOCKS: u64 = 1 << 16;
const MAX_SCANS: i32 = 1000;
/**
 * Pixels that a byte of the file of a large picture may stand for: a bit a block is the least that DC coefficients take,
 * which gives at most 910 (nine blocks for 32 x 32 pixels). What is beyond is data that is not there: time and memory
 * for nothing.
 */
const MAX_PIXELS_A_BYTE: u64 = 2048;
const FREE_PIXELS: u64 = 1 << 24;

class Decoder {
  static status: i32 = 0;
}

/** Blocks of the components of the present scan (`all` false) or of the frame. */
function countBlocks(all: bool): u64 {
  const count = all ? Frame.components : Scan.components;
  let blocks: u64 = 0;
  for (let i = 0; i < count; i++) {
    const c = all ? Frame.component(i) : Scan.component(i);
    blocks += <u64>c.paddedWide * <u64>c.paddedHigh;
  }
  return blocks;
}

function allocateCoefficients(): i32 {
  for (let i = 0; i < Frame.components; i++) {
    const c = Frame.component(i);
    const bytes = (<u64>c.paddedWide * <u64>c.paddedHigh) << 7;
    if (bytes > 0x7fff_0000) return JPEG_NO_MEMORY;
    c.coefficients = arenaAllocZeroed(<usize>bytes);
    if (c.coefficients == 0) return JPEG_NO_MEMORY;
  }
  return JPEG_OK;
}

/** True when no scan is missing: every component came, every coefficient to its last bit. */
function complete(): bool {
  for (let i = 0; i < Frame.components; i++) {
    const c = Frame.component(i);
    if (!c.latched) return false;
    if (!Frame.progressive) continue;
    for (let k: usize = 0; k < 64; k++) if (load<i8>(c.bits + k) != 0) return false;
  }
  return true;
}

/** Reads all scans, the first of which is at hand, into coefficients. */
function readScans(): i32 {
  let budget = countBlocks(true) * MAX_PASSES + FREE_BLOCKS;
  let status = allocateCoefficients();
  while (status == JPEG_OK) {
    const cost = countBlocks(false) + 1;
    if (cost > budget || Scan.number > MAX_SCANS) return JPEG_TOO_MUCH_WORK;
    budget -= cost;
    status = scanStart();
    if (status == JPEG_OK) status = storeScan();
    if (status != JPEG_OK) return status;
    status = readMarkers();
    // A file that only lacks its end marker is whole.
    if (status == JPEG_TRUNCATED && complete()) return JPEG_OK;
  }
  return status == REACHED_END ? JPEG_OK : status;
}

function open(src: usize, length: usize): i32 {
  bitsOpen(src, length);
  Scan.number = 0;
  let status = frameReset();
  if (status == JPEG_OK) status = readStart();
  if (status == JPEG_OK) status = readMarkers();
  if (status == REACHED_END) return JPEG_NO_SCAN;
  if (status != JPEG_OK) return status;
  const pixels = <u64>Frame.width * <u64>Frame.height;
  if (pixels > FREE_PIXELS && pixels > <u64>length * MAX_PIXELS_A_BYTE) return JPEG_TOO_SPARSE;
  const stored = Frame.progressive || Scan.components < Frame.components;
  status = stored ? readScans() : scanStart();
  if (status == JPEG_OK) outputBegin(stored);
  return status;
}

/**
 * Reads the file of `length` bytes at `src` up to its picture data (a progressive or multi-scan file
 * altogether) and takes memory from the arena, which the caller marks before and releases after use. The
 * bytes must stay in place until the last row is read. Returns 0 or a status of errors.ts; without
 * success no other function may be asked but jpegStatus.
 */
export function jpegOpen(src: usize, length: usize): i32 {
  Decoder.status = open(src, length);
  return Decoder.status;
}

/**
 * Decodes at 1/2, 1/4 or 1/8 of the stored size (rounded up), the smallest that is at least `width` x `height` (both
 * 1 or more) before rounding up: Pillow's `Image.draft("RGB", (width, height))`. Full size when there is none. To be
 * called before the first row; jpegWidth and jpegHeight change.
 */
export function jpegReduce(width: i32, height: i32): void {
  const times = min(Frame.width / width, Frame.height / height);
  frameScale(times >= 8 ? 1 : times >= 4 ? 2 : times >= 2 ? 4 : 8);
}

/** Width of the rows in pixels, 1..65500. */
export function jpegWidth(): i32 {
  return Frame.outputWidth;
}

/** Rows, as stored, 1..65500. */
export function jpegHeight(): i32 {
  return Frame.outputHeight;
}

/** Channels of the rows: 1 for gray pictures, else 3 (RGB; CMYK is converted as Pillow does). */
export function jpegChannels(): i32 {
  return Frame.components == 1 ? 1 : 3;
}

/** EXIF orientation 1..8, 1 when there is none. */
export function jpegOrientation(): i32 {
  return max(Frame.orientation, 1);
}

/**
 * Address of the next row (width * channels bytes, 16 more readable), valid until the next call; 0 when
 * there is none: jpegStatus says why.
 */
export function jpegNextRow(): usize {
  if (Decoder.status != JPEG_OK) return 0;
  const status = outputDemand();
  if (status != JPEG_OK) {
    Decoder.status = status;
    return 0;
  }
  return outputRow();
}

/** Status of the last call: 0, or why it failed (JPEG_NO_MORE_ROWS after the last row). */
export function jpegStatus(): i32 {
  return Decoder.status;
}
