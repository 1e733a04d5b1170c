/**
 * A small strict JSON reader (RFC 8259): bytes in, a tree of nodes in the arena out.
 *
 * Limits: 256 MiB of text, 64 levels. Text must be UTF-8 without a byte order mark. Of keys that occur twice in
 * an object the last one counts, as in JSON.parse. Strings without escapes point into the source, which must
 * therefore outlive the tree. json_node.ts has the layout of a node and reads it.
 */

import { asciiLength } from './ascii';
import { arenaAlloc } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import {
  JSON_NULL,
  JSON_FALSE,
  JSON_TRUE,
  JSON_NUMBER,
  JSON_STRING,
  JSON_ARRAY,
  JSON_OBJECT,
} from './json_node';
import { decimalToF64 } from './numbers';
import { sameText, utf8Encode, utf8Sequence } from './utf8';

const JSON_END: i32 = 20;
const JSON_UNEXPECTED: i32 = 21;
const JSON_ESCAPE: i32 = 22;
const JSON_UTF8: i32 = 23;
const JSON_CONTROL: i32 = 24;
const JSON_DEEP: i32 = 25;
const JSON_LARGE: i32 = 26;
const JSON_BAD_NUMBER: i32 = 27;
const JSON_TRAILING: i32 = 28;

const MAX_DEPTH: i32 = 64;
const MAX_BYTES: usize = 1 << 28;
const MAX_KEY: usize = 0xffffff;
const NODE: usize = 24;
const SLAB: usize = 128 * NODE;

let source: usize = 0;
let at: usize = 0;
let end: usize = 0;
let status: i32 = 0;
let slabAt: usize = 0;
let slabEnd: usize = 0;
let textStart: usize = 0;
let textLength: usize = 0;

/** One clear sentence for a status of {@link jsonParse}. */
export function jsonErrorText(code: i32): string {
  if (code == JSON_END) return 'the JSON text ends too early';
  if (code == JSON_ESCAPE) return 'bad escape in a JSON string';
  if (code == JSON_UTF8) return 'the JSON text is not valid UTF-8';
  if (code == JSON_CONTROL) return 'control character in a JSON string';
  if (code == JSON_DEEP) return 'the JSON text nests deeper than 64 levels';
  if (code == JSON_LARGE) return 'the JSON text is too large';
  if (code == JSON_BAD_NUMBER) return 'malformed number in the JSON text';
  if (code == JSON_TRAILING) return 'unexpected text after the JSON value';
  if (code == OUT_OF_MEMORY) return 'not enough memory for the JSON text';
  return 'unexpected character in the JSON text';
}

/** Byte offset at which the last {@link jsonParse} stopped. */
export function jsonErrorOffset(): u32 {
  return <u32>(at - source);
}

/** Why the last {@link jsonParse} gave 0. */
export function jsonStatus(): i32 {
  return status;
}

/** Parses `length` bytes; the address of the root node, or 0 (see {@link jsonStatus}). */
export function jsonParse(from: usize, length: usize): usize {
  source = from;
  at = from;
  end = from + length;
  status = 0;
  slabAt = 0;
  slabEnd = 0;
  if (length > MAX_BYTES) return fail(JSON_LARGE);
  const root = value(0);
  if (root == 0) return 0;
  skipSpace();
  return at < end ? fail(JSON_TRAILING) : root;
}

function fail(code: i32): usize {
  if (status == 0) status = code;
  return 0;
}

/** What is wrong at the present place: the end, a broken sequence, or a character. */
function failHere(): usize {
  if (at >= end) return fail(JSON_END);
  return fail(utf8Sequence(at, end) == 0 ? JSON_UTF8 : JSON_UNEXPECTED);
}

function skipSpace(): void {
  while (at < end) {
    const byte = load<u8>(at);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return;
    at++;
  }
}

function newNode(type: i32): usize {
  if (slabAt == slabEnd) {
    slabAt = arenaAlloc(SLAB);
    slabEnd = slabAt == 0 ? 0 : slabAt + SLAB;
    if (slabAt == 0) return fail(OUT_OF_MEMORY);
  }
  // SLAB is a multiple of NODE: slabAt + NODE <= slabEnd.
  const node = slabAt;
  slabAt += NODE;
  memory.fill(node, 0, NODE);
  store<u32>(node, (<u32>type) << 24, 8);
  store<u32>(node, <u32>(at - source), 12);
  return node;
}

