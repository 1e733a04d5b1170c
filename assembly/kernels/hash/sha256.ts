/**
 * SHA-256 (FIPS 180-4), incremental, over a state in linear memory:
 *
 *   0..31  the eight words   32..39  bytes taken so far (u64)   40..103  the block that is not yet full
 */

import * as scalar from './scalar';
import * as simd from './simd';

/** Bytes of a state, 8-byte aligned. */
export const SHA256_STATE_BYTES: usize = 104;
/** Bytes of a digest. */
export const SHA256_BYTES: usize = 32;

const TOTAL: usize = 32;
const BLOCK: usize = 40;

const START: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/** Begins a hash. */
export function sha256Init(state: usize): void {
  memory.copy(state, START, 32);
  store<u64>(state, 0, TOTAL);
}

/** Takes in `length` bytes. */
export function sha256Update(state: usize, data: usize, length: usize): void {
  const held = <usize>load<u64>(state, TOTAL) & 63;
  store<u64>(state, load<u64>(state, TOTAL) + <u64>length, TOTAL);
  if (held != 0) {
    // held + part <= 64: inside the block.
    const part = min(length, 64 - held);
    memory.copy(state + BLOCK + held, data, part);
    if (held + part < 64) return;
    compress(state, state + BLOCK, 1);
    data += part;
    length -= part;
  }
  compress(state, data, length >> 6);
  memory.copy(state + BLOCK, data + (length & ~63), length & 63);
}

/** Ends a hash: 32 bytes to `digest`. The state must be initialised before it is used again. */
export function sha256Final(state: usize, digest: usize): void {
  const total = load<u64>(state, TOTAL);
  let held = <usize>total & 63;
  const block = state + BLOCK;
  // held <= 63: the mark fits; the length needs the last 8 bytes of a block.
  store<u8>(block + held, 0x80);
  held++;
  memory.fill(block + held, 0, 64 - held);
  if (held > 56) {
    compress(state, block, 1);
    memory.fill(block, 0, 64);
  }
  store<u64>(block, bswap<u64>(total << 3), 56);
  compress(state, block, 1);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(digest + i, bswap<u32>(load<u32>(state + i)));
}

function compress(state: usize, data: usize, blocks: usize): void {
  if (ASC_FEATURE_SIMD) simd.compress(state, data, blocks);
  else scalar.compress(state, data, blocks);
}
