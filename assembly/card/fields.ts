/**
 * Typed access to the card's JSON. The first wrong field is remembered, later ones are ignored:
 * a reader asks for all fields in turn and looks at {@link cardStatus} at the end.
 */

import { asciiLength, asciiNext, asciiOpen } from '../text/ascii';
import {
  JSON_ARRAY,
  JSON_FALSE,
  JSON_NULL,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_STRING,
  JSON_TRUE,
  jsonCount,
  jsonFirst,
  jsonMember,
  jsonNext,
  jsonNumber,
  jsonText,
  jsonTextLength,
  jsonType,
} from '../text/json_node';
import { putI32 } from '../text/numbers';
import { sameText } from '../text/utf8';
import { put, putByte, TextWriter, writerFixed } from '../text/writer';
import { residentKeep } from './resident';
import { CARD_FIELD } from './status';

/** Most values of an output. */
const MAX_ELEMENTS: i32 = 1 << 28;
const REASON: usize = memory.data(256);

/** Why the card was refused: "input.resize.crop must be an array of two integers". */
export const cardReason: TextWriter = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));
/** 0 while every field was right. */
export let cardStatus: i32 = 0;

/** Place in `graphs`, printed in front of a field's name; -1 outside. */
let graphIndex: i32 = -1;
/** Place in `files`, likewise. */
let fileIndex: i32 = -1;

/** No fallback: the field must be there. */
export const REQUIRED: i32 = i32.MIN_VALUE;

/** Forgets former failures. */
export function cardBegin(): void {
  writerFixed(cardReason, REASON, 256);
  cardStatus = 0;
  graphIndex = -1;
  fileIndex = -1;
}

/** Says where in `graphs` and `files` the fields that follow lie (-1: not in there). */
export function cardAt(graph: i32, file: i32): void {
  graphIndex = graph;
  fileIndex = file;
}

/** Remembers `prefix.key need` with a status, unless something failed before. */
export function cardFail(status: i32, prefix: string, key: string, need: string): void {
  if (cardStatus != 0) return;
  cardStatus = status;
  if (graphIndex >= 0) putIndexed('graphs[', graphIndex, fileIndex >= 0 || asciiLength(key) > 0);
  if (fileIndex >= 0) putIndexed('files[', fileIndex, asciiLength(key) > 0);
  put(cardReason, prefix);
  put(cardReason, key);
  putByte(cardReason, 0x20);
  put(cardReason, need);
}

/** Remembers `prefix.key need` as {@link CARD_FIELD}, unless something failed before. */
export function cardWrong(prefix: string, key: string, need: string): void {
  cardFail(CARD_FIELD, prefix, key, need);
}

function putIndexed(name: string, index: i32, dot: bool): void {
  put(cardReason, name);
  putI32(cardReason, index);
  put(cardReason, dot ? '].' : ']');
}

/** A member; JSON null counts as absent. */
function member(parent: usize, key: string): usize {
  if (cardStatus != 0) return 0;
  const node = jsonMember(parent, key);
  return jsonType(node) == JSON_NULL ? 0 : node;
}

/** An object, 0 when absent and not required. */
export function fieldObject(parent: usize, prefix: string, key: string, required: bool): usize {
  const node = member(parent, key);
  if (node == 0 && !required) return 0;
  if (jsonType(node) == JSON_OBJECT) return node;
  cardWrong(prefix, key, node == 0 ? 'is missing' : 'must be an object');
  return 0;
}

/** An array, 0 when absent and not required. */
export function fieldArray(parent: usize, prefix: string, key: string, required: bool): usize {
  const node = member(parent, key);
  if (node == 0 && !required) return 0;
  if (jsonType(node) == JSON_ARRAY) return node;
  cardWrong(prefix, key, node == 0 ? 'is missing' : 'must be an array');
  return 0;
}