function value(depth: i32): usize {
  skipSpace();
  if (at >= end) return fail(JSON_END);
  const byte = <i32>load<u8>(at);
  if (byte == 0x7b) return container(depth, JSON_OBJECT, 0x7d);
  if (byte == 0x5b) return container(depth, JSON_ARRAY, 0x5d);
  if (byte == 0x22) {
    const node = newNode(JSON_STRING);
    if (node == 0 || !text()) return 0;
    store<usize>(node, textStart, 16);
    store<usize>(node, textLength, 20);
    return node;
  }
  if (byte == 0x74) return word('true', JSON_TRUE);
  if (byte == 0x66) return word('false', JSON_FALSE);
  if (byte == 0x6e) return word('null', JSON_NULL);
  if (byte == 0x2d || (byte >= 0x30 && byte <= 0x39)) return number();
  return failHere();
}

function word(expected: string, type: i32): usize {
  const length = <usize>asciiLength(expected);
  if (end - at < length) return fail(JSON_END);
  if (!sameText(at, length, expected)) return fail(JSON_UNEXPECTED);
  const node = newNode(type);
  at += length;
  return node;
}

function container(depth: i32, type: i32, close: i32): usize {
  if (depth >= MAX_DEPTH) return fail(JSON_DEEP);
  const node = newNode(type);
  if (node == 0) return 0;
  at++;
  let last: usize = 0;
  let count: u32 = 0;
  skipSpace();
  if (at < end && load<u8>(at) == close) {
    at++;
    return node;
  }
  while (true) {
    let key: usize = 0;
    let keyLength: usize = 0;
    if (type == JSON_OBJECT) {
      skipSpace();
      if (at >= end || load<u8>(at) != 0x22) return failHere();
      if (!text()) return 0;
      if (textLength > MAX_KEY) return fail(JSON_LARGE);
      key = textStart;
      keyLength = textLength;
      skipSpace();
      if (at >= end || load<u8>(at) != 0x3a) return failHere();
      at++;
    }
    const child = value(depth + 1);
    if (child == 0) return 0;
    store<usize>(child, key, 4);
    store<u32>(child, load<u32>(child, 8) | <u32>keyLength, 8);
    if (last == 0) store<usize>(node, child, 16);
    else store<usize>(last, child);
    last = child;
    count++;
    skipSpace();
    if (at >= end) return fail(JSON_END);
    const byte = <i32>load<u8>(at);
    if (byte != 0x2c && byte != close) return failHere();
    at++;
    if (byte == close) break;
  }
  store<u32>(node, count, 20);
  return node;
}

/** Reads a string at `at` (a quote is there) into textStart and textLength. */
function text(): bool {
  at++;
  const from = at;
  while (at < end) {
    const byte = <i32>load<u8>(at);
    if (byte == 0x22) {
      textStart = from;
      textLength = at - from;
      at++;
      return true;
    }
    if (byte == 0x5c) return escapedText(from);
    if (!plainCharacter(byte)) return false;
  }
  fail(JSON_END);
  return false;
}

/** Steps over one unescaped character. */
function plainCharacter(byte: i32): bool {
  if (byte >= 0x20 && byte < 0x80) {
    at++;
    return true;
  }
  const count: usize = byte < 0x20 ? 0 : utf8Sequence(at, end);
  if (count == 0) {
    fail(byte < 0x20 ? JSON_CONTROL : JSON_UTF8);
    return false;
  }
  at += count;
  return true;
}

