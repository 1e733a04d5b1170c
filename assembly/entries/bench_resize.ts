/**
 * Entry of the benchmark: the resize stage as a WASI command, to be run where a rival's WebAssembly runs.
 *
 * Standard input: eight i32 (profile, filter, antialias, source width and height, width and height wanted, runs), then
 * RGB pixels. Standard output: a u64 of nanoseconds a run, then the RGB pixels of the last one.
 */

import { resizePicture } from '../bench/resize';
import { arenaAlloc } from '../memory/arena';
import { clock_time_get, fd_read, fd_write, proc_exit } from '../wasi/imports';

const HEAD: usize = memory.data(32, 8);
const VECTOR: usize = memory.data(16, 8);
const MONOTONIC: i32 = 1;
const FAILED: i32 = 5;

function readAll(to: usize, length: usize): void {
  while (length > 0) {
    store<usize>(VECTOR, to);
    store<usize>(VECTOR, length, 4);
    if (fd_read(0, VECTOR, 1, VECTOR + 8) != 0 || load<usize>(VECTOR, 8) == 0) proc_exit(FAILED);
    // A runtime never reads more than it was asked for.
    to += load<usize>(VECTOR, 8);
    length -= load<usize>(VECTOR, 8);
  }
}

function writeAll(from: usize, length: usize): void {
  while (length > 0) {
    store<usize>(VECTOR, from);
    store<usize>(VECTOR, length, 4);
    if (fd_write(1, VECTOR, 1, VECTOR + 8) != 0) proc_exit(FAILED);
    from += load<usize>(VECTOR, 8);
    length -= load<usize>(VECTOR, 8);
  }
}

function now(at: usize): u64 {
  clock_time_get(MONOTONIC, 1, at);
  return load<u64>(at);
}

export function _start(): void {
  readAll(HEAD, 32);
  const srcW = load<i32>(HEAD, 12);
  const srcH = load<i32>(HEAD, 16);
  const dstW = load<i32>(HEAD, 20);
  const dstH = load<i32>(HEAD, 24);
  const runs = load<i32>(HEAD, 28);
  const src = arenaAlloc(<usize>(srcW * srcH * 3));
  const dst = arenaAlloc(<usize>(dstW * dstH * 3));
  const times = arenaAlloc((<usize>runs) << 3);
  if (src == 0 || dst == 0 || times == 0) proc_exit(FAILED);
  readAll(src, <usize>(srcW * srcH * 3));
  for (let i = 0; i < runs; i++) {
    const at = times + ((<usize>i) << 3);
    const start = now(at);
    const status = resizePicture(
      load<i32>(HEAD),
      load<i32>(HEAD, 4),
      load<i32>(HEAD, 8) != 0,
      3,
      src,
      srcW,
      srcH,
      dst,
      dstW,
      dstH,
    );
    if (status != 0) proc_exit(FAILED);
    store<u64>(at, now(at) - start);
  }
  writeAll(times, (<usize>runs) << 3);
  writeAll(dst, <usize>(dstW * dstH * 3));
}
