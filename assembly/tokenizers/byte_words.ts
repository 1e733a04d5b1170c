/**
 * Words of byte-level byte pairs, GPT-2's split:
 *
 *   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 */

import { pointAt, pointBytes } from './decode';
import { BLANK, kindOf, LETTER, NUMBER } from './unicode';

const SPACE: i32 = 0x20;
const APOSTROPHE: i32 = 0x27;

/** LETTER, NUMBER, BLANK, or 0 for anything else. */
function sortOf(at: usize): i32 {
  return kindOf(pointAt(at)) & (LETTER | NUMBER | BLANK);
}

/** Where the code points end, from `at` on, that are of one sort. */
function endOfSort(at: usize, end: usize, sort: i32): usize {
  while (at < end && sortOf(at) == sort) at += pointBytes(<i32>load<u8>(at));
  return at;
}

/** Bytes of a contraction at `at`, 0 for none. */
function contraction(at: usize, end: usize): usize {
  if (end - at < 2) return 0;
  const one = <i32>load<u8>(at, 1);
  // s, t, m, d
  if (one == 0x73 || one == 0x74 || one == 0x6d || one == 0x64) return 2;
  if (end - at < 3) return 0;
  const two = <i32>load<u8>(at, 2);
  // re, ve, ll
  return ((one == 0x72 || one == 0x76) && two == 0x65) || (one == 0x6c && two == 0x6c) ? 3 : 0;
}

/** Where the word at `at` ends. */
export function byteWordEnd(at: usize, end: usize): usize {
  const first = <i32>load<u8>(at);
  if (first == APOSTROPHE) {
    const bytes = contraction(at, end);
    if (bytes != 0) return at + bytes;
  }
  const body = first == SPACE ? at + 1 : at;
  if (body < end) {
    const sort = sortOf(body);
    if (sort != BLANK) return endOfSort(body, end, sort);
  }
  // White space: all of it at the end, otherwise the last one is left for the word that follows.
  let last = at;
  let next = at;
  while (next < end && sortOf(next) == BLANK) {
    last = next;
    next += pointBytes(<i32>load<u8>(next));
  }
  return next == end || last == at ? next : last;
}
