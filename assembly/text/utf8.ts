/**
 * UTF-8: checking and making sequences, comparing bytes with ASCII constants.
 */

import { asciiNext, asciiOpen } from './ascii';

/** Length of the valid UTF-8 sequence at `at` (1..4), 0 when it is not valid; reads at most up to `end`. */
export function utf8Sequence(at: usize, end: usize): usize {
  if (at >= end) return 0;
  const first = <i32>load<u8>(at);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length: usize = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // at + 1 .. at + length - 1 are read only when they lie before end.
  if (end - at < length) return 0;
  const second = <i32>load<u8>(at, 1);
  let low = 0x80;
  let high = 0xbf;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  if (second < low || second > high) return 0;
  for (let i: usize = 2; i < length; i++) if ((load<u8>(at + i) & 0xc0) != 0x80) return 0;
  return length;
}

/** Writes a code point at `to` (4 bytes must be there); returns how many bytes it took. */
export function utf8Encode(to: usize, point: i32): usize {
  if (point < 0x80) {
    store<u8>(to, point);
    return 1;
  }
  if (point < 0x800) {
    store<u8>(to, 0xc0 | (point >> 6));
    store<u8>(to, 0x80 | (point & 63), 1);
    return 2;
  }
  if (point < 0x10000) {
    store<u8>(to, 0xe0 | (point >> 12));
    store<u8>(to, 0x80 | ((point >> 6) & 63), 1);
    store<u8>(to, 0x80 | (point & 63), 2);
    return 3;
  }
  store<u8>(to, 0xf0 | (point >> 18));
  store<u8>(to, 0x80 | ((point >> 12) & 63), 1);
  store<u8>(to, 0x80 | ((point >> 6) & 63), 2);
  store<u8>(to, 0x80 | (point & 63), 3);
  return 4;
}

/** True when the bytes spell the ASCII constant. */
export function sameText(from: usize, length: usize, text: string): bool {
  return length == matchedLength(from, length, text);
}

/** True when the bytes begin with the ASCII constant. */
export function startsWith(from: usize, length: usize, text: string): bool {
  return matchedLength(from, length, text) <= length;
}

/** Length of the ASCII constant when the bytes begin with it, else more than `length`. */
function matchedLength(from: usize, length: usize, text: string): usize {
  asciiOpen(text);
  let matched: usize = 0;
  while (true) {
    const byte = asciiNext();
    if (byte == 0) return matched;
    // matched < length at the load.
    if (matched == length || <i32>load<u8>(from + matched) != byte) return length + 1;
    matched++;
  }
}
