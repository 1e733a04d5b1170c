/**
 * Paths inside a model package.
 */

import { arenaAlloc } from '../memory/arena';

/** True when the path is relative and stays inside: no empty part, no `.` or `..`, no backslash, no drive, no NUL. */
export function pathStaysInside(path: usize, length: usize): bool {
  if (length == 0 || length > 4096) return false;
  let part: usize = 0;
  let dots: usize = 0;
  for (let i: usize = 0; i <= length; i++) {
    const byte = i == length ? 0x2f : <i32>load<u8>(path + i);
    if (byte == 0x2f) {
      if (part == 0 || (dots == part && part <= 2)) return false;
      part = 0;
      dots = 0;
      continue;
    }
    // Backslash, NUL and other control characters, and the colon of a drive or a stream.
    if (byte == 0x5c || byte < 0x20 || byte == 0x3a) return false;
    if (byte == 0x2e) dots++;
    part++;
  }
  return true;
}

/** Length of the path that {@link joinPath} made last. */
export let joinedLength: usize = 0;

/** `folder/path` in the arena; 0 when there is no memory. */
export function joinPath(folder: usize, folderLength: usize, path: usize, length: usize): usize {
  while (folderLength > 1 && load<u8>(folder + folderLength - 1) == 0x2f) folderLength--;
  const root = folderLength == 1 && load<u8>(folder) == 0x2f;
  const gap: usize = folderLength == 0 || root ? 0 : 1;
  const joined = arenaAlloc(folderLength + gap + length);
  if (joined == 0) return 0;
  memory.copy(joined, folder, folderLength);
  if (gap != 0) store<u8>(joined + folderLength, 0x2f);
  memory.copy(joined + folderLength + gap, path, length);
  joinedLength = folderLength + gap + length;
  return joined;
}
