/**
 * From coefficients to rows. Each component has a ring of decoded sample rows: one MCU row high, or two
 * when vertical fancy upsampling needs the rows above and below:
 *
 *   slot 0 | v * size rows of `stride` bytes |  MCU rows 0, 2, 4 ..
 *   slot 1 | v * size rows of `stride` bytes |  MCU rows 1, 3, 5 ..
 *
 * A row is only asked for while it is in the ring: MCU row n + 1 is decoded when the last rows of n need
 * the first of n + 1, at which time nothing of n - 1 is needed any more.
 */
import { arenaAlloc } from '../../memory/arena';
import { interleave, yccToRgb } from './color';
import { cmykToRgb, ycckToRgb } from './color/cmyk';
import { JPEG_BAD_SCAN, JPEG_NO_MEMORY, JPEG_NO_MORE_ROWS, JPEG_OK, JPEG_TRUNCATED } from './errors';
import { COLOR_CMYK, COLOR_RGB, COLOR_YCC, Component, Frame } from './frame';
import { idct, nonZeros } from './idct';
import { REACHED_END, REACHED_SCAN, readMarkers } from './markers';
import { Scan } from './scan';
import { streamRow } from './scan_sequential';
import { smoothBlock, smoothingApplies, smoothRowBegin } from './smooth';
import { naturalOrder } from './tables';
import { fancyH1V2, fancyH2V1, fancyH2V2, repeat } from './upsample';

const DIRECT: i32 = 0;
const FANCY_H2V1: i32 = 1;
const FANCY_H1V2: i32 = 2;
const FANCY_H2V2: i32 = 3;
const REPEAT: i32 = 4;
/** Bytes beyond a row that vector code may touch. */
const SLACK: i32 = 64;

class Output {
  static row: i32 = 0;
  /** MCU rows decoded so far. */
  static decoded: i32 = 0;
  /** Slots of the rings, 0 before they have memory. */
  static slots: i32 = 0;
  static stored: bool = false;
  static smooth: bool = false;
  /** Interleaved RGB of the present row. */
  static pixels: usize = 0;
}

/** libjpeg-turbo's choice of upsampling method; at 1/8 nothing is filtered. */
function chooseUpsampling(c: Component): i32 {
  const fancy = Frame.scale > 1;
  if (c.expandH == 1) return c.expandV == 2 && fancy ? FANCY_H1V2 : DIRECT;
  if (c.expandH == 2 && c.expandV <= 2 && c.width > 2 && fancy) {
    return c.expandV == 1 ? FANCY_H2V1 : FANCY_H2V2;
  }
  return REPEAT;
}

/** Begins a picture; `stored` says that coefficients are complete in memory. */
export function outputBegin(stored: bool): void {
  Output.row = 0;
  Output.decoded = 0;
  Output.slots = 0;
  Output.stored = stored;
  Output.smooth = stored && smoothingApplies();
}

/** Takes memory for rings and rows, once the scale is settled. */
function takeMemory(): i32 {
  Output.slots = 1;
  for (let i = 0; i < Frame.components; i++) {
    const c = Frame.component(i);
    c.upsample = chooseUpsampling(c);
    if (c.upsample == FANCY_H1V2 || c.upsample == FANCY_H2V2) Output.slots = 2;
  }
  for (let i = 0; i < Frame.components; i++) {
    const c = Frame.component(i);
    c.stride = c.paddedWide * c.size + 16;
    c.ringRows = c.v * c.size;
    c.lineRow = -1;
    c.plane = arenaAlloc(<usize>(c.stride * c.ringRows * Output.slots + SLACK));
    if (c.plane == 0) return JPEG_NO_MEMORY;
    if (c.upsample == DIRECT) continue;
    c.line = arenaAlloc(<usize>(c.stride * c.expandH + SLACK));
    if (c.line == 0) return JPEG_NO_MEMORY;
  }
  if (Frame.components > 1) {
    Output.pixels = arenaAlloc(<usize>(Frame.outputWidth * 3 + SLACK));
    if (Output.pixels == 0) return JPEG_NO_MEMORY;
  }
  return JPEG_OK;
}

/** Address of sample row `row` (0 .. height - 1, in the ring now). */
function ringRow(c: Component, row: i32): usize {
  const slot = (row / c.ringRows) % Output.slots;
  return c.plane + <usize>(slot * c.ringRows + (row % c.ringRows)) * <usize>c.stride;
}

/** One block between storage and transform, natural order. */
const BLOCK: usize = memory.data(128, 16);

/** Transforms the stored block at `block` to `out`. */
function transformBlock(c: Component, block: usize, out: usize): void {
  const present = nonZeros(block);
  let last = 63;
  if (Frame.progressive) {
    naturalOrder(block, BLOCK, present);
    block = BLOCK;
    last = 63 - <i32>clz(present | 1);
  } else if (present <= 1) {
    last = 0;
  }
  idct(c.size, last, block, c.quant, out, c.stride);
}

