/** Progressive scans (ITU T.81 annex G), into the components' coefficient arrays, blocks in zigzag order. */
import { Bits, bitsNeed } from './bits';
import { Component } from './frame';
import { Huffman, huffmanLong, LENGTH_MASK, LOOK_BITS, LOOKUP, WHOLE } from './huffman';
import { nonZeros } from './idct';
import { Scan } from './scan';

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
    // A corrupt run may lead beyond the block: libjpeg stores that in the last place.
    store<i16>(block + ((<usize>min(k, 63)) << 1), <i16>(value << low));
  }
}

/** A step away from zero for the coefficient at `at`, unless it has taken that step before. */
function correct(at: usize, plus: i32): void {
  const value = <i32>load<i16>(at);
  if ((value & plus) == 0) store<i16>(at, <i16>(value >= 0 ? value + plus : value - plus));
}

/** G.1.2.3: one more bit of a band of AC coefficients of one block. */
function acRefine(block: usize, slot: usize): void {
  const end = Scan.spectralEnd;
  const plus = 1 << Scan.low;
  let acc = Bits.acc;
  let count = Bits.count;
  let k = Scan.spectralStart;
  // Those of the band, from k on, that wait for a correction bit.
  let waiting = nonZeros(block) & (((<u64>-1) << (<u64>k)) & (<u64>-1 >> <u64>(63 - end)));
  while (k <= end) {
    let run = 64;
    let value = 0;
    if (Scan.endOfBandRun == 0) {
      if (count < 32) {
        Bits.acc = acc;
        Bits.count = count;
        bitsNeed();
        acc = Bits.acc;
        count = Bits.count;
      }
      let entry = load<u32>(slot + ((<usize>(acc >> (64 - LOOK_BITS))) << 2), LOOKUP);
      if (entry == 0) entry = huffmanLong(slot, acc);
      acc <<= <u64>(entry & LENGTH_MASK);
      count -= entry & LENGTH_MASK;
      run = <i32>(entry >> 12);
      if (((entry >> 8) & 15) != 0) {
        value = <i64>acc < 0 ? plus : -plus;
        acc <<= 1;
        count--;
      } else if (run != 15) {
        // acc >> 1 >> 63 - run: a shift by 64 would be none at all.
        Scan.endOfBandRun = (1 << run) + <i32>((acc >> 1) >> <u64>(63 - run));
        acc <<= <u64>run;
        count -= run;
        run = 64;
      }
    }
    // Passes `run` zeros and all that wait on the way.
    while (true) {
      const next = waiting != 0 ? <i32>ctz(waiting) : end + 1;
      if (run < next - k) {
        k += run;
        break;
      }
      run -= next - k;
      k = next;
      if (waiting == 0) break;
      if (count < 1) {
        Bits.acc = acc;
        Bits.count = count;
        bitsNeed();
        acc = Bits.acc;
        count = Bits.count;
      }
      // k <= end: a place in the block.
      if (<i64>acc < 0) correct(block + ((<usize>k) << 1), plus);
      acc <<= 1;
      count--;
      waiting &= waiting - 1;
      k++;
    }
    if (value != 0) store<i16>(block + ((<usize>min(k, 63)) << 1), <i16>value);
    k++;
  }
  if (Scan.endOfBandRun != 0) Scan.endOfBandRun--;
  Bits.acc = acc;
  Bits.count = count;
}

/** Decodes a block of the scan. */
export function progressiveBlock(block: usize, c: Component): void {
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
