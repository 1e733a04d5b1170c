/**
 * A byte writer over linear memory: ASCII constants, raw bytes, numbers.
 *
 *   start ........ used ........ capacity
 *   ^ written      ^ free
 *
 * What happens when it is full depends on how it was opened: a stream is drained, a growing writer moves
 * to a block of twice the size, a fixed writer drops what does not fit (used for error texts).
 */

import { asciiNext, asciiOpen } from './ascii';
import { arenaAlloc } from '../memory/arena';

const FIXED: i32 = 0;
const GROWING: i32 = 1;
const STREAM: i32 = 2;

/** State of one writer; lives in static memory, see {@link writerFixed} and its siblings. */
@unmanaged
export class TextWriter {
  start: usize;
  used: usize;
  capacity: usize;
  mode: i32;
  /** Set when bytes were lost: no memory, or the stream refused them. */
  failed: bool;
  /** Takes the bytes of a stream; answers a status. */
  drain: ((from: usize, length: usize) => i32) | null;
}

/** A writer into a given buffer; what does not fit is dropped. */
export function writerFixed(w: TextWriter, buffer: usize, capacity: usize): void {
  w.start = buffer;
  w.capacity = capacity;
  w.used = 0;
  w.mode = FIXED;
  w.failed = false;
}

/** A writer into the arena that grows; the caller marks and releases. */
export function writerGrowing(w: TextWriter, capacity: usize): void {
  const block = arenaAlloc(capacity);
  writerFixed(w, block, block == 0 ? 0 : capacity);
  w.mode = GROWING;
}

/** A buffered stream. */
export function writerStream(
  w: TextWriter,
  buffer: usize,
  capacity: usize,
  drain: (from: usize, length: usize) => i32,
): void {
  writerFixed(w, buffer, capacity);
  w.mode = STREAM;
  w.drain = drain;
}

/** Hands buffered bytes of a stream on; nothing for other writers. */
export function writerFlush(w: TextWriter): void {
  if (w.mode != STREAM || w.used == 0) return;
  const drain = w.drain;
  if (drain == null || drain(w.start, w.used) != 0) w.failed = true;
  w.used = 0;
}

/** Room for `more` bytes, 1 <= more; false when they must be dropped. */
function reserve(w: TextWriter, more: usize): bool {
  if (w.capacity - w.used >= more) return true;
  if (w.mode == STREAM) {
    writerFlush(w);
    return w.capacity >= more;
  }
  if (w.mode == GROWING) {
    const capacity = (w.capacity << 1) + more;
    const block = arenaAlloc(capacity);
    if (block != 0) {
      memory.copy(block, w.start, w.used);
      w.start = block;
      w.capacity = capacity;
      return true;
    }
  }
  w.failed = true;
  return false;
}

/** One byte. */
export function putByte(w: TextWriter, byte: i32): void {
  // used < capacity after reserve, so the store stays inside the buffer.
  if (!reserve(w, 1)) return;
  store<u8>(w.start + w.used, byte);
  w.used++;
}

/** Raw bytes, in pieces when they are longer than a stream's buffer. */
export function putBytes(w: TextWriter, from: usize, length: usize): void {
  while (length > 0) {
    let piece = length;
    if (w.mode == STREAM && piece > w.capacity) piece = w.capacity;
    if (w.mode == FIXED && piece > w.capacity - w.used) {
      // A short run may be one character: it is kept whole or dropped.
      piece = length <= 4 ? 0 : w.capacity - w.used;
      if (piece == 0) {
        w.failed = true;
        return;
      }
    }
    if (!reserve(w, piece)) return;
    memory.copy(w.start + w.used, from, piece);
    w.used += piece;
    from += piece;
    length -= piece;
  }
}

/** An ASCII constant. */
export function put(w: TextWriter, text: string): void {
  asciiOpen(text);
  for (let byte = asciiNext(); byte != 0; byte = asciiNext()) putByte(w, byte);
}

/** `byte` repeated. */
export function putRepeat(w: TextWriter, byte: i32, count: i32): void {
  for (let i = 0; i < count; i++) putByte(w, byte);
}

/** Bytes as lower-case hexadecimal. */
export function putHex(w: TextWriter, from: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const byte = <i32>load<u8>(from + i);
    putByte(w, hexDigit(byte >> 4));
    putByte(w, hexDigit(byte & 15));
  }
}

/** The lower-case digit of 0..15. */
export function hexDigit(value: i32): i32 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
