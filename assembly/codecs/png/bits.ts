/**
 * The bit buffer of inflate: 64 bits, filled from the low end (RFC 1951, 3.1.1).
 *
 * Bits above `bitCount` are either 0 or already equal the bytes at `bitAt`: the inner loop loads 8 bytes at once and
 * counts only the whole ones. Past the end of the source zeros are given out and counted as overrun.
 */
import { sourceAdvance, sourceFrom, sourceTo } from './source';

export let bitBuffer: u64 = 0;
/** Valid bits, at most 63. */
export let bitCount: u32 = 0;
/** Next byte of the present piece of source, and the end of the piece. */
export let bitAt: usize = 0;
export let bitEnd: usize = 0;

let overrunBits: u32 = 0;

/** Empties the buffer. */
export function bitsBegin(): void {
  bitBuffer = 0;
  bitCount = 0;
  bitAt = 0;
  bitEnd = 0;
  overrunBits = 0;
}

/** Puts back what the inner loop held in locals. */
export function bitsSave(buffer: u64, count: u32, at: usize): void {
  bitBuffer = buffer;
  bitCount = count;
  bitAt = at;
}

/** Makes 56 or more bits valid. */
export function bitsNeed(): void {
  while (bitCount < 56) {
    if (bitAt == bitEnd) {
      if (!sourceAdvance()) {
        const bytes = (63 - bitCount) >>> 3;
        bitCount += bytes << 3;
        overrunBits += bytes << 3;
        return;
      }
      bitAt = sourceFrom();
      bitEnd = sourceTo();
    }
    bitBuffer |= (<u64>load<u8>(bitAt)) << bitCount; // bitAt < bitEnd
    bitCount += 8;
    ++bitAt;
  }
}

/** The next `bits` (0..16) bits; bitsNeed has made them valid. */
export function bitsTake(bits: u32): u32 {
  const taken = <u32>bitBuffer & ((1 << bits) - 1);
  bitBuffer >>= bits;
  bitCount -= bits;
  return taken;
}

/** Goes on to the next whole byte. */
export function bitsAlign(): void {
  bitsTake(bitCount & 7);
}

/** Bits were taken that the source does not have. */
export function bitsOverrun(): bool {
  return overrunBits > bitCount;
}

/** Copies up to `length` bytes of the (byte-aligned) source to `to`; fewer only at its end. */
export function bitsCopy(to: usize, length: usize): usize {
  let done: usize = 0;
  while (done < length && bitCount > overrunBits) {
    store<u8>(to + done, bitsTake(8));
    ++done;
  }
  if (done < length) {
    // The buffer is empty: what it held above bitCount is still at bitAt.
    bitBuffer = 0;
    while (done < length) {
      if (bitAt == bitEnd) {
        if (!sourceAdvance()) break;
        bitAt = sourceFrom();
        bitEnd = sourceTo();
      }
      const piece = min<usize>(length - done, bitEnd - bitAt);
      memory.copy(to + done, bitAt, piece); // inside the piece of source and inside length
      bitAt += piece;
      done += piece;
    }
  }
  return done;
}
