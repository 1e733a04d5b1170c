/**
 * The text as BERT's vocabulary has it: control characters gone, one kind of space, spaces around Chinese characters,
 * no accents, lower case, each step when the model asks for it. Equal to BertNormalizer of Hugging Face `tokenizers`.
 *
 * Three arrays side by side: bytes of UTF-8; for each the place in the source of the code point that it came from; for
 * the first byte of each code point whether it is a space or punctuation.
 */

import { arenaAlloc, arenaMark, arenaRelease } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import { utf8Encode } from '../text/utf8';
import { isContinuation, pointAt, pointBytes } from './decode';
import { CHINESE, CLEAN, LOWER, model, STRIP } from './model';
import { foldOf, GONE, kindOf, MARK, orderOf, PUNCTUATION, SPACE, STARTER } from './unicode';

export const IN_WORD: u8 = 0;
export const IS_SPACE: u8 = 1;
export const IS_PUNCTUATION: u8 = 2;

export let normalBytes: usize = 0;
export let normalSources: usize = 0;
export let normalClasses: usize = 0;
export let normalLength: usize = 0;
let capacity: usize = 0;

/** For each ASCII code what it becomes (255: nothing) and its class. */
const ASCII: usize = memory.data(256);
const NOTHING: u8 = 255;

/** Where the characters begin that may have to be sorted, and whether they have to. */
let runStart: usize = 0;
let runOrder: i32 = 0;
let runUnsorted: bool = false;
let failed: bool = false;
/** How many characters of each combining class. */
const ORDER_COUNTS: usize = memory.data(256);

function classOf(kind: i32): u8 {
  return (kind & SPACE) != 0 ? IS_SPACE : (kind & PUNCTUATION) != 0 ? IS_PUNCTUATION : IN_WORD;
}

/** Prepares for the open model. */
export function openNormalizer(): void {
  for (let code = 0; code < 128; code++) {
    const kind = kindOf(code);
    let to = code;
    if ((model.flags & CLEAN) != 0) {
      if ((kind & GONE) != 0) to = <i32>NOTHING;
      else if ((kind & SPACE) != 0) to = 0x20;
    }
    if ((model.flags & LOWER) != 0 && to >= 0x41 && to <= 0x5a) to += 32;
    store<u8>(ASCII + ((<usize>code) << 1), to);
    store<u8>(ASCII + ((<usize>code) << 1), classOf(kind), 1);
  }
}

/** Most bytes that a text of `length` bytes can become. */
function boundOf(from: usize, length: usize): usize {
  let wide: usize = 0;
  for (let i: usize = 0; i < length; i++) wide += <usize>(load<u8>(from + i) >> 7);
  // Three bytes become five between spaces, or nine as a Hangul syllable; four become twelve.
  return length + (wide << 1) + 16;
}

/** Adds a code point that came from `source`. */
function emit(point: i32, source: usize, mark: u8): void {
  if (normalLength + 4 > capacity) {
    failed = true;
    return;
  }
  const bytes = utf8Encode(normalBytes + normalLength, point);
  store<u8>(normalClasses + normalLength, mark);
  for (let i: usize = 0; i < bytes; i++) {
    store<u32>(normalSources + ((normalLength + i) << 2), <u32>source);
    if (i > 0) store<u8>(normalClasses + normalLength + i, IN_WORD);
  }
  normalLength += bytes;
}

/** Sorts the run by combining class, equal ones in the order in which they came, and makes them parts of words. */
function endRun(): void {
  if (runUnsorted) sortRun();
  for (let i = runStart; i < normalLength; i++) store<u8>(normalClasses + i, IN_WORD);
  runOrder = 0;
  runUnsorted = false;
}

function sortRun(): void {
  const length = normalLength - runStart;
  const mark = arenaMark();
  const bytes = arenaAlloc(length);
  const sources = arenaAlloc(length << 2);
  const orders = arenaAlloc(length);
  if (bytes == 0 || sources == 0 || orders == 0) {
    failed = true;
    return;
  }
  memory.copy(bytes, normalBytes + runStart, length);
  memory.copy(sources, normalSources + (runStart << 2), length << 2);
  memory.copy(orders, normalClasses + runStart, length);
  memory.fill(ORDER_COUNTS, 0, 256);
  for (let i: usize = 0; i < length; i++) store<u8>(ORDER_COUNTS + <usize>load<u8>(orders + i), 1);
  let to = runStart;
  for (let order: usize = 1; order < 256; order++) {
    if (load<u8>(ORDER_COUNTS + order) == 0) continue;
    for (let i: usize = 0; i < length; i += pointBytes(<i32>load<u8>(bytes + i))) {
      if (<usize>load<u8>(orders + i) != order) continue;
      const count = pointBytes(<i32>load<u8>(bytes + i));
      memory.copy(normalBytes + to, bytes + i, count);
      memory.copy(normalSources + (to << 2), sources + (i << 2), count << 2);
      to += count;
    }
  }
  arenaRelease(mark);
}

