/** A text to tokens: added tokens, what lies between them, words, pieces. */

import { arenaAlloc, arenaMark, arenaRelease } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import {
  addedEnd,
  addedEndSpaced,
  addedId,
  addedStartSpaced,
  findAdded,
  normalAdded,
  openAdded,
  rawAdded,
} from './added';
import { bytePairs, openBytePairs, symbolCount, symbolEnd, symbolId, wholeWord } from './byte_pairs';
import { byteWordEnd } from './byte_words';
import { isUtf8, pointAt, pointBytes, pointEnd, pointStart } from './decode';
import { KIND_WORD_PIECE, LOWER, model, PREFIX_SPACE, readModel, STRIP, TRIM, UNSPLIT } from './model';
import {
  normalBytes,
  normalize,
  normalizeBegin,
  normalLength,
  openNormalizer,
  sourceEnd,
  sourceStart,
} from './normalize';
import { openPieces } from './pieces';
import { TOKENS_LONG, TOKENS_UTF8 } from './status';
import { tokensBegin, tokensPut, tokensReserve } from './tokens';
import { kindOf, openUnicode, SPACE } from './unicode';
import { openWordPiece, wordPiecesOf } from './word_piece';

const MAX_TEXT: usize = 1 << 26;

/** Opens the model of `length` bytes at `at`; a status. Its tables lie in the arena above the caller's mark. */
export function openTokenizer(at: usize, length: usize): i32 {
  let status = readModel(at, length);
  if (status != 0) return status;
  const wordPiece = model.kind == KIND_WORD_PIECE;
  status = openUnicode(wordPiece && (model.flags & LOWER) != 0, wordPiece && (model.flags & STRIP) != 0);
  if (status == 0) status = openPieces();
  if (status == 0) status = wordPiece ? openWordPiece() : openBytePairs();
  if (status != 0) return status;
  openNormalizer();
  return openAdded();
}

/** The text at hand. */
let text: usize = 0;

/** Tokens of `length` bytes, into tokens.ts; a status. */
export function tokenizeText(from: usize, length: usize): i32 {
  tokensBegin();
  if (length > MAX_TEXT) return TOKENS_LONG;
  if (!isUtf8(from, length)) return TOKENS_UTF8;
  text = from;
  if (model.kind == KIND_WORD_PIECE && !normalizeBegin(from, length)) return OUT_OF_MEMORY;
  return splitRaw(from, from + length);
}

/** Takes added tokens out of the text itself; what lies between is normalised. */
function splitRaw(from: usize, end: usize): i32 {
  let rest = from;
  let at = from;
  while (findAdded(rawAdded, at, end)) {
    // The next search is for the other set, and leaves its own token.
    const id = addedId;
    const start = addedStartSpaced(rest);
    const stop = addedEndSpaced(end);
    at = addedEnd;
    const status = rest < start ? normalPart(rest, start) : 0;
    if (status != 0) return status;
    if (!tokensReserve(1)) return OUT_OF_MEMORY;
    tokensPut(id, start - text, stop - text, whiteSpace(start, stop));
    rest = stop;
  }
  return rest < end ? normalPart(rest, end) : 0;
}

function normalPart(from: usize, end: usize): i32 {
  if (model.kind != KIND_WORD_PIECE) return splitNormal(from, end);
  const status = normalize(text, from - text, end - from);
  return status != 0 ? status : splitNormal(normalBytes, normalBytes + normalLength);
}

/** Takes added tokens out of what was normalised. */
function splitNormal(from: usize, end: usize): i32 {
  let rest = from;
  for (let at = from; findAdded(normalAdded, at, end); at = addedEnd) {
    const start = addedStartSpaced(rest);
    const stop = addedEndSpaced(end);
    const status = rest < start ? words(rest, start) : 0;
    if (status != 0) return status;
    if (!tokensReserve(1)) return OUT_OF_MEMORY;
    if (model.kind == KIND_WORD_PIECE) {
      tokensPut(addedId, sourceStart(start - normalBytes), sourceEnd(text, stop - normalBytes));
    } else tokensPut(addedId, start - text, stop - text, whiteSpace(start, stop));
    rest = stop;
  }
  return rest < end ? words(rest, end) : 0;
}

