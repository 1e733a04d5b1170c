/**
 * The known word that is nearest to a mistyped one.
 */

import { asciiNext, asciiOpen } from '../text/ascii';

const MAX_WORD: i32 = 24;
/** Two rows of distances and the word as bytes. */
const ROW: usize = memory.data(32);
const WORD: usize = memory.data(32);
const BEST: usize = memory.data(32);

/** Byte length of the word that {@link nearestWord} gave. */
export let nearestWordLength: usize = 0;

/** Address of the nearest of `words` (parted by single spaces), 0 when none is near; leading `-` count for nothing. */
export function nearestWord(text: usize, length: usize, words: string): usize {
  while (length > 0 && load<u8>(text) == 0x2d) {
    text++;
    length--;
  }
  if (length == 0 || length > <usize>MAX_WORD) return 0;
  let best = 4;
  let size = 0;
  asciiOpen(words);
  // No known word is longer than MAX_WORD: size stays inside WORD.
  for (let byte = -1; byte != 0; ) {
    byte = asciiNext();
    if (byte != 0 && byte != 0x20) {
      store<u8>(WORD + <usize>size, byte);
      if (size < MAX_WORD) size++;
      continue;
    }
    const far = distance(text, <i32>length, WORD, size);
    if (far < best && far < size) {
      best = far;
      nearestWordLength = <usize>size;
      memory.copy(BEST, WORD, 32);
    }
    size = 0;
  }
  return best < 4 ? BEST : 0;
}

/** Edits that turn one word into the other; both have at most MAX_WORD bytes. */
function distance(a: usize, aLength: i32, b: usize, bLength: i32): i32 {
  for (let j = 0; j <= bLength; j++) store<u8>(ROW + <usize>j, j);
  for (let i = 1; i <= aLength; i++) {
    let diagonal = i - 1;
    store<u8>(ROW, i);
    for (let j = 1; j <= bLength; j++) {
      const above = <i32>load<u8>(ROW + <usize>j);
      const left = <i32>load<u8>(ROW + <usize>j - 1);
      const same = load<u8>(a + <usize>i - 1) == load<u8>(b + <usize>j - 1);
      let least = diagonal + (same ? 0 : 1);
      if (above + 1 < least) least = above + 1;
      if (left + 1 < least) least = left + 1;
      store<u8>(ROW + <usize>j, least);
      diagonal = above;
    }
  }
  return <i32>load<u8>(ROW + <usize>bLength);
}
