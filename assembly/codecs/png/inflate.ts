/**
 * Inflate (RFC 1950 and 1951), resumable: each call goes on until the output has reached a target. The block headers and
 * stored blocks are here, the codes' inner loop is in codes.ts, the bit buffer in bits.ts.
 */
import { arenaAlloc } from '../../memory/arena';
import { OK, OUT_OF_MEMORY } from '../../status';
import { bitBuffer, bitCount, bitsAlign, bitsBegin, bitsCopy, bitsNeed, bitsOverrun, bitsTake } from './bits';
import { codesRun, codesStatus, END_REACHED } from './codes';
import { PNG_BLOCK, PNG_CODES, PNG_DATA_SHORT, PNG_HUFFMAN, PNG_ZLIB_HEADER } from './errors';
import {
  buildTable,
  DISTANCE_BITS,
  DISTANCE_ENTRIES,
  KIND_DISTANCES,
  KIND_LENGTHS,
  KIND_LITERALS,
  LENGTH_BITS,
  LENGTH_ENTRIES,
  LITERAL_BITS,
  LITERAL_ENTRIES,
  SCRATCH_BYTES,
} from './huffman';
import { sourceStatus } from './source';

const STATE_HEADER: i32 = 0;
const STATE_STORED: i32 = 1;
const STATE_CODES: i32 = 2;
const STATE_END: i32 = 3;

/** Dynamic blocks that any stream may have, and bytes of output that allow one more. */
const FREE_CODES: u64 = 1024;
const BYTES_A_CODE: u64 = 32;

/** 286 + 30 lengths of a dynamic block, and 138 that a last repeat could write past them before it is refused. */
const LENGTHS_BYTES: usize = 480;
/** The order in which the code lengths' own code is sent (RFC 1951, 3.2.7). */
const ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

let literals: usize = 0;
let distances: usize = 0;
let lengthCodes: usize = 0;
let lengths: usize = 0;
let scratch: usize = 0;
let state: i32 = STATE_HEADER;
let lastBlock: bool = false;
let fixedTables: bool = false;
let storedLeft: usize = 0;
let failure: i32 = OK;
/** Dynamic blocks that may still come: making their tables is work that gives no output. */
let codesLeft: u64 = 0;

/**
 * Allocates tables (14 KiB of the arena) and reads the zlib header (RFC 1950, 2.2) of a stream of which `total` bytes
 * are wanted. sourceBegin comes first.
 */
export function inflateBegin(total: u64): i32 {
  codesLeft = FREE_CODES + total / BYTES_A_CODE;
  literals = arenaAlloc(LITERAL_ENTRIES << 2);
  distances = arenaAlloc(DISTANCE_ENTRIES << 2);
  lengthCodes = arenaAlloc(LENGTH_ENTRIES << 2);
  lengths = arenaAlloc(LENGTHS_BYTES);
  scratch = arenaAlloc(SCRATCH_BYTES);
  if (scratch == 0 || lengths == 0 || lengthCodes == 0 || distances == 0 || literals == 0)
    return OUT_OF_MEMORY;
  state = STATE_HEADER;
  lastBlock = false;
  fixedTables = false;
  failure = OK;
  bitsBegin();
  bitsNeed();
  const method = bitsTake(8);
  const flags = bitsTake(8);
  if (bitsOverrun()) return sourceStatus() != OK ? sourceStatus() : PNG_DATA_SHORT;
  // Method 8, window up to 32 KiB, check bits right, no preset dictionary.
  if ((method & 15) != 8 || method >>> 4 > 7 || ((method << 8) | flags) % 31 != 0 || (flags & 32) != 0) {
    return PNG_ZLIB_HEADER;
  }
  return OK;
}

/** Why {@link inflateRun} stopped before its target; 0 at the stream's proper end. */
export function inflateStatus(): i32 {
  return failure;
}

/** The last block has been decoded to its end. */
export function inflateEnded(): bool {
  return state == STATE_END;
}

/** The Adler-32 after the last block (RFC 1950, 2.2); to be read once, when {@link inflateEnded}. */
export function inflateTrailer(): u32 {
  bitsAlign();
  bitsNeed();
  const sum = bswap<u32>(<u32>(bitsTake(16) | (bitsTake(16) << 16)));
  if (bitsOverrun()) failure = sourceStatus() != OK ? sourceStatus() : PNG_DATA_SHORT;
  return sum;
}

/**
 * Produces output at `out` until it reaches `target`, the stream ends or fails.
 *
 * @param floor first byte that a match may refer to (at most 32 KiB of history count, see codes.ts)
 * @returns the new end of output, below target + INFLATE_SLACK: that many bytes must be writable
 */
