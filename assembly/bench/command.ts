/** What the benchmark's commands share: standard input and output as blocks of bytes, and the clock. */

import { clock_time_get, fd_read, fd_write, proc_exit } from '../wasi/imports';

const VECTOR: usize = memory.data(16, 8);
const TIME: usize = memory.data(8, 8);
const MONOTONIC: i32 = 1;
const EXIT_FAILED: i32 = 5;

/** Ends the command with an error unless `good`. */
export function demand(good: bool): void {
  if (!good) proc_exit(EXIT_FAILED);
}

/** `length` bytes of standard input. */
export function readAll(to: usize, length: usize): void {
  while (length > 0) {
    store<usize>(VECTOR, to);
    store<usize>(VECTOR, length, 4);
    demand(fd_read(0, VECTOR, 1, VECTOR + 8) == 0 && load<usize>(VECTOR, 8) != 0);
    // A runtime never reads more than it was asked for.
    to += load<usize>(VECTOR, 8);
    length -= load<usize>(VECTOR, 8);
  }
}

/** `length` bytes to standard output. */
export function writeAll(from: usize, length: usize): void {
  while (length > 0) {
    store<usize>(VECTOR, from);
    store<usize>(VECTOR, length, 4);
    demand(fd_write(1, VECTOR, 1, VECTOR + 8) == 0);
    from += load<usize>(VECTOR, 8);
    length -= load<usize>(VECTOR, 8);
  }
}

/** Nanoseconds since an arbitrary moment. */
export function nanoseconds(): u64 {
  clock_time_get(MONOTONIC, 1, TIME);
  return load<u64>(TIME);
}