function words(from: usize, end: usize): i32 {
  if (model.kind == KIND_WORD_PIECE) return wordPiecesOf(text, from - normalBytes, end - normalBytes);
  return byteWords(from, end);
}

/** Tokens of `from`..`end` of the text by byte pairs; a space that the model wants before it comes from nowhere. */
function byteWords(from: usize, end: usize): i32 {
  // Room for the tokens first: it must outlast the copy.
  if (!tokensReserve(end - from + 1)) return OUT_OF_MEMORY;
  const mark = arenaMark();
  let shift: usize = 0;
  let at = from;
  let stop = end;
  if ((model.flags & PREFIX_SPACE) != 0 && load<u8>(from) != 0x20) {
    const length = end - from;
    const copy = arenaAlloc(length + 1);
    if (copy == 0) return OUT_OF_MEMORY;
    store<u8>(copy, 0x20);
    memory.copy(copy + 1, from, length);
    at = copy;
    stop = copy + length + 1;
    shift = 1;
  }
  const origin = at;
  while (at < stop) {
    const next = (model.flags & UNSPLIT) != 0 ? stop : byteWordEnd(at, stop);
    const status = byteWord(from, at, next - at, at - origin, shift);
    if (status != 0) return status;
    at = next;
  }
  if (shift != 0) arenaRelease(mark);
  return 0;
}

/** Tokens of a word, `before` bytes behind the beginning of a part of which the source is `source`. */
function byteWord(source: usize, word: usize, length: usize, before: usize, shift: usize): i32 {
  const mark = arenaMark();
  const status = bytePairs(word, length);
  if (status != 0) return status;
  if (wholeWord >= 0) {
    putBytes(wholeWord, source, before, before + length, shift, spacesOf(word, word + length));
  } else {
    let start: usize = 0;
    for (let i: usize = 0; i < symbolCount; i++) {
      const end = symbolEnd(i);
      putBytes(symbolId(i), source, before + start, before + end, shift, spacesOf(word + start, word + end));
      start = end;
    }
  }
  arenaRelease(mark);
  return 0;
}

/** Spaces at both ends of a token's bytes, as tokens.ts has them. */
function spacesOf(from: usize, end: usize): u32 {
  if ((model.flags & TRIM) == 0) return 0;
  let before: u32 = 0;
  while (from < end && before < 0xffff && load<u8>(from) == 0x20) {
    from++;
    before++;
  }
  if (from == end) return before | (before << 16);
  let after: u32 = 0;
  while (after < 0xffff && load<u8>(end - 1) == 0x20) {
    end--;
    after++;
  }
  return before | (after << 16);
}

/** White space at both ends of an added token, likewise. */
function whiteSpace(from: usize, end: usize): u32 {
  let before: u32 = 0;
  let at = from;
  while (at < end && before < 0xffff && (kindOf(pointAt(at)) & SPACE) != 0) {
    at += pointBytes(<i32>load<u8>(at));
    before++;
  }
  let after: u32 = 0;
  while (end > from && after < 0xffff && (kindOf(pointAt(pointStart(end - 1))) & SPACE) != 0) {
    end = pointStart(end - 1);
    after++;
  }
  return before | (after << 16);
}

/** A token of bytes `start`..`end`: it stands for all code points of which it has a byte. */
function putBytes(id: u32, source: usize, start: usize, end: usize, shift: usize, spaces: u32): void {
  // The space from nowhere stands for the code point behind it.
  const first = start < shift ? source : pointStart(source + start - shift);
  const last = end <= shift ? source : source + end - shift - 1;
  tokensPut(id, first - text, pointEnd(last) - text, spaces);
}
