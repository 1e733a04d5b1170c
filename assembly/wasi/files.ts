/**
 * Whole files, into and out of the arena. `-` is standard input.
 */

import { arenaAlloc } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import {
  ERRNO_AGAIN,
  ERRNO_INTR,
  FILE_IS_DIRECTORY,
  FILE_NO_NAME,
  FILE_OUTSIDE,
  FILE_TOO_LARGE,
  fromErrno,
} from './errno';
import { fd_close, fd_filestat_get, fd_read, path_open } from './imports';
import { findPreopen, preopenFd, preopenRest, preopenRestLength } from './preopens';
import { writeAll } from './streams';

const RIGHT_READ: u64 = 1 << 1;
const RIGHT_WRITE: u64 = 1 << 6;
const RIGHT_FILESTAT: u64 = 1 << 21;
const LOOKUP_FOLLOW: i32 = 1;
const CREATE: i32 = 1;
const TRUNCATE: i32 = 8;
const DIRECTORY: u8 = 3;
const REGULAR: u8 = 4;
const STDIN: i32 = 0;
const MAX_FILE: u64 = 0x7000_0000;
const CHUNK: usize = 65536 - 16;

const OPENED: usize = memory.data(4, 4);
const STAT: usize = memory.data(64, 8);
const VECTOR: usize = memory.data(12, 4);
const DOT: usize = memory.data<u8>([0x2e]);

/** Address of the bytes that {@link readFile} gave last. */
export let fileBytes: usize = 0;
/** How many they are. */
export let fileLength: usize = 0;

/** Opens a path beneath a preopened folder; the descriptor in OPENED, status. */
function open(path: usize, length: usize, flags: i32, rights: u64): i32 {
  if (length == 0) return FILE_NO_NAME;
  if (!findPreopen(path, length)) return FILE_OUTSIDE;
  const whole = preopenRestLength == 0;
  const rest = whole ? DOT : preopenRest;
  const errno = path_open(
    preopenFd,
    LOOKUP_FOLLOW,
    rest,
    whole ? 1 : preopenRestLength,
    flags,
    rights,
    0,
    0,
    OPENED,
  );
  return fromErrno(errno);
}

/** Reads a whole file, `-` for standard input, into the arena (fileBytes, fileLength); status. */
export function readFile(path: usize, length: usize): i32 {
  fileBytes = 0;
  fileLength = 0;
  if (length == 1 && load<u8>(path) == 0x2d) return readStream(STDIN, 0);
  const status = open(path, length, 0, RIGHT_READ | RIGHT_FILESTAT);
  if (status != 0) return status;
  const fd = load<i32>(OPENED);
  const outcome = readOpened(fd);
  fd_close(fd);
  return outcome;
}

function readOpened(fd: i32): i32 {
  memory.fill(STAT, 0, 64);
  const errno = fd_filestat_get(fd, STAT);
  if (errno != 0) return readStream(fd, 0);
  const type = load<u8>(STAT, 16);
  if (type == DIRECTORY) return FILE_IS_DIRECTORY;
  const size = load<u64>(STAT, 32);
  if (size > MAX_FILE) return FILE_TOO_LARGE;
  return readStream(fd, type == REGULAR ? <usize>size : 0);
}

/**
 * Reads until the end. `expected` bytes are asked for at once; what comes beyond goes to further blocks, which
 * lie right behind in the arena as nobody else allocates meanwhile (else everything is moved once).
 */
function readStream(fd: i32, expected: usize): i32 {
  // One byte more than expected, so that the end is seen without a further block.
  let room = expected == 0 ? CHUNK : expected + 1;
  let start = arenaAlloc(room);
  if (start == 0) return OUT_OF_MEMORY;
  let used: usize = 0;
  while (true) {
    if (used == room) {
      const more = room < 0x1000000 ? room : 0x1000000;
      if (<u64>room + more > MAX_FILE) return FILE_TOO_LARGE;
      const next = arenaAlloc(more);
      if (next == 0) return OUT_OF_MEMORY;
      if (next - start <= room + 32) room = next - start + more;
      else {
        const moved = arenaAlloc(room + more);
        if (moved == 0) return OUT_OF_MEMORY;
        memory.copy(moved, start, used);
        start = moved;
        room += more;
      }
    }
    store<usize>(VECTOR, start + used);
    store<usize>(VECTOR, room - used, 4);
    store<u32>(VECTOR, 0, 8);
    const errno = fd_read(fd, VECTOR, 1, VECTOR + 8);
    if (errno == ERRNO_AGAIN || errno == ERRNO_INTR) continue;
    if (errno != 0) return fromErrno(errno);
    const count = load<usize>(VECTOR, 8);
    if (count == 0 || count > room - used) break;
    used += count;
  }
  fileBytes = start;
  fileLength = used;
  return 0;
}

/** Writes two runs of bytes as a new file, replacing one that is there; status. */
export function writeFile(
  path: usize,
  length: usize,
  a: usize,
  aLength: usize,
  b: usize,
  bLength: usize,
): i32 {
  if (length == 1 && load<u8>(path) == 0x2d) {
    const head = writeAll(1, a, aLength);
    return head != 0 ? head : writeAll(1, b, bLength);
  }
  const status = open(path, length, CREATE | TRUNCATE, RIGHT_WRITE);
  if (status != 0) return status;
  const fd = load<i32>(OPENED);
  let outcome = writeAll(fd, a, aLength);
  if (outcome == 0) outcome = writeAll(fd, b, bLength);
  const closed = fromErrno(fd_close(fd));
  return outcome != 0 ? outcome : closed;
}
