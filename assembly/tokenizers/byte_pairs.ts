/**
 * Byte pairs: the bytes of a word are merged two by two, what was learnt first before what was learnt later, from the
 * left. Equal to BPE of Hugging Face `tokenizers` over bytes.
 */

import { arenaAlloc, arenaAllocZeroed } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import { FUSE_UNKNOWN, model, NO_ID, WHOLE_WORDS } from './model';
import { findPiece, hashMore, longestPiece } from './pieces';

/** A symbol: id, end in the word, rank of the merge with the next one; of long words also the neighbours. */
const SYMBOL: usize = 20;
const ID: usize = 0;
const END: usize = 4;
const RANK: usize = 8;
const PREVIOUS: usize = 12;
const NEXT: usize = 16;
const NEVER: u32 = 0xffff_ffff;
/** Longer words keep their possible merges in a heap. */
const SHORT: usize = 48;
const SPREAD: u32 = 0x9e37_79b1;

/** Rows {left, right, rank + 1, result}; rank 0 is free. */
let merges: usize = 0;
let mergeMask: u32 = 0;
/** For each piece whether its bytes merge to itself: 0 not known yet, 1 yes, 2 no. */
let whole: usize = 0;
const YES: u8 = 1;
const NO: u8 = 2;

/** Symbols of the word at hand, and how many. */
export let symbols: usize = 0;
export let symbolCount: usize = 0;
/** The single piece that the word is, or -1 when it is {@link symbols}. */
export let wholeWord: i32 = -1;

function slotOf(left: u32, right: u32): u32 {
  let hash = (left * SPREAD) ^ right;
  hash = (hash ^ (hash >> 15)) * 0x85eb_ca6b;
  return hash ^ (hash >> 13);
}

/** The row of a merge, or a free one. */
function mergeRow(left: u32, right: u32): usize {
  let slot = slotOf(left, right) & mergeMask;
  while (true) {
    const row = merges + ((<usize>slot) << 4);
    if (load<u32>(row, 8) == 0 || (load<u32>(row) == left && load<u32>(row, 4) == right)) return row;
    slot = (slot + 1) & mergeMask;
  }
}

/** Prepares for the open model; a status. */
export function openBytePairs(): i32 {
  let bits: u32 = 4;
  while ((<u32>1) << bits < model.mergeCount << 1) bits++;
  mergeMask = (1 << bits) - 1;
  merges = arenaAllocZeroed((<usize>16) << bits);
  whole = arenaAllocZeroed(<usize>model.pieceCount);
  if (merges == 0 || whole == 0) return OUT_OF_MEMORY;
  for (let rank: u32 = 0; rank < model.mergeCount; rank++) {
    const merge = model.merges + <usize>rank * 12;
    const row = mergeRow(load<u32>(merge), load<u32>(merge, 4));
    store<u32>(row, load<u32>(merge));
    store<u32>(row, load<u32>(merge, 4), 4);
    // Of equal pairs the last one counts.
    store<u32>(row, rank + 1, 8);
    store<u32>(row, load<u32>(merge, 8), 12);
  }
  return 0;
}

function rankOf(left: usize, right: usize): u32 {
  // A free row has rank 0, which becomes NEVER.
  return load<u32>(mergeRow(load<u32>(left, ID), load<u32>(right, ID)), 8) - 1;
}

function resultOf(left: usize, right: usize): u32 {
  return load<u32>(mergeRow(load<u32>(left, ID), load<u32>(right, ID)), 12);
}

function addSymbol(id: u32, end: usize): void {
  const symbol = symbols + symbolCount * SYMBOL;
  store<u32>(symbol, id, ID);
  store<u32>(symbol, <u32>end, END);
  symbolCount++;
}

/**
 * The bytes of a word as symbols; those without a piece are unknown, or passed over when nothing stands for that. Places
 * count what was not passed over, as in `tokenizers`.
 */
function symbolsOf(word: usize, length: usize): void {
  symbolCount = 0;
  let fused = false;
  let end: usize = 0;
  for (let i: usize = 0; i < length; i++) {
    const id = load<u32>(model.byteIds + ((<usize>load<u8>(word + i)) << 2));
    if (id != NO_ID) {
      addSymbol(id, ++end);
      fused = false;
    } else if (model.unknown != NO_ID) {
      end++;
      if (fused) store<u32>(symbols + (symbolCount - 1) * SYMBOL, <u32>end, END);
      else addSymbol(model.unknown, end);
      fused = (model.flags & FUSE_UNKNOWN) != 0;
    }
  }
}

/** Takes the best merge until there is none, looking through all each time. */
function mergeShort(): void {
  for (let i: usize = 0; i + 1 < symbolCount; i++) {
    const symbol = symbols + i * SYMBOL;
    store<u32>(symbol, rankOf(symbol, symbol + SYMBOL), RANK);
  }
  while (symbolCount > 1) {
    let best: usize = 0;
    let rank = NEVER;
    const end = symbols + (symbolCount - 1) * SYMBOL;
    for (let symbol = symbols; symbol < end; symbol += SYMBOL) {
      if (load<u32>(symbol, RANK) < rank) {
        rank = load<u32>(symbol, RANK);
        best = symbol;
      }
    }
    if (rank == NEVER) return;
    const right = best + SYMBOL;
    store<u32>(best, resultOf(best, right), ID);
    store<u32>(best, load<u32>(right, END), END);
    // `end` is the last symbol: what lies behind `right` moves down by one.
    memory.copy(right, right + SYMBOL, end - right);
    symbolCount--;
    store<u32>(best, right < end ? rankOf(best, right) : NEVER, RANK);
    if (best > symbols) store<u32>(best - SYMBOL, rankOf(best - SYMBOL, best), RANK);
  }
}

