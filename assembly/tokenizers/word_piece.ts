/**
 * WordPiece: words are split at white space and around punctuation, then into the longest pieces of the vocabulary from
 * the left. Equal to BertPreTokenizer and WordPiece of Hugging Face `tokenizers`.
 */

import { arenaAlloc } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import { isContinuation, pointBytes } from './decode';
import { model, NO_ID } from './model';
import {
  countPoints,
  IN_WORD,
  IS_SPACE,
  normalBytes,
  normalClasses,
  sourceEnd,
  sourceStart,
} from './normalize';
import { findPiece, hashBeginnings, hashBetween, hashJoined, hashMore, longestPiece } from './pieces';
import { TOKENS_UNKNOWN } from './status';
import { tokenCount, tokensPut, tokensReserve, tokensRewind } from './tokens';

/** Hashes of the beginnings of a word. */
let hashes: usize = 0;
let prefixHash: u32 = 0;

/** Prepares for the open model; a status. */
export function openWordPiece(): i32 {
  hashes = arenaAlloc((((<usize>model.mostCharacters) << 2) + 1) << 2);
  prefixHash = hashMore(0, model.prefix, model.prefixLength);
  return hashes == 0 ? OUT_OF_MEMORY : 0;
}

/** Where the longest piece ends that begins `start` bytes into the word; `start` when there is none. */
let pieceEnd: usize = 0;

/** The id of that piece, or -1. */
function longestFrom(word: usize, length: usize, start: usize): i32 {
  const headLength: usize = start == 0 ? <usize>0 : model.prefixLength;
  if (headLength >= longestPiece) return -1;
  let end = min(length, start + longestPiece - headLength);
  // word + end is read only when it lies in the word.
  while (end < length && isContinuation(word + end)) end--;
  while (end > start) {
    const count = end - start;
    let hash = hashBetween(load<u32>(hashes + (start << 2)), load<u32>(hashes + (end << 2)), count);
    if (headLength != 0) hash = hashJoined(prefixHash, hash, count);
    const id = findPiece(hash, model.prefix, headLength, word + start, count);
    if (id >= 0) {
      pieceEnd = end;
      return id;
    }
    end--;
    while (end > start && isContinuation(word + end)) end--;
  }
  return -1;
}

/** Adds the tokens of the normalised bytes `from`..`end` of `text`; a status. */
function wordPieces(text: usize, from: usize, end: usize): i32 {
  const before = tokenCount;
  const length = end - from;
  // More characters than bytes there are not: most words need not be counted.
  if (length <= <usize>model.mostCharacters || countPoints(from, end) <= model.mostCharacters) {
    if (!tokensReserve(length)) return OUT_OF_MEMORY;
    const word = normalBytes + from;
    // At most mostCharacters code points of 4 bytes: the hashes have room for them.
    hashBeginnings(word, length, hashes);
    for (let start: usize = 0; ; start = pieceEnd) {
      if (start == length) return 0;
      const id = longestFrom(word, length, start);
      if (id < 0) break;
      tokensPut(id, sourceStart(from + start), sourceEnd(text, from + pieceEnd));
    }
  }
  tokensRewind(before);
  if (model.unknown == NO_ID) return TOKENS_UNKNOWN;
  if (!tokensReserve(1)) return OUT_OF_MEMORY;
  tokensPut(model.unknown, sourceStart(from), sourceEnd(text, end));
  return 0;
}

/** Adds the tokens of all words of the normalised bytes `from`..`end` of `text`; a status. */
export function wordPiecesOf(text: usize, from: usize, end: usize): i32 {
  while (from < end) {
    const start = from;
    const mark = load<u8>(normalClasses + from);
    if (mark != IN_WORD) from += pointBytes(<i32>load<u8>(normalBytes + from));
    else while (from < end && load<u8>(normalClasses + from) == IN_WORD) from++;
    if (mark == IS_SPACE) continue;
    const status = wordPieces(text, start, from);
    if (status != 0) return status;
  }
  return 0;
}