/** True for a number node with an integral value in range. */
function integral(node: usize, low: i32, high: i32): bool {
  if (jsonType(node) != JSON_NUMBER) return false;
  const x = jsonNumber(node);
  return x >= <f64>low && x <= <f64>high && Math.floor(x) == x;
}

/** An integer of low..high. */
export function fieldInteger(
  parent: usize,
  prefix: string,
  key: string,
  low: i32,
  high: i32,
  fallback: i32,
): i32 {
  const node = member(parent, key);
  if (node == 0 && fallback != REQUIRED) return fallback;
  if (integral(node, low, high)) return <i32>jsonNumber(node);
  if (node == 0) cardWrong(prefix, key, 'is missing');
  else cardWrong(prefix, key, 'must be an integer of ');
  if (node != 0 && cardStatus != 0) {
    putI32(cardReason, low);
    put(cardReason, ' to ');
    putI32(cardReason, high);
  }
  return low;
}

/** A size: an array of two integers 1..16384; the first in the upper half. 0 when absent. */
export function fieldPair(parent: usize, prefix: string, key: string): u64 {
  const node = member(parent, key);
  if (node == 0) return 0;
  if (jsonType(node) == JSON_ARRAY && jsonCount(node) == 2) {
    const first = jsonFirst(node);
    const second = jsonNext(first);
    if (integral(first, 1, 16384) && integral(second, 1, 16384)) {
      return ((<u64>jsonNumber(first)) << 32) | <u64>jsonNumber(second);
    }
  }
  cardWrong(prefix, key, 'must be an array of two integers of 1 to 16384');
  return 0;
}

/** Four integers 1..16384 at `to` (16 bytes). */
export function fieldShape(parent: usize, prefix: string, key: string, to: usize): void {
  const node = member(parent, key);
  let good = jsonType(node) == JSON_ARRAY && jsonCount(node) == 4;
  let child = jsonFirst(node);
  for (let i: usize = 0; good && i < 4; i++) {
    good = integral(child, 1, 16384);
    if (good) store<i32>(to + (i << 2), <i32>jsonNumber(child));
    child = jsonNext(child);
  }
  if (!good) cardWrong(prefix, key, 'must be an array of four integers of 1 to 16384');
}

/**
 * The product of 1 to 8 dimensions and, behind it, the last four of them (ones in front of fewer) at `to`, 20 bytes;
 * 0 and ones when absent.
 */
export function fieldDimensions(parent: usize, prefix: string, key: string, to: usize): void {
  store<i32>(to, 0);
  for (let i: usize = 4; i <= 16; i += 4) store<i32>(to + i, 1);
  const node = member(parent, key);
  if (node == 0) return;
  let product: f64 = jsonType(node) == JSON_ARRAY && jsonCount(node) > 0 && jsonCount(node) <= 8 ? 1 : 0;
  for (let child = jsonFirst(node); product != 0 && child != 0; child = jsonNext(child)) {
    memory.copy(to + 4, to + 8, 12);
    product *= integral(child, 1, MAX_ELEMENTS) ? jsonNumber(child) : 0;
    store<i32>(to, <i32>jsonNumber(child), 16);
  }
  store<i32>(to, product <= <f64>MAX_ELEMENTS ? <i32>product : 0);
  if (load<i32>(to) == 0) cardWrong(prefix, key, 'must be an array of 1 to 8 sizes');
}

/** True for a number that stays finite as a f32. */
function isF32(node: usize): bool {
  return jsonType(node) == JSON_NUMBER && isFinite(<f32>jsonNumber(node));
}

/** A number, `fallback` when absent. */
export function fieldNumber(parent: usize, prefix: string, key: string, fallback: f32): f32 {
  let node = member(parent, key);
  if (node == 0) return fallback;
  // A list of one number is the number.
  if (jsonType(node) == JSON_ARRAY && jsonCount(node) == 1) node = jsonFirst(node);
  if (isF32(node)) return <f32>jsonNumber(node);
  cardWrong(prefix, key, 'must be a number');
  return fallback;
}

