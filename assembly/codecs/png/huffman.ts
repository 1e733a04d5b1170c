/**
 * Decoding tables of deflate's Huffman codes (RFC 1951, 3.2.2), in two levels: the next `bits` bits of the stream
 * index the first level; longer codes continue in a second-level table.
 *
 *   entry (u32)    31        30..16              15      14      13     11..8           7..0
 *   literal        1         byte                0       0       0      -               bits of the code
 *   length, dist   0         base                0       0       0      bits of code    bits of code + extra bits
 *   end of block   0         0                   1       0       1      -               bits of the code
 *   second level   0         first entry         1       1       0      its index bits  bits of the first level
 *   undefined      0         0                   1       0       0      -               0
 *
 * In a second-level table "bits of the code" leaves out those of the first level.
 */
import { OK } from '../../status';
import { PNG_HUFFMAN } from './errors';

export const LITERAL: u32 = 0x80000000;
export const EXCEPTION: u32 = 0x8000;
export const SECOND_LEVEL: u32 = 0x4000;
export const END_OF_BLOCK: u32 = 0x2000;

export const KIND_LENGTHS: i32 = 0;
export const KIND_LITERALS: i32 = 1;
export const KIND_DISTANCES: i32 = 2;

/** First-level index bits of the three kinds of code. */
export const LENGTH_BITS: u32 = 7;
export const LITERAL_BITS: u32 = 11;
export const DISTANCE_BITS: u32 = 8;
/**
 * Most entries of both levels together (zlib's `enough 288 11 15` = 2342, `enough 30 8 15` = 402 for complete codes,
 * 19 symbols of 7 bits: 128); buildTable checks against them all the same.
 */
export const LENGTH_ENTRIES: u32 = 128;
export const LITERAL_ENTRIES: u32 = 2400;
export const DISTANCE_ENTRIES: u32 = 512;
/** Bytes of scratch that {@link buildTable} needs: 16 counts, 16 offsets, 288 sorted symbols. */
export const SCRATCH_BYTES: usize = 64 + 64 + 576;

/** The entry of a symbol, without its code's bits. */
function entryOf(kind: i32, symbol: u32): u32 {
  if (kind == KIND_LENGTHS) return symbol << 16;
  if (kind == KIND_LITERALS) {
    if (symbol < 256) return LITERAL | (symbol << 16);
    if (symbol == 256) return EXCEPTION | END_OF_BLOCK;
    if (symbol > 285) return EXCEPTION;
    // The last length, 258, is none of the series; without it series(28) would be 256 with 6 extra bits.
    return symbol == 285 ? 258 << 16 : series(symbol - 257, 2) + (3 << 16);
  }
  return symbol > 29 ? EXCEPTION : series(symbol, 1) + (1 << 16);
}

/** Base and extra bits of the series of RFC 1951, 3.2.5: groups of 1 << `bits` symbols, each with one bit more. */
function series(index: u32, bits: u32): u32 {
  const group = index >>> bits;
  if (group < 2) return index << 16;
  const extra = group - 1;
  return ((index - (extra << bits)) << (extra + 16)) | extra;
}

/** `entry` with `bits` code bits added to its consumption. */
function withBits(entry: u32, bits: u32): u32 {
  if (entry & EXCEPTION) return entry & END_OF_BLOCK ? entry + bits : entry;
  return entry & LITERAL ? entry + bits : (entry + bits) | (bits << 8);
}

function reversed(code: u32, bits: u32): u32 {
  let out: u32 = 0;
  for (let i: u32 = 0; i < bits; ++i) {
    out = (out << 1) | (code & 1);
    code >>>= 1;
  }
  return out;
}

/**
 * Fills `table` (of `capacity` entries) for the code of `symbols` lengths (bytes 0..15 at `lengths`).
 *
 * Refused as zlib does: over-subscribed codes, and incomplete ones except a single code of one bit or none at all
 * (not for KIND_LENGTHS).
 *
 * @returns status 0 or PNG_HUFFMAN
 */
export function buildTable(
  kind: i32,
  lengths: usize,
  symbols: u32,
  table: usize,
  bits: u32,
  capacity: u32,
  scratch: usize,
): i32 {
  const counts = scratch;
  const offsets = scratch + 64;
  const sorted = scratch + 128;
  memory.fill(counts, 0, 64);
  for (let s: u32 = 0; s < symbols; ++s) {
    const at = counts + ((<usize>load<u8>(lengths + s)) << 2); // a length is at most 15
    store<u32>(at, load<u32>(at) + 1);
  }
  const used = symbols - load<u32>(counts);
  store<u32>(counts, 0);
  let left: i32 = 1;
  let longest: u32 = 0;
  let offset: u32 = 0;
  for (let length: u32 = 1; length < 16; ++length) {
    const count = load<u32>(counts + (length << 2));
    left = (left << 1) - <i32>count;
    if (left < 0) return PNG_HUFFMAN;
    if (count != 0) longest = length;
    store<u32>(offsets + (length << 2), offset);
    offset += count;
  }
  if (left > 0 && (kind == KIND_LENGTHS || longest > 1)) return PNG_HUFFMAN;
  // Symbols in order of code: by length, then by value. offset + 1 <= symbols <= 288.
  for (let s: u32 = 0; s < symbols; ++s) {
    const length = <usize>load<u8>(lengths + s);
    if (length == 0) continue;
    const at = offsets + (length << 2);
    const place = load<u32>(at);
    store<u16>(sorted + (place << 1), <u16>s);
    store<u32>(at, place + 1);
  }
  const size: u32 = 1 << bits;
  if (left > 0) {
    for (let i: u32 = 0; i < size; ++i) store<u32>(table + (i << 2), EXCEPTION);
  }

  let code: u32 = 0;
  let length: u32 = 1;
  let remaining = load<u32>(counts, 4);
  let next = size; // first free entry
  let prefix: u32 = 0xffffffff;
  let subTable: u32 = 0;
  let subBits: u32 = 0;
  for (let i: u32 = 0; i < used; ++i) {
    while (remaining == 0) {
      ++length;
      code <<= 1;
      remaining = load<u32>(counts + (length << 2)); // used codes remain, so length <= 15
    }
    const entry = entryOf(kind, load<u16>(sorted + (i << 1)));
    const back = reversed(code, length);
    if (length <= bits) {
      // Every index below size that ends in the code.
      const filled = withBits(entry, length);
      for (let at = back; at < size; at += 1 << length) store<u32>(table + (at << 2), filled);
    } else {
      const low = back & (size - 1);
      if (low != prefix) {
        // A new second-level table, as wide as the codes that share this prefix need.
        prefix = low;
        subBits = length - bits;
        let room: i32 = <i32>(1 << subBits) - <i32>remaining;
        while (room > 0 && subBits + bits < longest) {
          ++subBits;
          room = (room << 1) - <i32>load<u32>(counts + ((subBits + bits) << 2));
        }
        subTable = next;
        next += 1 << subBits;
        if (next > capacity) return PNG_HUFFMAN;
        store<u32>(table + (low << 2), (subTable << 16) | EXCEPTION | SECOND_LEVEL | (subBits << 8) | bits);
      }
      // back >> bits < 1 << subBits, so below next <= capacity.
      const filled = withBits(entry, length - bits);
      const subEnd: u32 = 1 << subBits;
      for (let at = back >>> bits; at < subEnd; at += 1 << (length - bits)) {
        store<u32>(table + ((subTable + at) << 2), filled);
      }
    }
    ++code;
    --remaining;
  }
  return OK;
}