/** Heap of rank << 32 | symbol, the least first. */
let heap: usize = 0;
let heapCount: usize = 0;

function push(key: u64): void {
  let at = heapCount++;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const other = load<u64>(heap + (parent << 3));
    if (other <= key) break;
    store<u64>(heap + (at << 3), other);
    at = parent;
  }
  store<u64>(heap + (at << 3), key);
}

function pop(): u64 {
  const least = load<u64>(heap);
  const key = load<u64>(heap + (--heapCount << 3));
  let at: usize = 0;
  for (;;) {
    let child = (at << 1) + 1;
    if (child >= heapCount) break;
    if (child + 1 < heapCount && load<u64>(heap + (child << 3), 8) < load<u64>(heap + (child << 3))) child++;
    const other = load<u64>(heap + (child << 3));
    if (other >= key) break;
    store<u64>(heap + (at << 3), other);
    at = child;
  }
  store<u64>(heap + (at << 3), key);
  return least;
}

/** Notes the merge of a symbol with the next one, if there is one. */
function consider(index: u32): void {
  const symbol = symbols + <usize>index * SYMBOL;
  const next = load<u32>(symbol, NEXT);
  const rank = next == NEVER ? NEVER : rankOf(symbol, symbols + <usize>next * SYMBOL);
  store<u32>(symbol, rank, RANK);
  if (rank != NEVER) push(((<u64>rank) << 32) | <u64>index);
}

/** As {@link mergeShort}, in n log n steps; `heap` has room for 3 keys a symbol: one at first, two a merge. */
function mergeLong(): void {
  heapCount = 0;
  const count = <u32>symbolCount;
  for (let i: u32 = 0; i < count; i++) {
    const symbol = symbols + <usize>i * SYMBOL;
    store<u32>(symbol, i - 1, PREVIOUS);
    store<u32>(symbol, i + 1 < count ? i + 1 : NEVER, NEXT);
    if (i > 0) consider(i - 1);
  }
  store<u32>(symbols + <usize>(count - 1) * SYMBOL, NEVER, RANK);
  while (heapCount > 0) {
    const key = pop();
    const index = <u32>key;
    const left = symbols + <usize>index * SYMBOL;
    // What has changed since it was noted has another rank, NEVER when it is gone.
    if (load<u32>(left, RANK) != <u32>(key >> 32)) continue;
    const right = symbols + <usize>load<u32>(left, NEXT) * SYMBOL;
    store<u32>(left, resultOf(left, right), ID);
    store<u32>(left, load<u32>(right, END), END);
    const next = load<u32>(right, NEXT);
    store<u32>(left, next, NEXT);
    store<u32>(right, NEVER, RANK);
    if (next != NEVER) store<u32>(symbols + <usize>next * SYMBOL, index, PREVIOUS);
    consider(index);
    const previous = load<u32>(left, PREVIOUS);
    if (previous != NEVER) consider(previous);
  }
  let kept: usize = 0;
  for (let at: u32 = 0; at != NEVER; ) {
    const symbol = symbols + <usize>at * SYMBOL;
    at = load<u32>(symbol, NEXT);
    // Kept symbols never overtake those that are read.
    memory.copy(symbols + kept * SYMBOL, symbol, SYMBOL);
    kept++;
  }
  symbolCount = kept;
}

function merge(word: usize, length: usize): i32 {
  symbols = arenaAlloc(length * SYMBOL);
  if (symbols == 0) return OUT_OF_MEMORY;
  symbolsOf(word, length);
  if (symbolCount <= SHORT) {
    mergeShort();
    return 0;
  }
  heap = arenaAlloc(symbolCount * 24);
  if (heap == 0) return OUT_OF_MEMORY;
  mergeLong();
  return 0;
}

/**
 * Takes a word apart, into {@link wholeWord} or {@link symbols}, which lie above the caller's mark; a status. Whether a
 * piece is what its bytes merge to is found out once.
 */
export function bytePairs(word: usize, length: usize): i32 {
  wholeWord = -1;
  const piece = length <= longestPiece ? findPiece(hashMore(0, word, length), word, 0, word, length) : -1;
  if (piece >= 0) {
    if ((model.flags & WHOLE_WORDS) != 0 || load<u8>(whole + <usize>piece) == YES) {
      wholeWord = piece;
      return 0;
    }
  }
  const status = merge(word, length);
  if (status == 0 && piece >= 0 && load<u8>(whole + <usize>piece) == 0) {
    const same = symbolCount == 1 && load<u32>(symbols, ID) == <u32>piece;
    store<u8>(whole + <usize>piece, same ? YES : NO);
  }
  return status;
}

/** The id of symbol `index`. */
export function symbolId(index: usize): u32 {
  return load<u32>(symbols + index * SYMBOL, ID);
}

/** Where symbol `index` ends in the word. */
export function symbolEnd(index: usize): usize {
  return <usize>load<u32>(symbols + index * SYMBOL, END);
}
