/**
 * Rows as stored to rows of 8-bit channels: palettes and small depths through a table of 256 colours, 16 bits by their
 * high byte (libpng's strip_16), transparent colours (tRNS) to an alpha channel of 0 or 255.
 */
import { arenaAlloc } from '../../memory/arena';
import { OK, OUT_OF_MEMORY } from '../../status';
import {
  COLOR_GRAY,
  COLOR_PALETTE,
  color,
  depth,
  palette,
  paletteEntries,
  samplesPerPixel,
  transparency,
  transparencyBytes,
} from './header';

const TABLE_BYTES: usize = 256 * 4;

/** Colour of each index or small gray value: up to 4 channels, first in the low byte. */
let table: usize = 0;
/** Channels of the rows made. */
let channels: u32 = 0;

/** Channels that {@link expandRow} makes: 1 gray, 2 gray+alpha, 3 RGB, 4 RGBA. */
export function expandedChannels(): u32 {
  if (color == COLOR_PALETTE) return transparency != 0 ? 4 : 3;
  return samplesPerPixel() + (transparency != 0 ? 1 : 0);
}

/** Rows need no work: 8 bits without a transparent colour. */
export function expandIsCopy(): bool {
  return depth == 8 && color != COLOR_PALETTE && transparency == 0;
}

/** Prepares for the picture whose header has been read. */
export function expandBegin(): i32 {
  channels = expandedChannels();
  if (color == COLOR_PALETTE) return fillPalette();
  if (color == COLOR_GRAY && depth <= 8) return fillGrays();
  return OK;
}

/** Indices past the palette are black and opaque, as libpng has them. */
function fillPalette(): i32 {
  table = arenaAlloc(TABLE_BYTES);
  if (table == 0) return OUT_OF_MEMORY;
  for (let i: u32 = 0; i < 256; ++i) {
    let entry: u32 = 0;
    if (i < paletteEntries) {
      const at = palette + i * 3; // three bytes an entry inside PLTE
      entry = ((<u32>load<u8>(at, 2)) << 16) | ((<u32>load<u8>(at, 1)) << 8) | <u32>load<u8>(at);
    }
    const alpha: u32 = i < transparencyBytes ? <u32>load<u8>(transparency + i) : 255;
    store<u32>(table + (i << 2), (alpha << 24) | entry);
  }
  return OK;
}

/** Depths 1, 2, 4 spread over 0..255 (PNG 13.12); the transparent one gets alpha 0. */
function fillGrays(): i32 {
  table = arenaAlloc(TABLE_BYTES);
  if (table == 0) return OUT_OF_MEMORY;
  const most: u32 = (1 << depth) - 1;
  const key = transparency != 0 ? keyAt(0) : 0xffffffff;
  for (let i: u32 = 0; i < 256; ++i) {
    const gray = ((i & most) * 255) / most;
    store<u32>(table + (i << 2), (i == key ? 0 : 0xff00) | gray);
  }
  return OK;
}

/** Sample `index` of tRNS: two bytes, of which libpng compares as many bits as the depth has. */
function keyAt(index: usize): u32 {
  const value = <u32>bswap<u16>(load<u16>(transparency + (index << 1))); // length checked by readTransparency
  return depth < 16 ? value & ((1 << depth) - 1) : value;
}

/**
 * Expands `pixels` pixels at `row` to `to`.
 *
 * @param to pixels * channels bytes; 4 bytes after them may be spoilt
 */
export function expandRow(row: usize, to: usize, pixels: u32): void {
  if (depth == 16) {
    if (transparency != 0) keyed16(row, to, pixels);
    else high(row, to, pixels * channels);
  } else if (color == COLOR_PALETTE || color == COLOR_GRAY) {
    if (depth == 8) indexed8(row, to, pixels);
    else indexed(row, to, pixels);
  } else if (transparency != 0) {
    keyed8(row, to, pixels);
  } else {
    memory.copy(to, row, pixels * channels);
  }
}

// In what follows `row` has storedRowBytes(pixels) bytes; table indices are at most 255.

function indexed8(row: usize, to: usize, pixels: u32): void {
  const step = channels;
  for (const end = row + pixels; row < end; ++row) {
    store<u32>(to, load<u32>(table + ((<usize>load<u8>(row)) << 2)));
    to += step;
  }
}

/** Indices of 1, 2 or 4 bits, first pixel in the high bits (PNG 7.2). */
function indexed(row: usize, to: usize, pixels: u32): void {
  const mask: u32 = (1 << depth) - 1;
  let shift: u32 = 8;
  for (let i: u32 = 0; i < pixels; ++i) {
    shift -= depth;
    store<u32>(to, load<u32>(table + (((load<u8>(row) >>> shift) & mask) << 2)));
    to += channels;
    if (shift == 0) {
      shift = 8;
      ++row;
    }
  }
}

/** High bytes of big-endian 16-bit samples. */
function high(row: usize, to: usize, samples: u32): void {
  for (const end = to + samples; to < end; ++to) {
    store<u8>(to, load<u8>(row));
    row += 2;
  }
}

function keyed8(row: usize, to: usize, pixels: u32): void {
  const key = keyAt(0) | (keyAt(1) << 8) | (keyAt(2) << 16);
  for (let i: u32 = 0; i < pixels; ++i) {
    // Three bytes of a pixel, read one by one: nothing is read past the row.
    const rgb = <u32>load<u16>(row) | ((<u32>load<u8>(row, 2)) << 16);
    store<u32>(to, rgb == key ? rgb : rgb | 0xff000000);
    row += 3;
    to += 4;
  }
}

/** All 16 bits of a sample count in the comparison. */
function keyed16(row: usize, to: usize, pixels: u32): void {
  const samples = channels - 1;
  for (let i: u32 = 0; i < pixels; ++i) {
    let alpha: u8 = 0;
    for (let s: u32 = 0; s < samples; ++s) {
      if (<u32>bswap<u16>(load<u16>(row)) != keyAt(s)) alpha = 255;
      store<u8>(to, load<u8>(row));
      row += 2;
      ++to;
    }
    store<u8>(to, alpha);
    ++to;
  }
}
