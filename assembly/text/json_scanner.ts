/**
 * The words of a JSON text (RFC 8259) behind json_reader.ts: one place in the text that moves on, and what stands there: a word,
 * a string, a number. Text is checked to be UTF-8.
 */

import { asciiLength } from './ascii';
import { arenaAlloc } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import {
  JSON_BAD_NUMBER,
  JSON_CONTROL,
  JSON_END,
  JSON_ESCAPE,
  JSON_LONG,
  JSON_UNEXPECTED,
  JSON_UTF8,
} from './json_status';
import { decimalToF64 } from './numbers';
import { sameText, utf8Encode, utf8Sequence } from './utf8';

/** Most characters of a number, without its sign. */
const MAX_NUMBER: usize = 1000;

let source: usize = 0;
let at: usize = 0;
let end: usize = 0;

/** 0 while nothing was wrong; then the first thing that was. */
export let scanStatus: i32 = 0;
/** Address of the string that {@link scanText} read last: in the source, or in the arena when it had escapes. */
export let scanTextStart: usize = 0;
/** Its byte length. */
export let scanTextLength: usize = 0;

/** Begins at the first of `length` bytes. */
export function scanBegin(from: usize, length: usize): void {
  source = from;
  at = from;
  end = from + length;
  scanStatus = 0;
}

/** Bytes before the present place. */
export function scanOffset(): u32 {
  return <u32>(at - source);
}

/** Remembers what is wrong, unless something was before; always 0. */
export function scanFail(code: i32): usize {
  if (scanStatus == 0) scanStatus = code;
  return 0;
}

/** What is wrong at the present place: the end, a broken sequence, or a character. Always 0. */
export function scanFailHere(): usize {
  if (at >= end) return scanFail(JSON_END);
  return scanFail(utf8Sequence(at, end) == 0 ? JSON_UTF8 : JSON_UNEXPECTED);
}

/** The byte after white space, -1 at the end; the present place is then there. */
export function scanByte(): i32 {
  while (at < end) {
    const byte = <i32>load<u8>(at);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return byte;
    at++;
  }
  return -1;
}

/** Steps over the byte that {@link scanByte} gave (not -1). */
export function scanStep(): void {
  at++;
}

/** Reads an ASCII word that has begun here. */
export function scanWord(expected: string): bool {
  const length = <usize>asciiLength(expected);
  if (end - at < length) scanFail(JSON_END);
  else if (!sameText(at, length, expected)) scanFail(JSON_UNEXPECTED);
  else at += length;
  return scanStatus == 0;
}

/** Reads the string whose first quote is here: {@link scanTextStart}, {@link scanTextLength}. */
export function scanText(): bool {
  at++;
  const from = at;
  while (at < end) {
    const byte = <i32>load<u8>(at);
    if (byte == 0x22) {
      scanTextStart = from;
      scanTextLength = at - from;
      at++;
      return true;
    }
    if (byte == 0x5c) return escapedText(from);
    if (!plainCharacter(byte)) return false;
  }
  scanFail(JSON_END);
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
    scanFail(byte < 0x20 ? JSON_CONTROL : JSON_UTF8);
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
    scanFail(JSON_END);
    return false;
  }
  // Between from and close lie at least as many bytes as are written below; 4 spare for utf8Encode.
  const block = arenaAlloc(close - from + 4);
  if (block == 0) {
    scanFail(OUT_OF_MEMORY);
    return false;
  }
  let to = block + (at - from);
  memory.copy(block, from, at - from);
  while (at < close) {
    const byte = <i32>load<u8>(at);
    if (byte == 0x5c) {
      const point = escape(close);
      if (point < 0) {
        scanFail(JSON_ESCAPE);
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
  scanTextStart = block;
  scanTextLength = to - block;
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

/** Fails; the number is then 0. */
function badNumber(): f64 {
  scanFail(at >= end ? JSON_END : JSON_BAD_NUMBER);
  return 0;
}

/** The number whose sign or first digit is here. */
export function scanNumber(): f64 {
  const negative = load<u8>(at) == 0x2d;
  if (negative) at++;
  let mantissa: u64 = 0;
  let exponent = 0;
  if (!isDigit()) return badNumber();
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
      if (zero && !fraction && at - first > 1) {
        scanFail(JSON_BAD_NUMBER);
        return 0;
      }
    } else if (at < end && load<u8>(at) == 0x2e && !fraction) {
      fraction = true;
      at++;
      if (!isDigit()) return badNumber();
    } else break;
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at++;
    let minus = false;
    if (at < end && (load<u8>(at) == 0x2d || load<u8>(at) == 0x2b)) {
      minus = load<u8>(at) == 0x2d;
      at++;
    }
    if (!isDigit()) return badNumber();
    let written = 0;
    while (isDigit()) {
      if (written < 100000000) written = written * 10 + <i32>(load<u8>(at) - 0x30);
      at++;
    }
    exponent += minus ? -written : written;
  }
  if (at - first > MAX_NUMBER) {
    scanFail(JSON_LONG);
    return 0;
  }
  const magnitude = decimalToF64(mantissa, exponent);
  return negative ? -magnitude : magnitude;
}
