/**
 * Unfiltered rows out of the compressed stream, through a window that slides over the inflated bytes:
 *
 *   window                taken           filled        limit     + INFLATE_SLACK
 *   | 32 KiB of history ... | rows to come | free ........ |
 */
import { arenaAlloc } from '../../memory/arena';
import { OK, OUT_OF_MEMORY } from '../../status';
import { adlerUpdate } from './adler';
import { INFLATE_SLACK } from './codes';
import { PNG_ADLER, PNG_DATA_SHORT, PNG_FILTER, PNG_IDAT_ORDER } from './errors';
import { dataBytes, dataChunks, dataChunksEnd, dataScattered } from './header';
import { inflateBegin, inflateEnded, inflateRun, inflateStatus, inflateTrailer } from './inflate';
import { sourceBegin } from './source';
import { unfilterRow } from './unfilter';

/** How far back a match may reach (RFC 1951, 2). */
const HISTORY: usize = 32768;
/** Room for new bytes between two moves of the window. */
const ROOM: usize = 65536;
/** Bytes behind a row that unfilterRow may spoil. */
const SPARE: usize = 16;
/** Deflate's best ratio: 258 bytes from two bits. */
const BEST_RATIO: u64 = 1032;

let window: usize = 0;
let limit: usize = 0;
let taken: usize = 0;
let filled: usize = 0;
/** Inflated bytes that the rows still need. */
let missing: i64 = 0;
let adler: u32 = 1;
let previous: usize = 0;
let current: usize = 0;
let rowBytes: usize = 0;
let pixelBytes: usize = 1;
let failure: i32 = OK;

/**
 * Prepares for `total` inflated bytes in rows of at most `longest` bytes (filter byte not counted) of pixels of
 * `bytes` bytes. Allocates at most 96 KiB, the tables and three rows. readHeader comes first.
 */
export function rowsBegin(longest: usize, total: u64, bytes: usize): i32 {
  if (total > dataBytes * BEST_RATIO) return dataScattered ? PNG_IDAT_ORDER : PNG_DATA_SHORT;
  const room = HISTORY + ROOM + longest + 1;
  const capacity = total < room ? <usize>total : room;
  window = arenaAlloc(capacity + INFLATE_SLACK);
  previous = arenaAlloc(longest + SPARE);
  current = arenaAlloc(longest + SPARE);
  if (window == 0 || previous == 0 || current == 0) return OUT_OF_MEMORY;
  limit = window + capacity;
  taken = window;
  filled = window;
  missing = total;
  adler = 1;
  pixelBytes = bytes;
  failure = OK;
  sourceBegin(dataChunks, dataChunksEnd);
  return inflateBegin(total);
}

/** The rows that follow have `bytes` bytes; the one above the first counts as zeros. */
export function rowsRestart(bytes: usize): void {
  rowBytes = bytes;
  memory.fill(previous, 0, bytes); // bytes <= longest
}

/** Why {@link rowsNext} or {@link rowsFinish} failed. */
export function rowsStatus(): i32 {
  return failure;
}

/** Moves the history and what is not yet taken to the window's start. */
function slide(): void {
  const history = filled - window > HISTORY ? filled - HISTORY : window;
  const start = min<usize>(taken, history);
  memory.copy(window, start, filled - start);
  taken -= start - window;
  filled -= start - window;
}

/** Makes `need` bytes at `taken` available; false on failure. */
function fill(need: usize): bool {
  // After a slide taken <= window + HISTORY or nothing is left before it, so taken + need <= limit.
  if (taken + need > limit) slide();
  const room = limit - filled;
  const target = missing < <i64>room ? filled + <usize>missing : limit;
  const before = filled;
  filled = inflateRun(filled, window, target);
  missing -= filled - before;
  failure = inflateStatus();
  if (failure == OK && filled - taken < need) failure = dataScattered ? PNG_IDAT_ORDER : PNG_DATA_SHORT;
  if (failure == PNG_DATA_SHORT && dataScattered) failure = PNG_IDAT_ORDER;
  return failure == OK;
}

/** Address of the next unfiltered row, valid until the call after the next; 0 on failure. */
export function rowsNext(): usize {
  const need = rowBytes + 1;
  if (filled - taken < need && !fill(need)) return 0;
  adler = adlerUpdate(adler, taken, need);
  const filter = <i32>load<u8>(taken);
  if (filter > 4) {
    failure = PNG_FILTER;
    return 0;
  }
  const row = current;
  unfilterRow(filter, taken + 1, previous, row, rowBytes, pixelBytes);
  taken += need;
  current = previous;
  previous = row;
  return row;
}

/**
 * After the last row: the stream must end properly and its Adler-32 be right. More data than the rows need is let
 * pass, as libpng does ("extra compressed data"), and not decompressed.
 */
export function rowsFinish(): bool {
  if (missing < 0) return true;
  const before = filled;
  filled = inflateRun(filled, window, filled + 1); // filled <= limit: within INFLATE_SLACK
  failure = inflateStatus();
  if (failure != OK || filled != before || !inflateEnded()) return failure == OK;
  const expected = inflateTrailer();
  failure = inflateStatus();
  if (failure == OK && expected != adler) failure = PNG_ADLER;
  return failure == OK;
}
