/**
 * Tokens of one text or two to what a graph is fed: cut to length, special tokens in their places. Equal to truncation
 * and post-processors of Hugging Face `tokenizers`.
 */

import { arenaAlloc } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import { pointBytes, pointStart } from './decode';
import { KEEP_FIRST_SPACE, model, PART_FIRST, PART_SPECIAL, TRIM } from './model';
import { TOKENS_NO_PAIR, TOKENS_SHORT } from './status';
import { tokenizeText } from './text';
import { TOKEN, tokenCount, tokens } from './tokens';

/** Options of a call. */
export const WITHOUT_SPECIAL: u32 = 1;
/** Cut at the left instead of the right. */
export const CUT_LEFT: u32 = 2;
/** Cut only the first text, or the second; otherwise the longer one, then both. */
export const CUT_FIRST: u32 = 4;
export const CUT_SECOND: u32 = 8;

/** One text: its bytes and its tokens. */
@unmanaged
class Side {
  text: usize;
  tokens: usize;
  count: usize;
}

const first: Side = changetype<Side>(memory.data(offsetof<Side>(), 8));
const second: Side = changetype<Side>(memory.data(offsetof<Side>(), 8));

/** What came of the last call: ids, types, places {start, end}, which text each is of (0, 1, or 2 for none). */
export let sequenceIds: usize = 0;
export let sequenceTypes: usize = 0;
export let sequencePlaces: usize = 0;
export let sequenceTexts: usize = 0;
export let sequenceCount: usize = 0;
/** Tokens of the texts that were cut off. */
export let sequenceCut: usize = 0;

function readSide(side: Side, text: usize, length: usize): i32 {
  const status = tokenizeText(text, length);
  side.text = text;
  side.tokens = tokens;
  side.count = tokenCount;
  return status;
}

function cutSide(side: Side, count: usize, options: u32): void {
  if (count >= side.count) return;
  if ((options & CUT_LEFT) != 0) side.tokens += (side.count - count) * TOKEN;
  side.count = count;
}

/** Cuts both sides to `most` tokens together; a status. */
function cut(most: usize, options: u32, pair: bool): i32 {
  const total = first.count + second.count;
  if (total <= most) return 0;
  if (most == 0) {
    first.count = 0;
    second.count = 0;
    return 0;
  }
  const over = total - most;
  if ((options & (CUT_FIRST | CUT_SECOND)) != 0) {
    if ((options & CUT_SECOND) != 0 && !pair) return TOKENS_NO_PAIR;
    const side = (options & CUT_FIRST) != 0 ? first : second;
    if (side.count <= over) return TOKENS_SHORT;
    cutSide(side, side.count - over, options);
    return 0;
  }
  // The longer text gives first, then both are of one length, the longer one by one.
  const swapped = first.count > second.count;
  let short = swapped ? second.count : first.count;
  let long = short > most ? short : max(short, most - short);
  if (short + long > most) {
    short = most >> 1;
    long = short + (most & 1);
  }
  if (!pair) long = most;
  cutSide(first, swapped ? long : short, options);
  cutSide(second, swapped ? short : long, options);
  return 0;
}

/** Takes spaces at both ends out of the places of byte-level tokens: as many code points as the token has spaces. */
function trim(side: Side): void {
  const end = side.tokens + side.count * TOKEN;
  for (let row = side.tokens; row < end; row += TOKEN) {
    const spaces = load<u32>(row, 12);
    if (spaces == 0) continue;
    let from = side.text + <usize>load<u32>(row, 4);
    let to = side.text + <usize>load<u32>(row, 8);
    let before = spaces & 0xffff;
    const isFirst = row == side.tokens || from == side.text;
    // A first space may be the one that was put there.
    if (isFirst && before == 1 && (model.flags & KEEP_FIRST_SPACE) != 0) before = 0;
    for (; before > 0 && from < to; before--) from += pointBytes(<i32>load<u8>(from));
    for (let after = spaces >> 16; after > 0 && to > from; after--) to = pointStart(to - 1);
    store<u32>(row, <u32>(from - side.text), 4);
    store<u32>(row, <u32>(to - side.text), 8);
  }
}

function put(id: u32, type: u32, start: u32, end: u32, text: u32): void {
  const at = sequenceCount << 2;
  store<u32>(sequenceIds + at, id);
  store<u32>(sequenceTypes + at, type);
  store<u32>(sequencePlaces + (at << 1), start);
  store<u32>(sequencePlaces + (at << 1), end, 4);
  store<u8>(sequenceTexts + sequenceCount, text);
  sequenceCount++;
}

function putSide(side: Side, type: u32, text: u32): void {
  const end = side.tokens + side.count * TOKEN;
  for (let row = side.tokens; row < end; row += TOKEN) {
    put(load<u32>(row), type, load<u32>(row, 4), load<u32>(row, 8), text);
  }
}

/** Tokens and special tokens that the template makes of both sides. */
function lengthOf(parts: usize, count: u32, special: bool): usize {
  let length: usize = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const part = load<u32>(parts + i * 12);
    if (part == PART_SPECIAL) length += special ? 1 : 0;
    else length += part == PART_FIRST ? first.count : second.count;
  }
  return length;
}

function specialsOf(parts: usize, count: u32): usize {
  let specials: usize = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    if (load<u32>(parts + i * 12) == PART_SPECIAL) specials++;
  }
  return specials;
}

/** The sequence of a text, or of two when `pair`; `most` tokens, 0 for no limit. A status. */
export function sequence(
  text: usize,
  length: usize,
  pairText: usize,
  pairLength: usize,
  pair: bool,
  options: u32,
  most: usize,
): i32 {
  second.count = 0;
  let status = readSide(first, text, length);
  if (status == 0 && pair) status = readSide(second, pairText, pairLength);
  if (status != 0) return status;
  const parts = pair ? model.pairParts : model.parts;
  const count = pair ? model.pairPartCount : model.partCount;
  const special = (options & WITHOUT_SPECIAL) == 0;
  const total = first.count + second.count;
  if (most != 0) {
    const specials = special ? specialsOf(parts, count) : 0;
    if (specials > most) return TOKENS_SHORT;
    status = cut(most - specials, options, pair);
    if (status != 0) return status;
  }
  sequenceCut = total - first.count - second.count;
  if ((model.flags & TRIM) != 0) {
    trim(first);
    if (pair) trim(second);
  }
  const room = lengthOf(parts, count, special);
  sequenceIds = arenaAlloc(room << 2);
  sequenceTypes = arenaAlloc(room << 2);
  sequencePlaces = arenaAlloc(room << 3);
  sequenceTexts = arenaAlloc(room);
  sequenceCount = 0;
  if (sequenceIds == 0 || sequenceTypes == 0 || sequencePlaces == 0 || sequenceTexts == 0) {
    return OUT_OF_MEMORY;
  }
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = parts + i * 12;
    const part = load<u32>(row);
    const type = load<u32>(row, 4);
    if (part != PART_SPECIAL) putSide(part == PART_FIRST ? first : second, type, part);
    else if (special) put(load<u32>(row, 8), type, 0, 0, PART_SPECIAL);
  }
  return 0;
}
