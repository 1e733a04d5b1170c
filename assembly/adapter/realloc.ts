/**
 * Where the host writes the lists that it returns. While an output is fetched, the first list that fits is written right
 * into the guest's own buffer: no byte is copied twice. All else is small and goes to the scratch page.
 */
import { scratchTake } from './state';

let target: usize = 0;
let targetBytes: usize = 0;

/** The next list of exactly `bytes` bytes is to be written at `at`. */
export function reallocInto(at: usize, bytes: usize): void {
  target = at;
  targetBytes = bytes;
}

/** The canonical ABI's allocator of this adapter. The host never grows what it was given. */
export function cabi_import_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  if (size == 0) return align;
  if (target != 0 && size == targetBytes) {
    const at = target;
    target = 0;
    return at;
  }
  const at = scratchTake(size, align);
  // A trap is the only way to refuse: names and dimensions of 64 KiB are no names and dimensions.
  if (at == 0) unreachable();
  return at;
}
