/**
 * JSON output: strings that are always valid UTF-8 and always on one line.
 */

import { utf8Sequence } from './utf8';
import { hexDigit, put, putByte, putBytes, TextWriter } from './writer';

/** Bytes as a JSON string; what is not UTF-8 becomes U+FFFD. */
export function putJsonString(w: TextWriter, from: usize, length: usize): void {
  const end = from + length;
  putByte(w, 0x22);
  let at = from;
  while (at < end) {
    const byte = <i32>load<u8>(at);
    if (byte == 0x22 || byte == 0x5c) {
      putByte(w, 0x5c);
      putByte(w, byte);
      at++;
    } else if (byte < 0x20 || byte == 0x7f) {
      putControl(w, byte);
      at++;
    } else {
      const count = utf8Sequence(at, end);
      if (count == 0) {
        put(w, '\\ufffd');
        at++;
      } else {
        putBytes(w, at, count);
        at += count;
      }
    }
  }
  putByte(w, 0x22);
}

/** An ASCII constant as a JSON string; it must not need escapes. */
export function putJsonConstant(w: TextWriter, text: string): void {
  putByte(w, 0x22);
  put(w, text);
  putByte(w, 0x22);
}

/** `"key":`, preceded by a comma unless it is the first. */
export function putJsonKey(w: TextWriter, key: string, first: bool): void {
  if (!first) putByte(w, 0x2c);
  putJsonConstant(w, key);
  putByte(w, 0x3a);
}

function putControl(w: TextWriter, byte: i32): void {
  put(w, '\\u00');
  putByte(w, hexDigit(byte >> 4));
  putByte(w, hexDigit(byte & 15));
}

/** Bytes for a terminal: control characters and broken UTF-8 become `?`. */
export function putPlain(w: TextWriter, from: usize, length: usize): void {
  const end = from + length;
  while (from < end) {
    const count = utf8Sequence(from, end);
    const byte = <i32>load<u8>(from);
    if (count == 0 || byte < 0x20 || byte == 0x7f) {
      putByte(w, 0x3f);
      from++;
    } else {
      putBytes(w, from, count);
      from += count;
    }
  }
}
