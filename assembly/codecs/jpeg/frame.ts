/** The picture and its components, as the frame header and the first scan define them. */
import { arenaAllocZeroed } from '../../memory/arena';
import { MAX_PIXELS } from '../limits';
import {
  JPEG_COMPONENTS,
  JPEG_EMPTY_SIZE,
  JPEG_NO_MEMORY,
  JPEG_OK,
  JPEG_PRECISION,
  JPEG_SAMPLING,
  JPEG_TOO_LARGE,
} from './errors';
import { huffmanReset } from './huffman';

/** libjpeg's limit of a side. */
const MAX_SIDE: i32 = 65500;
/** Bytes of a quantisation table: 64 u16, natural order. */
export const QUANT_BYTES: usize = 128;

/** How the stored components become channels. */
export const COLOR_GRAY: i32 = 0;
export const COLOR_RGB: i32 = 1;
export const COLOR_YCC: i32 = 2;
export const COLOR_CMYK: i32 = 3;
export const COLOR_YCCK: i32 = 4;

/** One component: lives in the arena, zero at first. */
@unmanaged
export class Component {
  id: i32;
  /** Sampling factors, 1..4. */
  h: i32;
  v: i32;
  quantSlot: i32;
  /** Size in blocks without and with the padding to whole MCUs. */
  blocksWide: i32;
  blocksHigh: i32;
  paddedWide: i32;
  paddedHigh: i32;
  /** Samples that a side of a block becomes: 8, or 1, 2, 4 at reduced scale. */
  size: i32;
  /** Size in samples, after reduction. */
  width: i32;
  height: i32;
  /** Huffman table numbers of the current scan. */
  dcTable: i32;
  acTable: i32;
  predictor: i32;
  /** 1 when `quant` was latched at the component's first scan. */
  latched: i32;
  /** The table in force (QUANT_BYTES); zeros until latched, which gives mid-gray as in libjpeg. */
  quant: usize;
  /**
   * Coefficients of the whole component, blocks of 64 i16 in raster order: of a progressive picture in zigzag order,
   * else in natural order; 0 when streaming.
   */
  coefficients: usize;
  /** Ring of decoded sample rows: see output.ts. */
  plane: usize;
  stride: i32;
  ringRows: i32;
  upsample: i32;
  /** Output columns and rows of one sample. */
  expandH: i32;
  expandV: i32;
  /** A row brought to full width, and which component row it holds (-1 none). */
  line: usize;
  lineRow: i32;
  /** Known precision of each coefficient (i8 x 64; -1 unknown), and that before the last scan. */
  bits: usize;
  previousBits: usize;
}

export class Frame {
  static width: i32 = 0;
  static height: i32 = 0;
  static components: i32 = 0;
  /** Samples that a side of a block becomes in the output: 8 (full size), 4, 2 or 1. */
  static scale: i32 = 8;
  /** Size of the output. */
  static outputWidth: i32 = 0;
  static outputHeight: i32 = 0;
  static progressive: bool = false;
  static color: i32 = 0;
  static maxH: i32 = 1;
  static maxV: i32 = 1;
  /** Rows and columns of MCUs of interleaved scans. */
  static mcuRows: i32 = 0;
  static mcuColumns: i32 = 0;
  static list: usize = 0;
  /** 4 tables as the file gives them, and a bit set of those defined. */
  static quantTables: usize = 0;
  static quantDefined: i32 = 0;
  static restartInterval: i32 = 0;
  /** Of the first EXIF segment before the first scan; 0 before one was seen. */
  static orientation: i32 = 0;
  static jfif: bool = false;
  /** Transform flag of the Adobe segment, -1 without one. */
  static adobe: i32 = -1;

  @inline static component(index: i32): Component {
    return changetype<Component>(Frame.list + <usize>index * offsetof<Component>());
  }
}

/** Forgets the last picture and takes memory for tables. */
export function frameReset(): i32 {
  Frame.width = 0;
  Frame.height = 0;
  Frame.outputWidth = 0;
  Frame.outputHeight = 0;
  Frame.components = 0;
  Frame.progressive = false;
  Frame.quantDefined = 0;
  Frame.restartInterval = 0;
  Frame.orientation = 0;
  Frame.jfif = false;
  Frame.adobe = -1;
  Frame.mcuRows = 0;
  Frame.maxH = 1;
  Frame.maxV = 1;
  Frame.list = arenaAllocZeroed(4 * offsetof<Component>());
  Frame.quantTables = arenaAllocZeroed(4 * QUANT_BYTES);
  const perComponent = arenaAllocZeroed(4 * (QUANT_BYTES + 128));
  if (Frame.list == 0 || Frame.quantTables == 0 || perComponent == 0 || !huffmanReset())
    return JPEG_NO_MEMORY;
  for (let i = 0; i < 4; i++) {
    const component = Frame.component(i);
    component.quant = perComponent + <usize>i * (QUANT_BYTES + 128);
    component.bits = component.quant + QUANT_BYTES;
    component.previousBits = component.bits + 64;
    memory.fill(component.bits, 0xff, 64);
  }
  return JPEG_OK;
}

