/**
 * The part of a model that stays between calls: names, versions, labels.
 *
 *   arena: ... | resident (capacity) | buffers of the caller | scratch of one call
 *
 * It has a place of its own low in the arena, so that a reload does not lie on top of the caller's buffers. When a
 * model needs more, a place of twice the size is taken further up; the former one is given up, which happens at
 * most a few times in the life of a process.
 */

import { arenaAlloc, arenaMark } from '../memory/arena';

const FIRST_BYTES: usize = 65536 - 64;

let base: usize = 0;
let used: usize = 0;
let capacity: usize = 0;
let short: bool = false;
let end: usize = 0;

/** Takes the first place, once; false when there is no memory. */
export function residentOpen(): bool {
  if (base == 0) {
    base = arenaAlloc(FIRST_BYTES);
    capacity = base == 0 ? 0 : FIRST_BYTES;
    end = arenaMark();
  }
  return base != 0;
}

/** The arena's top right behind the place: nothing below it is ever released. */
export function residentEnd(): usize {
  return end;
}

/** Forgets what is kept. */
export function residentReset(): void {
  used = 0;
  short = false;
}

/** True when something did not fit since the last reset. */
export function residentShort(): bool {
  return short;
}

/** Moves to a place of twice the size (at least `wanted`); everything kept is lost. */
export function residentGrow(wanted: usize): bool {
  let size = capacity << 1;
  while (size < wanted) size <<= 1;
  const place = arenaAlloc(size);
  if (place == 0) return false;
  base = place;
  capacity = size;
  end = arenaMark();
  residentReset();
  return true;
}

/** 8-byte aligned room for `bytes`, or 0 (see {@link residentShort}). */
export function residentTake(bytes: usize): usize {
  const size = (bytes + 7) & ~7;
  if (short || size < bytes || capacity - used < size) {
    short = true;
    return 0;
  }
  const at = base + used;
  used += size;
  return at;
}

/** Copies bytes to the resident place; 0 when they do not fit. */
export function residentKeep(from: usize, length: usize): usize {
  const to = residentTake(length);
  if (to != 0) memory.copy(to, from, length);
  return to;
}
