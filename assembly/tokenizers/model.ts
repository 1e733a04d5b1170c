/**
 * A tokenizer as the host gives it: one block of bytes, checked here once. All words are u32, little endian.
 *
 *   0 magic 'ETK1' | 4 kind | 8 flags | 12 unknown id | 16 most characters of a word
 *   20, 24 prefix of continuing pieces: offset, length
 *   28, 32 pieces: count, offset of rows {offset, length}; the row's number is the id, length 0 is no piece
 *   36, 40 merges: count, offset of rows {left, right, result} in the order of their rank
 *   44     offset of 256 words: the piece of each byte (byte pairs only)
 *   48, 52 added tokens: count, offset of rows {offset, length, id, flags}
 *   56, 60 template of one text: count, offset of rows {part, type, id}
 *   64, 68 template of a pair of texts, as before
 *
 * Offsets count from the block's beginning; those of rows are divisible by 4.
 */

import {
  TOKENS_ADDED,
  TOKENS_BOUNDS,
  TOKENS_HEADER,
  TOKENS_MERGES,
  TOKENS_PIECES,
  TOKENS_TEMPLATE,
} from './status';

export const KIND_WORD_PIECE: u32 = 1;
export const KIND_BYTE_PAIRS: u32 = 2;

/** Take control characters away and make one kind of white space. */
export const CLEAN: u32 = 1;
/** Put spaces around Chinese characters. */
export const CHINESE: u32 = 2;
export const STRIP: u32 = 4;
export const LOWER: u32 = 8;
/** Put a space before a text that has none. */
export const PREFIX_SPACE: u32 = 16;
/** Places of tokens leave white space out. */
export const TRIM: u32 = 32;
/** A word that is a piece is taken whole. */
export const WHOLE_WORDS: u32 = 64;
/** Unknown bytes side by side are one unknown token. */
export const FUSE_UNKNOWN: u32 = 128;
/** The text is one word. */
export const UNSPLIT: u32 = 256;
/** A single space at the first token's beginning stays in its place, when {@link TRIM} is set. */
export const KEEP_FIRST_SPACE: u32 = 512;

/** Flags of an added token: white space before or after it belongs to it; it is looked for in the normalised text. */
export const ADDED_LEFT: u32 = 1;
export const ADDED_RIGHT: u32 = 2;
export const ADDED_NORMALIZED: u32 = 4;

/** Parts of a template. */
export const PART_FIRST: u32 = 0;
export const PART_SECOND: u32 = 1;
export const PART_SPECIAL: u32 = 2;

export const NO_ID: u32 = 0xffff_ffff;
export const MAX_PIECE: usize = 4096;
export const MAX_ADDED: u32 = 16384;
const HEADER: usize = 72;
const MAGIC: u32 = 0x314b_5445;
const MAX_PIECES: u32 = 1 << 24;
const MAX_WORD: u32 = 1024;
const MAX_PARTS: u32 = 64;

/** A checked model. */
@unmanaged
export class Model {
  kind: u32;
  flags: u32;
  unknown: u32;
  mostCharacters: u32;
  prefix: usize;
  prefixLength: usize;
  pieceCount: u32;
  /** Address of rows {offset, length} of the block at `block`. */
  pieces: usize;
  mergeCount: u32;
  merges: usize;
  byteIds: usize;
  addedCount: u32;
  added: usize;
  block: usize;
  partCount: u32;
  parts: usize;
  pairPartCount: u32;
  pairParts: usize;
}

export const model: Model = changetype<Model>(memory.data(offsetof<Model>(), 8));

let block: usize = 0;
let size: usize = 0;

/** Whether `count` elements of `bytes` lie in the block from `offset` on. */
function inside(offset: u32, count: u32, bytes: u64): bool {
  return <u64>offset + <u64>count * bytes <= <u64>size;
}

/** Whether rows of words do, too. */
function rowsInside(at: usize, words: u64): bool {
  const offset = load<u32>(at, 4);
  return (offset & 3) == 0 && inside(offset, load<u32>(at), words << 2);
}

function checkParts(rows: usize, count: u32): bool {
  if (count > MAX_PARTS) return false;
  for (let i: usize = 0; i < <usize>count; i++) if (load<u32>(rows + i * 12) > PART_SPECIAL) return false;
  return true;
}

