/** Progressive scans (ITU T.81 annex G), into the components' coefficient arrays. */
import { Bits, bitsNeed } from './bits';
import { JPEG_OK } from './errors';
import { Component, Frame } from './frame';
import { Huffman, huffmanLong, huffmanSymbol, LENGTH_MASK, LOOK_BITS, LOOKUP, WHOLE } from './huffman';
import { mcuBegin, mcuEnd, Scan } from './scan';
import { ZIGZAG_BYTES } from './tables';

/** Row of MCUs (of all components) that the last MCU with data belongs to: smoothing asks for it. */
export class Progress {
  static lastGoodRow: i32 = 0;
}

/** `count` (0..15) bits from the buffer; the caller has seen to it that they are there. */
function take(count: i32): i32 {
  if (count == 0) return 0;
  const bits = <i32>(Bits.acc >> <u64>(64 - count));
  Bits.acc <<= <u64>count;
  Bits.count -= count;
  return bits;
}

/** G.1.2.1: first bits of a DC coefficient. */
function dcFirst(block: usize, c: Component): void {
  bitsNeed();
  const slot = Huffman.slot(false, c.dcTable);
  let entry = load<u32>(slot + ((<usize>(Bits.acc >> (64 - LOOK_BITS))) << 2), LOOKUP);
  if (entry == 0) entry = huffmanLong(slot, Bits.acc);
  take(<i32>(entry & LENGTH_MASK));
  let diff: i32;
  if (entry & WHOLE) {
    diff = <i32>entry >> 16;
  } else {
    const size = <i32>(entry >> 8);
    diff = size != 0 ? Huffman.extend(Bits.acc, size) : 0;
    take(size);
  }
  c.predictor += diff;
  store<i16>(block, <i16>(c.predictor << Scan.low));
}

/** G.1.2.2: first bits of a band of AC coefficients of one block. */
function acFirst(block: usize, slot: usize): void {
  if (Scan.endOfBandRun > 0) {
    Scan.endOfBandRun--;
    return;
  }
  const end = Scan.spectralEnd;
  const low = Scan.low;
  for (let k = Scan.spectralStart; k <= end; k++) {
    bitsNeed();
    let entry = load<u32>(slot + ((<usize>(Bits.acc >> (64 - LOOK_BITS))) << 2), LOOKUP);
    if (entry == 0) entry = huffmanLong(slot, Bits.acc);
    const length = entry & LENGTH_MASK;
    Bits.acc <<= <u64>length;
    Bits.count -= length;
    let value: i32;
    if (entry & WHOLE) {
      k += (entry >> 8) & 15;
      value = <i32>entry >> 16;
    } else {
      const run = <i32>(entry >> 12);
      const size = <i32>(entry >> 8) & 15;
      if (size == 0) {
        if (run != 15) {
          Scan.endOfBandRun = (1 << run) + take(run) - 1;
          return;
        }
        k += 15;
        continue;
      }
      k += run;
      value = Huffman.extend(Bits.acc, size);
      take(size);
    }
    // k <= 63 + 15: ZIGZAG_BYTES covers it, and its offsets stay inside the block.
    store<i16>(block + <usize>load<u8>(ZIGZAG_BYTES + <usize>k), <i16>(value << low));
  }
}

/** One correction bit for the non-zero coefficient at `at`. */
function correct(at: usize, plus: i32): void {
  if (Bits.count < 1) bitsNeed();
  const bit = <i64>Bits.acc < 0;
  Bits.acc <<= 1;
  Bits.count--;
  if (!bit) return;
  const value = <i32>load<i16>(at);
  if ((value & plus) == 0) store<i16>(at, <i16>(value >= 0 ? value + plus : value - plus));
}

/** G.1.2.3: one more bit of a band of AC coefficients of one block. */
function acRefine(block: usize, slot: usize): void {
  const end = Scan.spectralEnd;
  const plus = 1 << Scan.low;
  let k = Scan.spectralStart;
  if (Scan.endOfBandRun == 0) {
    for (; k <= end; k++) {
      bitsNeed();
      const symbol = huffmanSymbol(slot);
      let run = symbol >> 4;
      let value = 0;
      if ((symbol & 15) != 0) {
        value = take(1) != 0 ? plus : -plus;
      } else if (run != 15) {
        Scan.endOfBandRun = (1 << run) + take(run);
        break;
      }
      do {
        const at = block + <usize>load<u8>(ZIGZAG_BYTES + <usize>k);
        if (load<i16>(at) != 0) correct(at, plus);
        else if (--run < 0) break;
        k++;
      } while (k <= end);
      // k <= 64 here.
      if (value != 0) store<i16>(block + <usize>load<u8>(ZIGZAG_BYTES + <usize>k), <i16>value);
    }
  }
  if (Scan.endOfBandRun > 0) {
    for (; k <= end; k++) {
      const at = block + <usize>load<u8>(ZIGZAG_BYTES + <usize>k);
      if (load<i16>(at) != 0) correct(at, plus);
    }
    Scan.endOfBandRun--;
  }
}

/** One block of the scan. */
function decodeBlock(block: usize, c: Component): void {
  if (Scan.spectralStart != 0) {
    const slot = Huffman.slot(true, c.acTable);
    if (Scan.high == 0) acFirst(block, slot);
    else acRefine(block, slot);
  } else if (Scan.high == 0) {
    dcFirst(block, c);
  } else {
    if (Bits.count < 1) bitsNeed();
    if (take(1) != 0) store<i16>(block, <i16>(<i32>load<i16>(block) | (1 << Scan.low)));
  }
}

/** Decodes a whole scan. Every block addressed lies inside its component's padded array. */
export function progressiveScan(): i32 {
  const single = Scan.components == 1;
  const first = Scan.component(0);
  const columns = single ? first.blocksWide : Frame.mcuColumns;
  const rows = single ? first.blocksHigh : Frame.mcuRows;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      // libjpeg notes the row before it passes a restart marker.
      if (!Scan.starved) Progress.lastGoodRow = single ? row / first.v : row;
      let status = mcuBegin();
      if (status != JPEG_OK) return status;
      if (Scan.starved) {
        if (Frame.restartInterval == 0) return JPEG_OK;
        continue;
      }
      if (single) {
        decodeBlock(first.coefficients + ((<usize>(row * first.paddedWide + column)) << 7), first);
      } else {
        for (let i = 0; i < Scan.components; i++) {
          const c = Scan.component(i);
          for (let y = 0; y < c.v; y++) {
            const index = (row * c.v + y) * c.paddedWide + column * c.h;
            let block = c.coefficients + ((<usize>index) << 7);
            for (let x = 0; x < c.h; x++, block += 128) decodeBlock(block, c);
          }
        }
      }
      status = mcuEnd();
      if (status != JPEG_OK) return status;
    }
  }
  return JPEG_OK;
}