/** Transforms stored coefficients of MCU row `mcuRow` into the ring. */
function transformRow(mcuRow: i32, slot: i32): void {
  for (let i = 0; i < Frame.components; i++) {
    const c = Frame.component(i);
    const firstRow = mcuRow * c.v;
    const blockRows = min(c.v, c.blocksHigh - firstRow);
    if (Output.smooth) smoothRowBegin(c, mcuRow, Scan.number);
    for (let y = 0; y < blockRows; y++) {
      let out = c.plane + <usize>(slot * c.ringRows + y * c.size) * <usize>c.stride;
      let block = c.coefficients + ((<usize>((firstRow + y) * c.paddedWide)) << 7);
      for (let x = 0; x < c.blocksWide; x++) {
        if (Output.smooth) {
          const smoothed = smoothBlock(c, x, firstRow + y, mcuRow * blockRows + y, blockRows);
          idct(c.size, 63, smoothed, c.quant, out, c.stride);
        } else {
          transformBlock(c, block, out);
        }
        block += 128;
        out += c.size;
      }
    }
  }
}

/**
 * Reads on to the end marker, as libjpeg does: what follows the only scan may be anything but a broken
 * segment, a refused marker or another scan. A missing end marker is forgiven.
 */
function readTrailer(): i32 {
  const status = readMarkers();
  if (status == REACHED_SCAN) return JPEG_BAD_SCAN;
  return status == REACHED_END || status == JPEG_TRUNCATED ? JPEG_OK : status;
}

/** Decodes MCU rows until row `row` of the component is in the ring. */
function demand(c: Component, row: i32): i32 {
  while (row >= Output.decoded * c.ringRows) {
    const slot = Output.decoded % Output.slots;
    if (Output.stored) {
      transformRow(Output.decoded, slot);
    } else {
      let status = streamRow(slot);
      if (status == JPEG_OK && Output.decoded + 1 == Frame.mcuRows) status = readTrailer();
      if (status != JPEG_OK) return status;
    }
    Output.decoded++;
  }
  return JPEG_OK;
}

/** The row that lends a quarter to output row `y`: above for even ones, below for odd ones. */
function farRow(c: Component, y: i32): i32 {
  return max(min((y >> 1) + ((y & 1) << 1) - 1, c.height - 1), 0);
}

/** Component row `row` (full width) of output row `y`: from the ring, or upsampled into the line buffer. */
function fullRow(c: Component, y: i32): usize {
  if (c.upsample == FANCY_H2V2) {
    fancyH2V2(ringRow(c, y >> 1), ringRow(c, farRow(c, y)), c.width, c.line);
    return c.line;
  }
  if (c.upsample == FANCY_H1V2) {
    fancyH1V2(ringRow(c, y >> 1), ringRow(c, farRow(c, y)), c.width, 1 + (y & 1), c.line);
    return c.line;
  }
  const row = y / c.expandV;
  const source = ringRow(c, row);
  if (c.upsample == DIRECT) return source;
  if (c.lineRow == row) return c.line;
  c.lineRow = row;
  if (c.upsample == FANCY_H2V1) fancyH2V1(source, c.width, c.line);
  else repeat(source, c.width, c.expandH, c.line);
  return c.line;
}

/** Last component row that output row `y` needs. */
function lastNeeded(c: Component, y: i32): i32 {
  if (c.upsample == FANCY_H2V2 || c.upsample == FANCY_H1V2) return max(farRow(c, y), y >> 1);
  return y / c.expandV;
}

/** Why the next row cannot be had, or 0 after all its samples are in the rings. */
export function outputDemand(): i32 {
  if (Output.row >= Frame.outputHeight) return JPEG_NO_MORE_ROWS;
  if (Output.slots == 0) {
    const status = takeMemory();
    if (status != JPEG_OK) return status;
  }
  for (let i = 0; i < Frame.components; i++) {
    const c = Frame.component(i);
    const status = demand(c, lastNeeded(c, Output.row));
    if (status != JPEG_OK) return status;
  }
  return JPEG_OK;
}

/** Address of the next row's pixels, after outputDemand gave 0. Lines and pixels have room for vectors. */
export function outputRow(): usize {
  const y = Output.row++;
  const first = Frame.component(0);
  if (Frame.components == 1) return fullRow(first, y);
  const a = fullRow(first, y);
  const b = fullRow(Frame.component(1), y);
  const c = fullRow(Frame.component(2), y);
  const width = Frame.outputWidth;
  const out = Output.pixels;
  if (Frame.color == COLOR_YCC) {
    yccToRgb(a, b, c, width, out);
  } else if (Frame.color == COLOR_RGB) {
    interleave(a, b, c, width, out);
  } else {
    const d = fullRow(Frame.component(3), y);
    if (Frame.color == COLOR_CMYK) {
      cmykToRgb(a, b, c, d, width, out);
    } else {
      yccToRgb(a, b, c, width, out);
      ycckToRgb(out, d, width);
    }
  }
  return out;
}
