/** One block of a sequential scan (ITU T.81 F.2.2): the hot loop of the decoder. */
import { Bits, bitsFill, bitsNeed } from './bits';
import { Huffman, huffmanLong, LENGTH_MASK, LOOK_BITS, LOOKUP, WHOLE } from './huffman';
import { ZIGZAG_BYTES } from './tables';

const SHIFT: u64 = 64 - LOOK_BITS;

/**
 * Decodes one block into the 64 coefficients (i16, natural order) at `block`, which must be zero before
 * or, in a second scan of the same component, keep what they hold. `dc` and `ac` are derived Huffman
 * slots; the DC predictor (i32) at `predictor` is read and replaced. Returns the zigzag index of the
 * last coefficient written, 63 or more when the block is full.
 *
 * Each step has at least 32 valid bits and takes at most 16 of a code and 15 of a value. Stores stay in
 * the block: ZIGZAG_BYTES has entries for every index that a run can lead to.
 */
export function decodeBlock(block: usize, dc: usize, ac: usize, predictor: usize): i32 {
  bitsNeed();
  let acc = Bits.acc;
  let count = Bits.count;
  let next = Bits.next;

  let entry = load<u32>(dc + ((<usize>(acc >> SHIFT)) << 2), LOOKUP);
  if (entry == 0) entry = huffmanLong(dc, acc);
  let length = entry & LENGTH_MASK;
  acc <<= <u64>length;
  count -= length;
  let diff: i32;
  if (entry & WHOLE) {
    diff = <i32>entry >> 16;
  } else {
    diff = 0;
    const size = <i32>(entry >> 8);
    if (size != 0) {
      diff = Huffman.extend(acc, size);
      acc <<= <u64>size;
      count -= size;
    }
  }
  diff += load<i32>(predictor);
  store<i32>(predictor, diff);
  store<i16>(block, <i16>diff);

  let last = 0;
  let k = 1;
  do {
    if (count < 32) {
      // 4 bytes at next < wordEnd lie inside the file.
      const word = next < Bits.wordEnd ? load<u32>(next) : 0xffffffff;
      if (!Bits.hasFF(word)) {
        acc |= Bits.swap(word) << (<u64>(32 - count));
        count += 32;
        next += 4;
      } else {
        Bits.acc = acc;
        Bits.count = count;
        Bits.next = next;
        bitsFill();
        acc = Bits.acc;
        count = Bits.count;
        next = Bits.next;
      }
    }
    entry = load<u32>(ac + ((<usize>(acc >> SHIFT)) << 2), LOOKUP);
    if (entry == 0) entry = huffmanLong(ac, acc);
    length = entry & LENGTH_MASK;
    acc <<= <u64>length;
    count -= length;
    if (entry & WHOLE) {
      k += (entry >> 8) & 15;
      store<i16>(block + <usize>load<u8>(ZIGZAG_BYTES + <usize>k), <i16>(entry >> 16));
      last = k++;
      continue;
    }
    const run = <i32>(entry >> 12);
    const size = <i32>(entry >> 8) & 15;
    if (size != 0) {
      k += run;
      store<i16>(block + <usize>load<u8>(ZIGZAG_BYTES + <usize>k), <i16>Huffman.extend(acc, size));
      acc <<= <u64>size;
      count -= size;
      last = k++;
    } else {
      if (run != 15) break;
      k += 16;
    }
  } while (k < 64);

  Bits.acc = acc;
  Bits.count = count;
  Bits.next = next;
  return last;
}
