/**
 * Linear-memory arena: a stack of bytes that grows and is wound back, never freed piecemeal.
 *
 *   0 ........ __heap_base | runtime's heap (tests only) | base ... top ... limit
 *                                                          ^ in use ^ free ^
 *
 * The arena owns the pages that it asked for itself, so it lives beside AssemblyScript's own
 * allocator (as-pect tests use one, the artifacts use none). All blocks are 16-byte aligned, which
 * SIMD kernels rely on, and are followed by at least GUARD bytes of the arena, so that a kernel
 * may read (never write) one vector past the end of a block.
 */

const PAGE: usize = 65536;
const ALIGN: usize = 16;
/** Bytes after each block that may be read, not written. */
export const GUARD: usize = 16;
const MAX_BYTES: usize = 0x7fff_0000;

let base: usize = 0;
let top: usize = 0;
let limit: usize = 0;
let highWater: usize = 0;

/** Makes `top + bytes` addressable; false when the host refuses memory. */
function ensure(bytes: usize): bool {
  const need = top + bytes;
  if (need <= limit) return true;
  const pages = (need - limit + PAGE - 1) / PAGE;
  const before = memory.grow(<i32>pages);
  if (before < 0) return false;
  const start = (<usize>before) << 16;
  if (start != limit) {
    // First use, or somebody else grew memory in between: go on after their pages.
    if (top != base) {
      const again = (bytes + PAGE - 1) / PAGE;
      if (again > pages && memory.grow(<i32>(again - pages)) < 0) return false;
    }
    base = start;
    top = start;
  }
  limit = (<usize>memory.size()) << 16;
  return top + bytes <= limit || ensure(bytes);
}

/** `bytes` of 16-byte aligned, uninitialised memory; 0 when there is none. Valid until released. */
export function arenaAlloc(bytes: usize): usize {
  if (bytes > MAX_BYTES) return 0;
  const size = (bytes + GUARD + ALIGN - 1) & ~(ALIGN - 1);
  if (!ensure(size)) return 0;
  const block = top;
  top += size;
  if (top - base > highWater) highWater = top - base;
  return block;
}

/** Like {@link arenaAlloc}, filled with zeros. */
export function arenaAllocZeroed(bytes: usize): usize {
  const block = arenaAlloc(bytes);
  if (block != 0) memory.fill(block, 0, bytes);
  return block;
}

/** The present top: give it to {@link arenaRelease} to drop everything allocated since. */
export function arenaMark(): usize {
  if (limit == 0) ensure(ALIGN);
  return top;
}

/** Winds the arena back to a mark taken earlier. Marks are released in reverse order. */
export function arenaRelease(mark: usize): void {
  if (mark >= base && mark <= top) top = mark;
}

/** Most bytes that were ever in use at once. */
export function arenaHighWater(): usize {
  return highWater;
}
