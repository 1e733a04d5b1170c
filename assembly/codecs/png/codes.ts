/**
 * Inner loop of inflate: literals and matches of one block (RFC 1951, 3.2.3 to 3.2.5).
 *
 * 56 valid bits are enough for four literals of the first level (44) or for a whole match (15 + 5 + 15 + 13 = 48).
 */
import { OK } from '../../status';
import { bitAt, bitBuffer, bitCount, bitEnd, bitsNeed, bitsOverrun, bitsSave } from './bits';
import { PNG_DISTANCE, PNG_SYMBOL } from './errors';
import { DISTANCE_BITS, END_OF_BLOCK, EXCEPTION, LITERAL_BITS, SECOND_LEVEL } from './huffman';

/** {@link codesStatus} after the end-of-block symbol. */
export const END_REACHED: i32 = -1;
/** Bytes beyond the target that a call may write: a match of 258 bytes, copied in words of 8, or four literals. */
export const INFLATE_SLACK: usize = 320;

const LITERAL_MASK: u32 = (1 << LITERAL_BITS) - 1;
const DISTANCE_MASK: u32 = (1 << DISTANCE_BITS) - 1;

let status: i32 = OK;

/** 0 when the target was reached or the source ran out (bitsOverrun), END_REACHED, or an error. */
export function codesStatus(): i32 {
  return status;
}

/**
 * Repeats the `distance` (1..7) bytes before `out` up to `end`; writes at most 7 bytes beyond it.
 * The 8 bytes loaded from out - distance lie inside the buffer (slack behind out); those not yet written are masked.
 */
function repeat(out: usize, distance: usize, end: usize): void {
  const bits = <u64>(distance << 3);
  let word = load<u64>(out - distance) & (((<u64>1) << bits) - 1);
  word |= word << bits;
  if (distance < 4) word |= word << (bits << 1);
  if (distance < 2) word |= word << (bits << 2);
  const step: usize = distance < 5 ? (distance == 3 ? 6 : 8) : distance;
  do {
    store<u64>(out, word);
    out += step;
  } while (out < end);
}

/**
 * Decodes with the tables `literals` and `distances` until `out` reaches `target`; distances reach down to `floor`.
 *
 * @returns the new end of output, below target + 258; writes stay below target + INFLATE_SLACK
 */
export function codesRun(literals: usize, distances: usize, out: usize, floor: usize, target: usize): usize {
  let bits = bitBuffer;
  let count = bitCount;
  let at = bitAt;
  let end = bitEnd;
  status = OK;
  while (out < target) {
    if (at + 8 <= end) {
      bits |= load<u64>(at) << count; // at + 8 <= end
      at += (63 - count) >>> 3;
      count |= 56;
    } else {
      bitsSave(bits, count, at);
      bitsNeed();
      bits = bitBuffer;
      count = bitCount;
      at = bitAt;
      end = bitEnd;
      if (bitsOverrun()) break;
    }
    // Table indices: LITERAL_BITS or DISTANCE_BITS bits in the first level, checked by buildTable in the second.
    let entry = load<u32>(literals + ((<u32>bits & LITERAL_MASK) << 2));
    if (<i32>entry < 0) {
      // Shifts count modulo 64: of a literal's entry only the code's length (bits 0..5) takes part.
      bits >>= entry;
      count -= entry & 63;
      store<u8>(out, entry >>> 16);
      ++out;
      entry = load<u32>(literals + ((<u32>bits & LITERAL_MASK) << 2));
      if (<i32>entry < 0) {
        bits >>= entry;
        count -= entry & 63;
        store<u8>(out, entry >>> 16);
        ++out;
        entry = load<u32>(literals + ((<u32>bits & LITERAL_MASK) << 2));
        if (<i32>entry < 0) {
          bits >>= entry;
          count -= entry & 63;
          store<u8>(out, entry >>> 16);
          ++out;
          entry = load<u32>(literals + ((<u32>bits & LITERAL_MASK) << 2));
          if (<i32>entry < 0) {
            bits >>= entry;
            count -= entry & 63;
            store<u8>(out, entry >>> 16);
            ++out;
            continue;
          }
        }
      }
      if (count < 48) continue;
    }
    if (entry & EXCEPTION) {
      if (entry & SECOND_LEVEL) {
        bits >>= LITERAL_BITS;
        count -= LITERAL_BITS;
        const index = (entry >>> 16) + (<u32>bits & ((1 << ((entry >>> 8) & 15)) - 1));
        entry = load<u32>(literals + (index << 2));
        if (<i32>entry < 0) {
          bits >>= entry;
          count -= entry & 63;
          store<u8>(out, entry >>> 16);
          ++out;
          continue;
        }
      }
      if (entry & EXCEPTION) {
        status = PNG_SYMBOL;
        if (entry & END_OF_BLOCK) {
          bits >>= entry;
          count -= entry & 63;
          status = END_REACHED;
        }
        break;
      }
    }
    const length = (entry >>> 16) + ((<u32>bits & ((1 << (entry & 63)) - 1)) >>> ((entry >>> 8) & 15));
    bits >>= entry;
    count -= entry & 63;

    entry = load<u32>(distances + ((<u32>bits & DISTANCE_MASK) << 2));
    if (entry & EXCEPTION) {
      if (entry & SECOND_LEVEL) {
        bits >>= DISTANCE_BITS;
        count -= DISTANCE_BITS;
        const index = (entry >>> 16) + (<u32>bits & ((1 << ((entry >>> 8) & 15)) - 1));
        entry = load<u32>(distances + (index << 2));
      }
      if (entry & EXCEPTION) {
        status = PNG_SYMBOL;
        break;
      }
    }
    const distance: usize =
      (entry >>> 16) + ((<u32>bits & ((1 << (entry & 63)) - 1)) >>> ((entry >>> 8) & 15));
    bits >>= entry;
    count -= entry & 63;
    if (distance > out - floor) {
      status = PNG_DISTANCE;
      break;
    }
    // floor <= from < out; the copy ends below out + 258 + 8 <= target + INFLATE_SLACK.
    const stop = out + length;
    if (distance >= 8) {
      let from = out - distance;
      do {
        store<u64>(out, load<u64>(from));
        out += 8;
        from += 8;
      } while (out < stop);
    } else {
      repeat(out, distance, stop);
    }
    out = stop;
  }
  bitsSave(bits, count, at);
  return out;
}