/** ceil(a * b / c) for a picture side `a` and sampling factors. */
function share(a: i32, b: i32, c: i32): i32 {
  return (a * b + c - 1) / c;
}

/** Checks and works out sizes once the frame header `precision` and component fields are read. */
export function frameSetup(precision: i32): i32 {
  if (Frame.width > MAX_SIDE || Frame.height > MAX_SIDE) return JPEG_TOO_LARGE;
  if (Frame.width == 0 || Frame.height == 0) return JPEG_EMPTY_SIZE;
  if (<u64>Frame.width * <u64>Frame.height > MAX_PIXELS) return JPEG_TOO_LARGE;
  if (precision != 8) return JPEG_PRECISION;
  const count = Frame.components;
  if (count != 1 && count != 3 && count != 4) return JPEG_COMPONENTS;
  for (let i = 0; i < count; i++) {
    const c = Frame.component(i);
    if (c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4) return JPEG_SAMPLING;
    if (count == 1 && !Frame.progressive) {
      // A lone component is never interleaved: its factors change nothing.
      c.h = 1;
      c.v = 1;
    }
    Frame.maxH = max(Frame.maxH, c.h);
    Frame.maxV = max(Frame.maxV, c.v);
  }
  Frame.mcuColumns = share(Frame.width, 1, Frame.maxH * 8);
  Frame.mcuRows = share(Frame.height, 1, Frame.maxV * 8);
  for (let i = 0; i < count; i++) {
    const c = Frame.component(i);
    if (Frame.maxH % c.h != 0 || Frame.maxV % c.v != 0) return JPEG_SAMPLING;
    c.blocksWide = share(Frame.width, c.h, Frame.maxH * 8);
    c.blocksHigh = share(Frame.height, c.v, Frame.maxV * 8);
    c.paddedWide = Frame.mcuColumns * c.h;
    c.paddedHigh = Frame.mcuRows * c.v;
  }
  frameScale(8);
  Frame.color = guessColor(count);
  return JPEG_OK;
}

/** How far a component's blocks may be kept larger than `scale`, so that less is left to upsampling. */
function blockSize(c: Component): i32 {
  let size = Frame.scale;
  while (
    size < 8 &&
    (Frame.maxH * Frame.scale) % (2 * c.h * size) == 0 &&
    (Frame.maxV * Frame.scale) % (2 * c.v * size) == 0
  ) {
    size <<= 1;
  }
  return size;
}

/**
 * Sets the scale of the output: `scale` (8, 4, 2, 1) eighths of the stored size, rounded up. Subsampled components
 * are reduced less or not at all where that spares upsampling, as in libjpeg (jdmaster.c).
 */
export function frameScale(scale: i32): void {
  Frame.scale = scale;
  Frame.outputWidth = share(Frame.width, scale, 8);
  Frame.outputHeight = share(Frame.height, scale, 8);
  for (let i = 0; i < Frame.components; i++) {
    const c = Frame.component(i);
    c.size = blockSize(c);
    c.width = share(Frame.width, c.h * c.size, Frame.maxH * 8);
    c.height = share(Frame.height, c.v * c.size, Frame.maxV * 8);
    c.expandH = (Frame.maxH * scale) / (c.h * c.size);
    c.expandV = (Frame.maxV * scale) / (c.v * c.size);
  }
}

/** libjpeg's rules: JFIF, then Adobe, then the component ids. */
function guessColor(count: i32): i32 {
  if (count == 1) return COLOR_GRAY;
  if (count == 4) return Frame.adobe > 0 ? COLOR_YCCK : COLOR_CMYK;
  if (Frame.jfif) return COLOR_YCC;
  if (Frame.adobe >= 0) return Frame.adobe == 0 ? COLOR_RGB : COLOR_YCC;
  const rgb = Frame.component(0).id == 82 && Frame.component(1).id == 71 && Frame.component(2).id == 66;
  return rgb ? COLOR_RGB : COLOR_YCC;
}