/** A code point of the decomposed text that is no mark. */
function placeSorted(point: i32, source: usize): void {
  const kind = kindOf(point);
  if ((kind & STARTER) != 0) {
    if (runOrder != 0) endRun();
    emit(point, source, classOf(kind));
    return;
  }
  const order = orderOf(point);
  if (runOrder == 0) runStart = normalLength;
  if (order < runOrder) runUnsorted = true;
  runOrder = order;
  emit(point, source, <u8>order);
}

/** A code point with neither accents nor capitals, where the model asks for that. */
function place(point: i32, source: usize): void {
  const strip = (model.flags & STRIP) != 0;
  if (strip && <u32>(point - 0xac00) < 11172) {
    // A Hangul syllable: 19 leading jamo, 21 vowels, 27 trailing ones or none (The Unicode Standard, 3.12).
    const syllable = point - 0xac00;
    placeSorted(0x1100 + syllable / 588, source);
    placeSorted(0x1161 + (syllable % 588) / 28, source);
    if (syllable % 28 != 0) placeSorted(0x11a7 + (syllable % 28), source);
    return;
  }
  const fold = foldOf(point);
  if (fold < 0) {
    const text = <usize>-fold;
    for (let i: usize = 1; i <= <usize>load<u32>(text); i++) {
      const part = load<i32>(text + (i << 2));
      if (strip) placeSorted(part, source);
      else emit(part, source, classOf(kindOf(part)));
    }
    return;
  }
  const to = fold > 0 ? fold : point;
  if (!strip) {
    emit(to, source, classOf(kindOf(to)));
    return;
  }
  const kind = kindOf(to);
  if ((kind & MARK) == 0) placeSorted(to, source);
  else if ((kind & STARTER) != 0 && runOrder != 0) endRun();
}

function isChinese(point: i32): bool {
  return (
    <u32>(point - 0x4e00) < 0x5200 ||
    <u32>(point - 0x3400) < 0x19c0 ||
    <u32>(point - 0x20000) < 0xa6e0 ||
    <u32>(point - 0x2a700) < 0x1120 ||
    (point >= 0x2b920 && point < 0x2ceb0) ||
    <u32>(point - 0xf900) < 0x200 ||
    <u32>(point - 0x2f800) < 0x220
  );
}

function normalizeWide(point: i32, source: usize): void {
  if ((model.flags & CLEAN) != 0) {
    const kind = kindOf(point);
    if ((kind & GONE) != 0) return;
    if ((kind & SPACE) != 0) point = 0x20;
  }
  const alone = (model.flags & CHINESE) != 0 && isChinese(point);
  if (alone) place(0x20, source);
  place(point, source);
  if (alone) place(0x20, source);
}

/** Takes the memory for a text; false when there is none. It is released by the caller. */
export function normalizeBegin(from: usize, length: usize): bool {
  capacity = boundOf(from, length);
  normalBytes = arenaAlloc(capacity);
  normalSources = arenaAlloc(capacity << 2);
  normalClasses = arenaAlloc(capacity);
  return normalBytes != 0 && normalSources != 0 && normalClasses != 0;
}

/**
 * Normalises `length` bytes at `text + from` (a part of what {@link normalizeBegin} was given, valid UTF-8); places
 * count from `text`. A status.
 */
export function normalize(text: usize, from: usize, length: usize): i32 {
  normalLength = 0;
  runOrder = 0;
  runUnsorted = false;
  failed = false;
  for (const end = from + length; from < end && !failed; ) {
    const first = <i32>load<u8>(text + from);
    if (first >= 0x80) {
      normalizeWide(pointAt(text + from), from);
      from += pointBytes(first);
      continue;
    }
    const row = ASCII + ((<usize>first) << 1);
    const byte = load<u8>(row);
    if (byte != NOTHING) {
      if (runOrder != 0) endRun();
      // boundOf counts every byte of ASCII and 16 more: there is room.
      store<u8>(normalBytes + normalLength, byte);
      store<u32>(normalSources + (normalLength << 2), <u32>from);
      store<u8>(normalClasses + normalLength, load<u8>(row, 1));
      normalLength++;
    }
    from++;
  }
  if (runOrder != 0) endRun();
  return failed ? OUT_OF_MEMORY : 0;
}

/** Where in the source the normalised byte `at` comes from. */
export function sourceStart(at: usize): usize {
  return <usize>load<u32>(normalSources + (at << 2));
}

/** Where in the source `text` that code point ends of which the normalised byte before `at` is a part. */
export function sourceEnd(text: usize, at: usize): usize {
  const start = sourceStart(at - 1);
  return start + pointBytes(<i32>load<u8>(text + start));
}

/** Code points of normalised bytes. */
export function countPoints(from: usize, end: usize): u32 {
  let count: u32 = 0;
  for (; from < end; from++) if (!isContinuation(normalBytes + from)) count++;
  return count;
}
