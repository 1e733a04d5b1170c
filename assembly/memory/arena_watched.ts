/**
 * The arena as the fuzzer compiles it in place of arena.ts: the same functions, and a watch over every block.
 *
 *   size u32 | previous block u32 | WATCH u64 | block ... | canaries up to a multiple of 16, at least GUARD and 16 more
 *   top | CEILING canaries
 *
 * A block begins filled with `poison`, so that a result that depends on memory nobody wrote changes with it. What is
 * written before or behind a block is found when the block is released or {@link arenaIntact} asks. Not part of any artifact.
 */

const PAGE: usize = 65536;
const ALIGN: usize = 16;
const HEADER: usize = 16;
/** Bytes after each block that may be read, not written. */
export const GUARD: usize = 16;
const MAX_BYTES: usize = 0x7fff_0000;
const WATCH: u64 = 0x57a7_c4ed_57a7_c4ed;
const CANARY: u8 = 0xa5;
/** Large blocks are poisoned at their beginning only, for the sake of speed. */
const MAX_POISON: usize = 1 << 18;
/** Free bytes above the top that are watched. */
const CEILING: usize = 1024;

let base: usize = 0;
let top: usize = 0;
let limit: usize = 0;
let highWater: usize = 0;
let last: usize = 0;
let broken: usize = 0;
let poison: u8 = CANARY;

function ensure(bytes: usize): bool {
  const need = top + bytes + CEILING;
  if (need <= limit) return true;
  const pages = (need - limit + PAGE - 1) / PAGE;
  const before = memory.grow(<i32>pages);
  if (before < 0) return false;
  const start = (<usize>before) << 16;
  if (limit == 0) {
    base = start;
    top = start;
  }
  limit = (<usize>memory.size()) << 16;
  return top + bytes + CEILING <= limit || ensure(bytes);
}

export function arenaAlloc(bytes: usize): usize {
  if (bytes > MAX_BYTES) return 0;
  const size = HEADER + ((bytes + GUARD + ALIGN + ALIGN - 1) & ~(ALIGN - 1));
  if (!ensure(size)) return 0;
  const block = top + HEADER;
  store<u32>(top, <u32>bytes);
  store<u32>(top, <u32>last, 4);
  store<u64>(top, WATCH, 8);
  memory.fill(block, poison, min(bytes, MAX_POISON));
  top += size;
  memory.fill(block + bytes, CANARY, top - block - bytes + CEILING);
  last = block;
  if (top - base > highWater) highWater = top - base;
  return block;
}

export function arenaAllocZeroed(bytes: usize): usize {
  const block = arenaAlloc(bytes);
  if (block != 0) memory.fill(block, 0, bytes);
  return block;
}

export function arenaMark(): usize {
  if (limit == 0 && ensure(ALIGN)) memory.fill(top, CANARY, CEILING);
  return top;
}

export function arenaRelease(mark: usize): void {
  if (mark < base || mark > top) return;
  let end = top;
  while (last >= mark && last != 0) {
    if (!intact(last, end)) broken = last;
    end = last - HEADER;
    last = <usize>load<u32>(end, 4);
  }
  if (!untouched(top, top + CEILING)) broken = top;
  top = mark;
  memory.fill(top, CANARY, CEILING);
}

export function arenaHighWater(): usize {
  return highWater;
}

function untouched(from: usize, end: usize): bool {
  let at = from;
  for (; at + 8 <= end; at += 8) if (load<u64>(at) != 0xa5a5_a5a5_a5a5_a5a5) return false;
  for (; at < end; at++) if (load<u8>(at) != CANARY) return false;
  return true;
}

function intact(block: usize, end: usize): bool {
  if (load<u64>(block - HEADER, 8) != WATCH) return false;
  const bytes = <usize>load<u32>(block - HEADER);
  // A damaged size is a damaged block; otherwise block + bytes .. end are its canaries.
  return bytes <= end - block && untouched(block + bytes, end);
}

/** Address of a block around which something was written since the last call, 0 when there is none. */
export function arenaIntact(): usize {
  if (!untouched(top, top + CEILING)) broken = top;
  let end = top;
  for (let block = last; block != 0; ) {
    if (!intact(block, end)) broken = block;
    if (load<u64>(block - HEADER, 8) != WATCH) break;
    end = block - HEADER;
    block = <usize>load<u32>(end, 4);
  }
  const found = broken;
  broken = 0;
  return found;
}

/** Blocks begin with this byte from now on. */
export function arenaPoison(byte: i32): void {
  poison = <u8>byte;
}

/** The high-water mark begins anew at the present top. */
export function arenaHighWaterReset(): void {
  highWater = top - base;
}
