/**
 * The vocabulary: bytes to ids, by a hash of which that of any part of a word is had from those of its beginnings.
 *
 *   hash(b[0..n]) = sum of (b[i] + 1) * BASE^(n - 1 - i), modulo 2^32
 */

import { arenaAlloc, arenaAllocZeroed } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import { model } from './model';
import { TOKENS_COLLIDE } from './status';

const BASE: u32 = 0x0100_0193;
const SPREAD: u32 = 0x9e37_79b1;
/** A vocabulary in which a look-up would take more steps is refused. */
const MOST_STEPS: u32 = 256;

/** Rows {hash, id + 1}; 0 is free. */
let table: usize = 0;
let mask: u32 = 0;
let shift: u32 = 0;
/** BASE to the power of 0, 1, ... the longest piece. */
let powers: usize = 0;
/** Bytes of the longest piece. */
export let longestPiece: usize = 0;

/** The hash of bytes behind those of `hash`. */
export function hashMore(hash: u32, from: usize, length: usize): u32 {
  for (const end = from + length; from < end; from++) hash = hash * BASE + <u32>load<u8>(from) + 1;
  return hash;
}

/** Writes the hashes of all beginnings of `length` bytes, from that of none on, to `length + 1` words. */
export function hashBeginnings(from: usize, length: usize, to: usize): void {
  let hash: u32 = 0;
  store<u32>(to, 0);
  for (let i: usize = 0; i < length; i++) {
    hash = hash * BASE + <u32>load<u8>(from + i) + 1;
    store<u32>(to + (i << 2), hash, 4);
  }
}

/** The hash of `length` bytes (at most {@link longestPiece}) that take a beginning's hash from `before` to `after`. */
export function hashBetween(before: u32, after: u32, length: usize): u32 {
  return after - before * load<u32>(powers + (length << 2));
}

/** The hash of bytes behind others, of which the hashes are known. */
export function hashJoined(first: u32, second: u32, secondLength: usize): u32 {
  return second + first * load<u32>(powers + (secondLength << 2));
}

/** The id of the piece that is `head` and then `tail`, of which `hash` is the hash; -1 when there is none. */
export function findPiece(hash: u32, head: usize, headLength: usize, tail: usize, tailLength: usize): i32 {
  let slot = (hash * SPREAD) >> shift;
  while (true) {
    const row = table + ((<usize>slot) << 3);
    const id = load<u32>(row, 4);
    if (id == 0) return -1;
    slot = (slot + 1) & mask;
    if (load<u32>(row) != hash) continue;
    const piece = model.pieces + ((<usize>(id - 1)) << 3);
    const bytes = model.block + <usize>load<u32>(piece);
    // The piece is read only when it has exactly as many bytes.
    if (
      <usize>load<u32>(piece, 4) == headLength + tailLength &&
      memory.compare(bytes, head, headLength) == 0 &&
      memory.compare(bytes + headLength, tail, tailLength) == 0
    ) {
      return <i32>(id - 1);
    }
  }
}

/** Makes the table of the open model; a status. Of equal pieces the last one counts. */
export function openPieces(): i32 {
  let bits: u32 = 4;
  while ((<u32>1) << bits < model.pieceCount << 1) bits++;
  mask = (1 << bits) - 1;
  shift = 32 - bits;
  table = arenaAllocZeroed((<usize>8) << bits);
  if (table == 0) return OUT_OF_MEMORY;
  longestPiece = 1;
  for (let id: u32 = 0; id < model.pieceCount; id++) {
    const piece = model.pieces + ((<usize>id) << 3);
    const length = <usize>load<u32>(piece, 4);
    if (length == 0) continue;
    if (length > longestPiece) longestPiece = length;
    const bytes = model.block + <usize>load<u32>(piece);
    const hash = hashMore(0, bytes, length);
    let slot = (hash * SPREAD) >> shift;
    let steps: u32 = 0;
    for (; ; slot = (slot + 1) & mask) {
      const row = table + ((<usize>slot) << 3);
      const other = load<u32>(row, 4);
      if (other == 0) break;
      if (load<u32>(row) == hash) {
        const twin = model.pieces + ((<usize>(other - 1)) << 3);
        if (
          <usize>load<u32>(twin, 4) == length &&
          memory.compare(bytes, model.block + <usize>load<u32>(twin), length) == 0
        ) {
          break;
        }
      }
      if (++steps > MOST_STEPS) return TOKENS_COLLIDE;
    }
    store<u32>(table + ((<usize>slot) << 3), hash);
    store<u32>(table + ((<usize>slot) << 3), id + 1, 4);
  }
  powers = arenaAlloc((longestPiece + 1) << 2);
  if (powers == 0) return OUT_OF_MEMORY;
  let power: u32 = 1;
  for (let i: usize = 0; i <= longestPiece; i++) {
    store<u32>(powers + (i << 2), power);
    power *= BASE;
  }
  return 0;
}
