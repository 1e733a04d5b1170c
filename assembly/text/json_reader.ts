/**
 * A small strict JSON reader (RFC 8259): bytes in, a tree of nodes in the arena out.
 *
 * Limits: 256 MiB of text, 64 levels. Text must be UTF-8 without a byte order mark. Of keys that occur twice in
 * an object the last one counts, as in JSON.parse. Strings without escapes point into the source, which must
 * therefore outlive the tree. json_scanner.ts reads the words, json_node.ts has the layout of a node and reads it.
 */

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
import {
  scanBegin,
  scanByte,
  scanFail,
  scanFailHere,
  scanNumber,
  scanOffset,
  scanStatus,
  scanStep,
  scanText,
  scanTextLength,
  scanTextStart,
  scanWord,
} from './json_scanner';
import { JSON_DEEP, JSON_LARGE, JSON_TRAILING } from './json_status';

const MAX_DEPTH: i32 = 64;
const MAX_BYTES: usize = 1 << 28;
const MAX_KEY: usize = 0xffffff;
const NODE: usize = 24;
const SLAB: usize = 128 * NODE;

let slabAt: usize = 0;
let slabEnd: usize = 0;

/** Byte offset at which the last {@link jsonParse} stopped. */
export function jsonErrorOffset(): u32 {
  return scanOffset();
}

/** Why the last {@link jsonParse} gave 0. */
export function jsonStatus(): i32 {
  return scanStatus;
}

/** Parses `length` bytes; the address of the root node, or 0 (see {@link jsonStatus}). */
export function jsonParse(from: usize, length: usize): usize {
  scanBegin(from, length);
  slabAt = 0;
  slabEnd = 0;
  if (length > MAX_BYTES) return scanFail(JSON_LARGE);
  const root = value(0);
  if (root == 0) return 0;
  return scanByte() >= 0 ? scanFail(JSON_TRAILING) : root;
}

function newNode(type: i32): usize {
  if (slabAt == slabEnd) {
    slabAt = arenaAlloc(SLAB);
    slabEnd = slabAt == 0 ? 0 : slabAt + SLAB;
    if (slabAt == 0) return scanFail(OUT_OF_MEMORY);
  }
  // SLAB is a multiple of NODE: slabAt + NODE <= slabEnd.
  const node = slabAt;
  slabAt += NODE;
  memory.fill(node, 0, NODE);
  store<u32>(node, (<u32>type) << 24, 8);
  store<u32>(node, scanOffset(), 12);
  return node;
}

function value(depth: i32): usize {
  const byte = scanByte();
  if (byte == 0x7b) return container(depth, JSON_OBJECT, 0x7d);
  if (byte == 0x5b) return container(depth, JSON_ARRAY, 0x5d);
  if (byte == 0x22) return text();
  if (byte == 0x74) return word('true', JSON_TRUE);
  if (byte == 0x66) return word('false', JSON_FALSE);
  if (byte == 0x6e) return word('null', JSON_NULL);
  if (byte == 0x2d || (byte >= 0x30 && byte <= 0x39)) return number();
  return scanFailHere();
}

function text(): usize {
  const node = newNode(JSON_STRING);
  if (node == 0 || !scanText()) return 0;
  store<usize>(node, scanTextStart, 16);
  store<usize>(node, scanTextLength, 20);
  return node;
}

function number(): usize {
  const node = newNode(JSON_NUMBER);
  if (node == 0) return 0;
  store<f64>(node, scanNumber(), 16);
  return scanStatus == 0 ? node : 0;
}

function word(expected: string, type: i32): usize {
  const node = newNode(type);
  return node != 0 && scanWord(expected) ? node : 0;
}

function container(depth: i32, type: i32, close: i32): usize {
  if (depth >= MAX_DEPTH) return scanFail(JSON_DEEP);
  const node = newNode(type);
  if (node == 0) return 0;
  scanStep();
  let last: usize = 0;
  let count: u32 = 0;
  if (scanByte() == close) {
    scanStep();
    return node;
  }
  while (true) {
    let key: usize = 0;
    let keyLength: usize = 0;
    if (type == JSON_OBJECT) {
      if (scanByte() != 0x22) return scanFailHere();
      if (!scanText()) return 0;
      if (scanTextLength > MAX_KEY) return scanFail(JSON_LARGE);
      key = scanTextStart;
      keyLength = scanTextLength;
      if (scanByte() != 0x3a) return scanFailHere();
      scanStep();
    }
    const child = value(depth + 1);
    if (child == 0) return 0;
    store<usize>(child, key, 4);
    store<u32>(child, load<u32>(child, 8) | <u32>keyLength, 8);
    if (last == 0) store<usize>(node, child, 16);
    else store<usize>(last, child);
    last = child;
    count++;
    const byte = scanByte();
    if (byte != 0x2c && byte != close) return scanFailHere();
    scanStep();
    if (byte == close) break;
  }
  store<u32>(node, count, 20);
  return node;
}
