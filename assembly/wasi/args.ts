/**
 * The command line: pointers to the arguments, each closed by a zero byte.
 */

import { arenaAlloc } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import { fromErrno } from './errno';
import { args_get, args_sizes_get } from './imports';

const SIZES: usize = memory.data(8, 4);
let pointers: usize = 0;
let count: i32 = 0;

/** Reads the arguments into the arena, where they stay; status. */
export function argsOpen(): i32 {
  count = 0;
  const refused = args_sizes_get(SIZES, SIZES + 4);
  if (refused != 0) return fromErrno(refused);
  const total = load<u32>(SIZES);
  const bytes = load<u32>(SIZES, 4);
  if (total > 0xfffff || bytes > 0xfffffff) return OUT_OF_MEMORY;
  pointers = arenaAlloc(<usize>total * 4 + bytes);
  if (pointers == 0) return OUT_OF_MEMORY;
  const failed = args_get(pointers, pointers + <usize>total * 4);
  if (failed == 0) count = <i32>total;
  return fromErrno(failed);
}

/** How many arguments there are, the program's name included. */
export function argsCount(): i32 {
  return count;
}

/** Address of an argument, 0 <= index < argsCount(). */
export function argText(index: i32): usize {
  return load<usize>(pointers + ((<usize>index) << 2));
}

/** Byte length of text that is closed by a zero byte. */
export function textLength(text: usize): usize {
  let length: usize = 0;
  // args_get closes every argument by a zero byte.
  while (load<u8>(text + length) != 0) length++;
  return length;
}
