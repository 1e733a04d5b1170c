/**
 * What a code point is, and what it becomes: the packed tables of unicode_tables.ts, unfolded once into tables of two
 * stages (blocks of 128 code points; blocks of one value are shared).
 */

import { arenaAlloc, arenaAllocZeroed } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import {
  KIND_RUNS,
  KINDS,
  LOWERS,
  LOWERS_BYTES,
  LOWER_TEXTS,
  LOWER_TEXTS_BYTES,
  ORDERS,
  ORDERS_BYTES,
  STRIPPED,
  STRIPPED_BYTES,
} from './unicode_tables';

/** Taken away by clean_text: control, format, private use, U+0000, U+FFFD. */
export const GONE: i32 = 1;
/** White space at which BERT splits. */
export const SPACE: i32 = 2;
/** Punctuation: a word of its own. */
export const PUNCTUATION: i32 = 4;
/** Nonspacing mark: taken away with accents. */
export const MARK: i32 = 8;
/** Never moved when marks are sorted. */
export const STARTER: i32 = 16;
/** `\p{L}` of the byte-level split. */
export const LETTER: i32 = 32;
/** `\p{N}` of the byte-level split. */
export const NUMBER: i32 = 64;
/** `\s` of the byte-level split. */
export const BLANK: i32 = 128;

const LAST: i32 = 0x110000;
const BLOCKS: usize = 8704;
const BLOCK: usize = 128;

/** First stage of the kinds: for each block the address of its 128 bytes. */
let kindBlocks: usize = 0;
/** First stage of the folds: for each block the address of its 128 i32, or 0. */
let foldBlocks: usize = 0;
/** Memory ran out while tables were made. */
let failed: bool = false;

let at: usize = 0;

function number(): u32 {
  let value: u32 = 0;
  let shift: u32 = 0;
  while (true) {
    const byte = <u32>load<u8>(at++);
    value |= (byte & 127) << shift;
    if (byte < 128) return value;
    shift += 7;
  }
}

function signedNumber(): i32 {
  const value = number();
  return (value & 1) != 0 ? -(<i32>(value >> 1)) - 1 : <i32>(value >> 1);
}

/** Bits of a code point below 0x110000. */
export function kindOf(point: i32): i32 {
  const block = load<usize>(kindBlocks + ((<usize>(point >> 7)) << 2));
  return <i32>load<u8>(block + <usize>(point & 127));
}

/**
 * What a code point becomes under the options of {@link openUnicode}: 0 itself, positive another one, negative the
 * (negated) address of a count and that many code points.
 */
export function foldOf(point: i32): i32 {
  const block = load<usize>(foldBlocks + ((<usize>(point >> 7)) << 2));
  return block == 0 ? 0 : load<i32>(block + ((<usize>(point & 127)) << 2));
}

/** Combining class of a code point that is no starter and no mark. */
export function orderOf(point: i32): i32 {
  let place = 0;
  for (at = ORDERS; at < ORDERS + ORDERS_BYTES; ) {
    place += number();
    const order = <i32>load<u8>(at++);
    if (place == point) return order;
  }
  return 0;
}

function openKinds(): bool {
  kindBlocks = arenaAlloc(BLOCKS << 2);
  // One block a kind, for blocks of one kind: at most 16 kinds.
  const uniform = arenaAlloc(16 * BLOCK);
  if (kindBlocks == 0 || uniform == 0) return false;
  for (let kind: usize = 0; kind < 16; kind++)
    memory.fill(uniform + kind * BLOCK, load<u8>(KINDS + kind), BLOCK);
  at = KIND_RUNS;
  let point = 0;
  let block: usize = 0;
  while (point < LAST) {
    const run = number();
    const kind = <usize>(run & 15);
    // The runs end exactly at LAST.
    for (let left = <i32>(run >> 4); left > 0; ) {
      const inside = point & 127;
      const count = min(left, 128 - inside);
      const stage = kindBlocks + ((<usize>(point >> 7)) << 2);
      if (count == 128) store<usize>(stage, uniform + kind * BLOCK);
      else {
        if (inside == 0) {
          block = arenaAlloc(BLOCK);
          if (block == 0) return false;
          store<usize>(stage, block);
        }
        memory.fill(block + <usize>inside, load<u8>(KINDS + kind), <usize>count);
      }
      point += count;
      left -= count;
    }
  }
  return true;
}

function setFold(point: i32, to: i32): void {
  const stage = foldBlocks + ((<usize>(point >> 7)) << 2);
  let block = load<usize>(stage);
  if (block == 0) {
    block = arenaAllocZeroed(BLOCK << 2);
    if (block == 0) {
      failed = true;
      return;
    }
    store<usize>(stage, block);
  }
  store<i32>(block + ((<usize>(point & 127)) << 2), to);
}

function openLowers(): void {
  at = LOWERS;
  for (let first = 0; at < LOWERS + LOWERS_BYTES; ) {
    first += number();
    const shape = number();
    const change = signedNumber();
    const step = <i32>(shape & 1) + 1;
    for (let i = 0; i <= <i32>(shape >> 1); i++) setFold(first + i * step, first + i * step + change);
  }
}

/** Reads code points to texts; each is put in lower case when `lower` is set, which must be unfolded before. */
function openTexts(from: usize, bytes: usize, lower: bool): void {
  at = from;
  let last = 0;
  for (let point = 0; at < from + bytes; ) {
    point += number();
    const head = number();
    if ((head & 1) == 0) {
      const change = head >> 1;
      last += (change & 1) != 0 ? -(<i32>(change >> 1)) - 1 : <i32>(change >> 1);
      const folded = lower ? foldOf(last) : 0;
      // No decomposition begins with a capital whose lower case is a text: those decompose themselves.
      setFold(point, folded > 0 ? folded : last);
    } else {
      const count = head >> 1;
      const text = arenaAlloc((<usize>(count + 1)) << 2);
      if (text == 0) {
        failed = true;
        return;
      }
      store<u32>(text, count);
      for (let i: usize = 1; i <= <usize>count; i++) {
        const to = <i32>number();
        const folded = lower ? foldOf(to) : 0;
        store<i32>(text + (i << 2), folded > 0 ? folded : to);
      }
      setFold(point, -(<i32>text));
    }
  }
}

/** Unfolds the tables into the arena; a status. */
export function openUnicode(lower: bool, strip: bool): i32 {
  failed = false;
  if (!openKinds()) return OUT_OF_MEMORY;
  foldBlocks = arenaAllocZeroed(BLOCKS << 2);
  if (foldBlocks == 0) return OUT_OF_MEMORY;
  if (lower) {
    openLowers();
    if (!strip) openTexts(LOWER_TEXTS, LOWER_TEXTS_BYTES, false);
  }
  if (strip) openTexts(STRIPPED, STRIPPED_BYTES, lower);
  return failed ? OUT_OF_MEMORY : 0;
}