export function inflateRun(out: usize, floor: usize, target: usize): usize {
  while (failure == OK && out < target && state != STATE_END) {
    if (state == STATE_CODES) {
      out = codesRun(literals, distances, out, floor, target);
      const status = codesStatus();
      if (status == END_REACHED) state = lastBlock ? STATE_END : STATE_HEADER;
      else if (status != OK) failure = status;
    } else if (state == STATE_STORED) {
      const want = min<usize>(storedLeft, target - out);
      const got = bitsCopy(out, want);
      out += got;
      storedLeft -= got;
      if (got < want) failure = PNG_DATA_SHORT;
      else if (storedLeft == 0) state = lastBlock ? STATE_END : STATE_HEADER;
    } else {
      failure = readBlockHeader();
    }
    // Zeros past the end of the source decode to anything: the cause is the end, or the CRC that ended it.
    if (bitsOverrun()) failure = PNG_DATA_SHORT;
  }
  if (failure != OK && sourceStatus() != OK) failure = sourceStatus();
  return out;
}

/** Three bits and what belongs to the block's type (RFC 1951, 3.2.3); sets the state. */
function readBlockHeader(): i32 {
  bitsNeed();
  lastBlock = bitsTake(1) != 0;
  const type = bitsTake(2);
  if (type == 0) {
    bitsAlign();
    bitsNeed();
    const length = bitsTake(16);
    if ((length ^ bitsTake(16)) != 0xffff) return PNG_BLOCK;
    storedLeft = length;
    state = STATE_STORED;
    return OK;
  }
  if (type == 3) return PNG_BLOCK;
  state = STATE_CODES;
  return type == 1 ? useFixedCodes() : readDynamicCodes();
}

/** The codes of RFC 1951, 3.2.6. Kept while fixed blocks follow each other. */
function useFixedCodes(): i32 {
  if (fixedTables) return OK;
  fixedTables = true;
  memory.fill(lengths, 8, 144); // 288 of LENGTHS_BYTES
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  const status = buildTable(KIND_LITERALS, lengths, 288, literals, LITERAL_BITS, LITERAL_ENTRIES, scratch);
  if (status != OK) return status;
  memory.fill(lengths, 5, 32);
  return buildTable(KIND_DISTANCES, lengths, 32, distances, DISTANCE_BITS, DISTANCE_ENTRIES, scratch);
}

/** Codes sent with the block (RFC 1951, 3.2.7). */
function readDynamicCodes(): i32 {
  if (codesLeft == 0) return PNG_CODES;
  --codesLeft;
  fixedTables = false;
  bitsNeed();
  const literalCount = bitsTake(5) + 257;
  const distanceCount = bitsTake(5) + 1;
  const orderCount = bitsTake(4) + 4;
  if (literalCount > 286 || distanceCount > 30) return PNG_HUFFMAN;
  memory.fill(lengths, 0, 19);
  for (let i: u32 = 0; i < orderCount; ++i) {
    if (bitCount < 16) bitsNeed();
    store<u8>(lengths + load<u8>(ORDER + i), bitsTake(3)); // i < 19, ORDER's entries are below 19
  }
  let status = buildTable(KIND_LENGTHS, lengths, 19, lengthCodes, LENGTH_BITS, LENGTH_ENTRIES, scratch);
  if (status != OK) return status;

  const total = literalCount + distanceCount;
  let done: u32 = 0;
  let previous: u32 = 0;
  while (done < total) {
    if (bitCount < 16) bitsNeed();
    const entry = load<u32>(lengthCodes + ((<u32>bitBuffer & ((1 << LENGTH_BITS) - 1)) << 2)); // a complete code
    bitsTake(entry & 15);
    const symbol = entry >>> 16;
    if (symbol < 16) {
      previous = symbol;
      store<u8>(lengths + done, symbol);
      ++done;
      continue;
    }
    let times: u32 = 0;
    if (symbol == 16) {
      if (done == 0) return PNG_HUFFMAN;
      times = 3 + bitsTake(2);
    } else {
      previous = 0;
      times = symbol == 17 ? 3 + bitsTake(3) : 11 + bitsTake(7);
    }
    memory.fill(lengths + done, <u8>previous, times); // done < 316, times <= 138: inside LENGTHS_BYTES
    done += times;
    if (bitsOverrun()) return PNG_DATA_SHORT;
  }
  if (done > total || load<u8>(lengths, 256) == 0) return PNG_HUFFMAN;
  status = buildTable(KIND_LITERALS, lengths, literalCount, literals, LITERAL_BITS, LITERAL_ENTRIES, scratch);
  if (status != OK) return status;
  const second = lengths + literalCount;
  return buildTable(
    KIND_DISTANCES,
    second,
    distanceCount,
    distances,
    DISTANCE_BITS,
    DISTANCE_ENTRIES,
    scratch,
  );
}
