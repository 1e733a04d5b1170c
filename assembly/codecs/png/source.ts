/**
 * The compressed bytes: the data of consecutive IDAT chunks, one chunk at a time, each after a check of its CRC.
 */
import { OK } from '../../status';
import { PNG_CRC } from './errors';
import { bigEndian32, chunkCrcIsRight } from './header';

let chunk: usize = 0;
let chunksEnd: usize = 0;
let from: usize = 0;
let to: usize = 0;
let failure: i32 = OK;

/** Begins with the IDAT chunk at `first`; readHeader has checked that chunks fill first..end without a gap. */
export function sourceBegin(first: usize, end: usize): void {
  chunk = first;
  chunksEnd = end;
  from = 0;
  to = 0;
  failure = OK;
}

/** Goes to the next chunk that has data; false at the end or when a CRC is wrong ({@link sourceStatus}). */
export function sourceAdvance(): bool {
  while (failure == OK && chunk < chunksEnd) {
    const length = bigEndian32(chunk);
    if (!chunkCrcIsRight(chunk, length)) {
      failure = PNG_CRC;
      break;
    }
    from = chunk + 8;
    to = from + length;
    chunk = to + 4;
    if (length != 0) return true;
  }
  from = to;
  return false;
}

/** First byte of the present chunk's data. */
export function sourceFrom(): usize {
  return from;
}

/** End of the present chunk's data. */
export function sourceTo(): usize {
  return to;
}

/** 0, or why {@link sourceAdvance} stopped before the end. */
export function sourceStatus(): i32 {
  return failure;
}