/** true or false, `fallback` when absent. */
export function fieldBoolean(parent: usize, prefix: string, key: string, fallback: bool): bool {
  const node = member(parent, key);
  if (node == 0) return fallback;
  if (jsonType(node) == JSON_TRUE) return true;
  if (jsonType(node) != JSON_FALSE) cardWrong(prefix, key, 'must be true or false');
  return false;
}

/** Whoever runs plug-ins takes them out of the card before; all others must not answer without them. */
export function refusePlugin(parent: usize, prefix: string): void {
  if (fieldPresent(parent, 'plugin'))
    cardWrong(prefix, 'plugin', 'is a plug-in, which only the engine for Node runs');
}

/** True when the member is there. */
export function fieldPresent(parent: usize, key: string): bool {
  return member(parent, key) != 0;
}

/** One number a channel at `to` (4 f32, filled with `fallback` first); a single number serves all channels. */
export function fieldChannels(
  parent: usize,
  prefix: string,
  key: string,
  count: i32,
  fallback: f32,
  to: usize,
): void {
  for (let i: usize = 0; i < 4; i++) store<f32>(to + (i << 2), fallback);
  const node = member(parent, key);
  if (node == 0) return;
  const single = jsonType(node) == JSON_NUMBER;
  let good = single ? isF32(node) : jsonType(node) == JSON_ARRAY && jsonCount(node) == count;
  let child = single ? node : jsonFirst(node);
  // count <= 3 here: to + 4 * i stays inside the four numbers.
  for (let i: usize = 0; good && i < <usize>count; i++) {
    good = isF32(child);
    if (good) store<f32>(to + (i << 2), <f32>jsonNumber(child));
    if (!single) child = jsonNext(child);
  }
  if (!good) cardWrong(prefix, key, 'must be an array of one number a channel');
}

/** One of the words in `words` ("a b c"); its index, `fallback` when absent. */
export function fieldWord(parent: usize, prefix: string, key: string, words: string, fallback: i32): i32 {
  const node = member(parent, key);
  if (node == 0 && fallback != REQUIRED) return fallback;
  const found = jsonType(node) == JSON_STRING ? wordIndex(jsonText(node), jsonTextLength(node), words) : -1;
  if (found >= 0) return found;
  if (cardStatus == 0) {
    cardWrong(prefix, key, node == 0 ? 'is missing, must be one of: ' : 'must be one of: ');
    put(cardReason, words);
  }
  return 0;
}

/** Index of a word among words parted by single spaces, -1 when it is not one of them. */
export function wordIndex(text: usize, length: usize, words: string): i32 {
  let index = 0;
  let same = true;
  let i: usize = 0;
  asciiOpen(words);
  while (true) {
    const byte = asciiNext();
    if (byte != 0 && byte != 0x20) {
      // i < length at the load.
      same = same && i < length && <i32>load<u8>(text + i) == byte;
      i++;
      continue;
    }
    if (same && i == length) return index;
    if (byte == 0) return -1;
    index++;
    same = true;
    i = 0;
  }
}

/** A string node, 0 when absent and not required. */
export function fieldString(parent: usize, prefix: string, key: string, required: bool): usize {
  const node = member(parent, key);
  if (node == 0 && !required) return 0;
  if (jsonType(node) == JSON_STRING && jsonTextLength(node) > 0) return node;
  cardWrong(prefix, key, node == 0 ? 'is missing' : 'must be a string that is not empty');
  return 0;
}

/** Keeps the text of a string node in the resident place; 0 when there is none. */
export function keepText(node: usize): usize {
  return node == 0 ? 0 : residentKeep(jsonText(node), jsonTextLength(node));
}

/** Byte length of the text of a string node, 0 for none. */
export function keptLength(node: usize): usize {
  return node == 0 ? 0 : jsonTextLength(node);
}

/** True when the text of a string node is the ASCII constant. */
export function isText(node: usize, text: string): bool {
  return node != 0 && sameText(jsonText(node), jsonTextLength(node), text);
}
