/** UTF-8: checking it, and code points of what has been checked. */

import { utf8Sequence } from '../text/utf8';

/** Whether all of the bytes are UTF-8. */
export function isUtf8(from: usize, length: usize): bool {
  for (const end = from + length; from < end; ) {
    // Eight bytes of ASCII at once, where there are as many.
    if (from + 8 <= end && (load<u64>(from) & 0x8080_8080_8080_8080) == 0) {
      from += 8;
      continue;
    }
    const bytes = utf8Sequence(from, end);
    if (bytes == 0) return false;
    from += bytes;
  }
  return true;
}

/** The code point at `at`. */
export function pointAt(at: usize): i32 {
  const first = <i32>load<u8>(at);
  if (first < 0x80) return first;
  if (first < 0xe0) return ((first & 31) << 6) | (<i32>load<u8>(at, 1) & 63);
  const two = ((<i32>load<u8>(at, 1) & 63) << 6) | (<i32>load<u8>(at, 2) & 63);
  if (first < 0xf0) return ((first & 15) << 12) | two;
  return ((first & 7) << 18) | (two << 6) | (<i32>load<u8>(at, 3) & 63);
}

/** Bytes of the code point that begins with `first`. */
export function pointBytes(first: i32): usize {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** Whether a byte is the second or a later one of a code point. */
export function isContinuation(at: usize): bool {
  return (load<u8>(at) & 0xc0) == 0x80;
}

/** Where the code point begins that has a byte at `at`. */
export function pointStart(at: usize): usize {
  while (isContinuation(at)) at--;
  return at;
}

/** Where the code point ends that has a byte at `at`. */
export function pointEnd(at: usize): usize {
  const start = pointStart(at);
  return start + pointBytes(<i32>load<u8>(start));
}
