/**
 * Added tokens: texts that are tokens wherever they stand, found before the vocabulary sees the text. Of several that
 * begin at one place the longest counts.
 */

import { arenaAlloc, arenaAllocZeroed, arenaMark, arenaRelease } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import { isUtf8, pointAt, pointBytes, pointStart } from './decode';
import { ADDED_LEFT, ADDED_NORMALIZED, ADDED_RIGHT, KIND_WORD_PIECE, model } from './model';
import { normalBytes, normalize, normalizeBegin, normalLength } from './normalize';
import { TOKENS_ADDED } from './status';
import { kindOf, SPACE } from './unicode';

/** Rows {address, length, id, flags}, sorted by their bytes. */
const ROW: usize = 16;
/** Most bytes that the normaliser makes of one. */
const MOST_GROWTH: usize = 3;

/** Tokens that are looked for in the same text: rows, their number, and whether one begins with each byte. */
@unmanaged
export class AddedSet {
  rows: usize;
  count: usize;
  firsts: usize;
}

export const rawAdded: AddedSet = changetype<AddedSet>(memory.data(offsetof<AddedSet>(), 8));
export const normalAdded: AddedSet = changetype<AddedSet>(memory.data(offsetof<AddedSet>(), 8));

/** The token that {@link findAdded} has found, without white space. */
export let addedStart: usize = 0;
export let addedEnd: usize = 0;
export let addedId: u32 = 0;
let addedFlags: u32 = 0;

/** Order of two byte strings. */
function compare(a: usize, aLength: usize, b: usize, bLength: usize): i32 {
  const order = memory.compare(a, b, min(aLength, bLength));
  return order != 0 ? order : aLength < bLength ? -1 : aLength > bLength ? 1 : 0;
}

/** Adds a token to a set that has room for it. */
function insert(set: AddedSet, bytes: usize, length: usize, row: usize): void {
  let low: usize = 0;
  let high = set.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = set.rows + middle * ROW;
    if (compare(load<usize>(other), load<usize>(other, 4), bytes, length) < 0) low = middle + 1;
    else high = middle;
  }
  const at = set.rows + low * ROW;
  const same = low < set.count && compare(load<usize>(at), load<usize>(at, 4), bytes, length) == 0;
  // Of equal ones the last one counts.
  if (!same) {
    memory.copy(at + ROW, at, (set.count - low) * ROW);
    set.count++;
  }
  store<usize>(at, bytes);
  store<usize>(at, length, 4);
  store<u32>(at, load<u32>(row, 8), 8);
  store<u32>(at, load<u32>(row, 12), 12);
  store<u8>(set.firsts + <usize>load<u8>(bytes), 1);
}

function openSet(set: AddedSet): bool {
  set.count = 0;
  set.rows = arenaAlloc((<usize>model.addedCount + 1) * ROW);
  set.firsts = arenaAllocZeroed(256);
  return set.rows != 0 && set.firsts != 0;
}

/** Prepares for the open model, whose normaliser must be open; a status. */
export function openAdded(): i32 {
  if (!openSet(rawAdded) || !openSet(normalAdded)) return OUT_OF_MEMORY;
  for (let i: usize = 0; i < <usize>model.addedCount; i++) {
    const row = model.added + i * ROW;
    let bytes = model.block + <usize>load<u32>(row);
    let length = <usize>load<u32>(row, 4);
    if (!isUtf8(bytes, length)) return TOKENS_ADDED;
    const normalized = (load<u32>(row, 12) & ADDED_NORMALIZED) != 0;
    if (normalized && model.kind == KIND_WORD_PIECE) {
      // Only what it becomes stays.
      const kept = arenaAlloc(length * MOST_GROWTH);
      const mark = arenaMark();
      if (kept == 0 || !normalizeBegin(bytes, length)) return OUT_OF_MEMORY;
      const status = normalize(bytes, 0, length);
      if (status != 0) return status;
      memory.copy(kept, normalBytes, normalLength);
      arenaRelease(mark);
      bytes = kept;
      length = normalLength;
      if (length == 0) continue;
    }
    insert(normalized ? normalAdded : rawAdded, bytes, length, row);
  }
  return 0;
}

/** The longest token of the set that begins at `at`; false when there is none. */
function longestAt(set: AddedSet, at: usize, end: usize): bool {
  let low: usize = 0;
  let high = set.count;
  let found = false;
  for (let depth: usize = 0; low < high; depth++) {
    const first = set.rows + low * ROW;
    // All rows of low..high begin with the bytes before at + depth: the first one may be exactly these.
    if (load<usize>(first, 4) == depth) {
      addedStart = at;
      addedEnd = at + depth;
      addedId = load<u32>(first, 8);
      addedFlags = load<u32>(first, 12);
      found = true;
      low++;
    }
    if (at + depth == end) break;
    const byte = load<u8>(at + depth);
    low = boundary(set, low, high, depth, byte);
    if (byte < 255) high = boundary(set, low, high, depth, byte + 1);
  }
  return found;
}

/** The first row of `low`..`high` whose byte at `depth` is not below `byte`; all of them have one. */
function boundary(set: AddedSet, low: usize, high: usize, depth: usize, byte: u8): usize {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u8>(load<usize>(set.rows + middle * ROW) + depth) < byte) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Finds the next token of the set in `from`..`end`; false when there is none. */
export function findAdded(set: AddedSet, from: usize, end: usize): bool {
  if (set.count == 0) return false;
  for (; from < end; from++) {
    if (load<u8>(set.firsts + <usize>load<u8>(from)) != 0 && longestAt(set, from, end)) return true;
  }
  return false;
}

/** Where the token that was found begins with the white space that belongs to it, not before `least`. */
export function addedStartSpaced(least: usize): usize {
  let at = addedStart;
  if ((addedFlags & ADDED_LEFT) == 0) return at;
  while (at > least) {
    const before = pointStart(at - 1);
    if (before < least || (kindOf(pointAt(before)) & SPACE) == 0) break;
    at = before;
  }
  return at;
}

/** Where it ends with the white space that belongs to it. */
export function addedEndSpaced(end: usize): usize {
  let at = addedEnd;
  if ((addedFlags & ADDED_RIGHT) == 0) return at;
  while (at < end && (kindOf(pointAt(at)) & SPACE) != 0) at += pointBytes(<i32>load<u8>(at));
  return at;
}