/**
 * Whether all rows {offset, length} of `stride` bytes lie in the block, are at most {@link MAX_PIECE} bytes, and together no
 * more than the block: what is done for each byte of them is done for no byte often.
 */
function checkTexts(rows: usize, count: u32, stride: usize): bool {
  let total: u64 = 0;
  for (const end = rows + <usize>count * stride; rows < end; rows += stride) {
    if (<usize>load<u32>(rows, 4) > MAX_PIECE || !inside(load<u32>(rows), load<u32>(rows, 4), 1))
      return false;
    total += <u64>load<u32>(rows, 4);
  }
  return total <= <u64>size;
}

function isId(id: u32): bool {
  return id < model.pieceCount;
}

/** Checks the block of `length` bytes at `at`, divisible by 4, and fills {@link model}; a status. */
export function readModel(at: usize, length: usize): i32 {
  block = at;
  size = length;
  if (length < HEADER || load<u32>(at) != MAGIC) return TOKENS_HEADER;
  model.kind = load<u32>(at, 4);
  if (model.kind != KIND_WORD_PIECE && model.kind != KIND_BYTE_PAIRS) return TOKENS_HEADER;
  model.block = at;
  model.flags = load<u32>(at, 8);
  model.unknown = load<u32>(at, 12);
  model.mostCharacters = load<u32>(at, 16);
  model.prefixLength = <usize>load<u32>(at, 24);
  model.pieceCount = load<u32>(at, 28);
  model.mergeCount = load<u32>(at, 36);
  model.addedCount = load<u32>(at, 48);
  model.partCount = load<u32>(at, 56);
  model.pairPartCount = load<u32>(at, 64);
  if (model.mostCharacters > MAX_WORD || model.pieceCount > MAX_PIECES) return TOKENS_HEADER;
  if (
    model.prefixLength > MAX_PIECE ||
    !inside(load<u32>(at, 20), <u32>model.prefixLength, 1) ||
    !rowsInside(at + 28, 2) ||
    !rowsInside(at + 36, 3) ||
    !rowsInside(at + 48, 4) ||
    !rowsInside(at + 56, 3) ||
    !rowsInside(at + 64, 3)
  ) {
    return TOKENS_BOUNDS;
  }
  model.prefix = at + <usize>load<u32>(at, 20);
  model.pieces = at + <usize>load<u32>(at, 32);
  model.merges = at + <usize>load<u32>(at, 40);
  model.byteIds = at + <usize>load<u32>(at, 44);
  model.added = at + <usize>load<u32>(at, 52);
  model.parts = at + <usize>load<u32>(at, 60);
  model.pairParts = at + <usize>load<u32>(at, 68);
  if (!checkTexts(model.pieces, model.pieceCount, 8)) return TOKENS_PIECES;
  if (model.unknown != NO_ID && !isId(model.unknown)) return TOKENS_PIECES;
  if (model.kind == KIND_BYTE_PAIRS) {
    if ((load<u32>(at, 44) & 3) != 0 || !inside(load<u32>(at, 44), 256, 4)) return TOKENS_BOUNDS;
    for (let byte: usize = 0; byte < 256; byte++) {
      const id = load<u32>(model.byteIds + (byte << 2));
      if (id != NO_ID && !isId(id)) return TOKENS_MERGES;
    }
  }
  // Left, right and result of each merge.
  for (let i: usize = 0; i < <usize>model.mergeCount * 3; i++) {
    if (!isId(load<u32>(model.merges + (i << 2)))) return TOKENS_MERGES;
  }
  if (model.addedCount > MAX_ADDED || !checkTexts(model.added, model.addedCount, 16)) return TOKENS_ADDED;
  for (let i: usize = 0; i < <usize>model.addedCount; i++) {
    const row = model.added + (i << 4);
    if (load<u32>(row, 4) == 0 || load<u32>(row, 12) > 7) return TOKENS_ADDED;
  }
  const good = checkParts(model.parts, model.partCount) && checkParts(model.pairParts, model.pairPartCount);
  return good ? 0 : TOKENS_TEMPLATE;
}
