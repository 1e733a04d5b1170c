/**
 * Which preopened folder covers a path. The longest folder name that is a prefix of the path, component by
 * component, wins; "." covers every relative path and "/" every absolute one. Symbolic links and `..` are left
 * to the host, which refuses what leads out of the folder.
 */

import { arenaAlloc, arenaMark, arenaRelease } from '../memory/arena';
import { fd_prestat_dir_name, fd_prestat_get } from './imports';

const FIRST_FD: i32 = 3;
const MAX_FD: i32 = 1024;
const PRESTAT: usize = memory.data(8, 4);

/** Descriptor of the folder found last, -1 for none. */
export let preopenFd: i32 = -1;
/** What is left of the path beneath that folder. */
export let preopenRest: usize = 0;
/** Its length; 0 means the folder itself. */
export let preopenRestLength: usize = 0;

/** Bytes of `./` and repeated `/` at the front of a relative path. */
function leading(path: usize, length: usize): usize {
  let skip: usize = 0;
  while (skip < length && load<u8>(path + skip) == 0x2e) {
    if (skip + 1 == length) return length;
    if (load<u8>(path + skip + 1) != 0x2f) break;
    skip += 2;
    while (skip < length && load<u8>(path + skip) == 0x2f) skip++;
  }
  return skip;
}

/**
 * How many bytes of the path the folder's name covers, -1 when it does not. WasmEdge takes the first slash off the
 * names of preopened folders, so a relative name also covers an absolute path.
 */
function covered(name: usize, nameLength: usize, path: usize, length: usize): i32 {
  const absolute = length > 0 && load<u8>(path) == 0x2f;
  // WasmEdge hides the first slash of folder names: "/data" is "data", and "/" is empty.
  if (absolute && nameLength == 0) return 1;
  if (absolute && load<u8>(name) != 0x2f && load<u8>(name) != 0x2e) {
    let slashes: usize = 1;
    while (slashes < length && load<u8>(path + slashes) == 0x2f) slashes++;
    // What is left is not absolute: this is the only recursion.
    const beneath = covered(name, nameLength, path + slashes, length - slashes);
    return beneath < 0 ? -1 : beneath + <i32>slashes;
  }
  const skip = leading(name, nameLength);
  name += skip;
  nameLength -= skip;
  while (nameLength > 0 && load<u8>(name + nameLength - 1) == 0x2f) {
    nameLength--;
    if (nameLength == 0) return absolute ? 1 : -1;
  }
  if (nameLength == 0) return absolute ? -1 : 0;
  let slash: usize = 0;
  while (slash < length && load<u8>(path + slash) == 0x2f && load<u8>(name) != 0x2f) slash++;
  const end = slash + nameLength;
  if (end > length || memory.compare(name, path + slash, nameLength) != 0) return -1;
  if (end < length && load<u8>(path + end) != 0x2f) return -1;
  return <i32>end;
}

/** Looks for the folder that covers `path`; sets preopenFd, preopenRest and preopenRestLength. */
export function findPreopen(path: usize, length: usize): bool {
  const skip = leading(path, length);
  path += skip;
  length -= skip;
  preopenFd = -1;
  let best = -1;
  const mark = arenaMark();
  for (let fd = FIRST_FD; fd < MAX_FD; fd++) {
    store<u64>(PRESTAT, 0);
    if (fd_prestat_get(fd, PRESTAT) != 0) break;
    const nameLength = load<usize>(PRESTAT, 4);
    if (load<u8>(PRESTAT) != 0 || nameLength > 65536) continue;
    arenaRelease(mark);
    const name = arenaAlloc(nameLength);
    if (name == 0) break;
    if (fd_prestat_dir_name(fd, name, nameLength) != 0) continue;
    // Some hosts count a closing zero byte.
    let bytes = nameLength;
    while (bytes > 0 && load<u8>(name + bytes - 1) == 0) bytes--;
    const prefix = covered(name, bytes, path, length);
    if (prefix > best) {
      best = prefix;
      preopenFd = fd;
    }
  }
  arenaRelease(mark);
  if (preopenFd < 0) return false;
  let rest = <usize>best;
  while (rest < length && load<u8>(path + rest) == 0x2f) rest++;
  preopenRest = path + rest;
  preopenRestLength = length - rest;
  return true;
}