/** The rest of a string with escapes, copied: it never gets longer than its source. */
function escapedText(from: usize): bool {
  let close = at;
  while (close < end && load<u8>(close) != 0x22) close += load<u8>(close) == 0x5c ? 2 : 1;
  if (close >= end) {
    at = end;
    fail(JSON_END);
    return false;
  }
  // Between from and close lie at least as many bytes as are written below; 4 spare for utf8Encode.
  const block = arenaAlloc(close - from + 4);
  if (block == 0) {
    fail(OUT_OF_MEMORY);
    return false;
  }
  let to = block + (at - from);
  memory.copy(block, from, at - from);
  while (at < close) {
    const byte = <i32>load<u8>(at);
    if (byte == 0x5c) {
      const point = escape(close);
      if (point < 0) {
        fail(JSON_ESCAPE);
        return false;
      }
      to += utf8Encode(to, point);
    } else {
      const start = at;
      if (!plainCharacter(byte)) return false;
      memory.copy(to, start, at - start);
      to += at - start;
    }
  }
  at = close + 1;
  textStart = block;
  textLength = to - block;
  return true;
}

/** The code point of the escape at `at`, -1 when malformed; `close` is where the string ends. */
function escape(close: usize): i32 {
  // A backslash is never the last byte before close: at + 1 < end.
  const byte = <i32>load<u8>(at, 1);
  if (byte != 0x75) {
    at += 2;
    if (byte == 0x22 || byte == 0x5c || byte == 0x2f) return byte;
    if (byte == 0x6e) return 10;
    if (byte == 0x74) return 9;
    if (byte == 0x72) return 13;
    if (byte == 0x62) return 8;
    if (byte == 0x66) return 12;
    at -= 2;
    return -1;
  }
  const unit = hexUnit(at + 2, close);
  if (unit < 0 || (unit >= 0xdc00 && unit < 0xe000)) return -1;
  if (unit < 0xd800 || unit >= 0xe000) {
    at += 6;
    return unit;
  }
  // A high surrogate must be followed by an escaped low one.
  if (close - at < 12 || load<u8>(at, 6) != 0x5c || load<u8>(at, 7) != 0x75) return -1;
  const low = hexUnit(at + 8, close);
  if (low < 0xdc00 || low >= 0xe000) return -1;
  at += 12;
  return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/** Four hexadecimal digits at `from`, or -1. */
function hexUnit(from: usize, close: usize): i32 {
  if (close < from || close - from < 4) return -1;
  let unit = 0;
  for (let i: usize = 0; i < 4; i++) {
    const byte = <i32>load<u8>(from + i);
    const lower = byte | 0x20;
    let digit = -1;
    if (byte >= 0x30 && byte <= 0x39) digit = byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) digit = lower - 0x57;
    if (digit < 0) return -1;
    unit = (unit << 4) | digit;
  }
  return unit;
}

function isDigit(): bool {
  if (at >= end) return false;
  const byte = load<u8>(at);
  return byte >= 0x30 && byte <= 0x39;
}

function number(): usize {
  const node = newNode(JSON_NUMBER);
  if (node == 0) return 0;
  const negative = load<u8>(at) == 0x2d;
  if (negative) at++;
  let mantissa: u64 = 0;
  let exponent = 0;
  if (!isDigit()) return fail(at >= end ? JSON_END : JSON_BAD_NUMBER);
  const zero = load<u8>(at) == 0x30;
  const first = at;
  let fraction = false;
  while (true) {
    if (isDigit()) {
      const digit = <u64>(load<u8>(at) - 0x30);
      if (mantissa < 1000000000000000000) {
        mantissa = mantissa * 10 + digit;
        if (fraction) exponent--;
      } else if (!fraction) exponent++;
      at++;
      if (zero && !fraction && at - first > 1) return fail(JSON_BAD_NUMBER);
    } else if (at < end && load<u8>(at) == 0x2e && !fraction) {
      fraction = true;
      at++;
      if (!isDigit()) return fail(at >= end ? JSON_END : JSON_BAD_NUMBER);
    } else break;
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at++;
    let minus = false;
    if (at < end && (load<u8>(at) == 0x2d || load<u8>(at) == 0x2b)) {
      minus = load<u8>(at) == 0x2d;
      at++;
    }
    if (!isDigit()) return fail(at >= end ? JSON_END : JSON_BAD_NUMBER);
    let written = 0;
    while (isDigit()) {
      if (written < 100000000) written = written * 10 + <i32>(load<u8>(at) - 0x30);
      at++;
    }
    exponent += minus ? -written : written;
  }
  const magnitude = decimalToF64(mantissa, exponent);
  store<f64>(node, negative ? -magnitude : magnitude, 16);
  return node;
}
