/**
 * Standard output and standard error as buffered writers; partial writes are gone on with.
 */

import { TextWriter, writerStream } from '../text/writer';
import { ERRNO_AGAIN, ERRNO_INTR, FILE_STUCK, fromErrno } from './errno';
import { fd_write } from './imports';

const VECTOR: usize = memory.data(12, 4);
const OUT_BYTES: usize = 4096;
const ERR_BYTES: usize = 512;
const OUT_BUFFER: usize = memory.data(4096);
const ERR_BUFFER: usize = memory.data(512);

/** Standard output. */
export const stdout: TextWriter = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));
/** Standard error. */
export const stderr: TextWriter = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));

/** Makes both streams ready. */
export function openStreams(): void {
  writerStream(stdout, OUT_BUFFER, OUT_BYTES, toStdout);
  writerStream(stderr, ERR_BUFFER, ERR_BYTES, toStderr);
}

function toStdout(from: usize, length: usize): i32 {
  return writeAll(1, from, length);
}

function toStderr(from: usize, length: usize): i32 {
  return writeAll(2, from, length);
}

/** Writes all bytes to a descriptor; status. */
export function writeAll(fd: i32, from: usize, length: usize): i32 {
  while (length > 0) {
    store<usize>(VECTOR, from);
    store<usize>(VECTOR, length, 4);
    store<u32>(VECTOR, 0, 8);
    const errno = fd_write(fd, VECTOR, 1, VECTOR + 8);
    if (errno == ERRNO_AGAIN || errno == ERRNO_INTR) continue;
    if (errno != 0) return fromErrno(errno);
    const written = load<usize>(VECTOR, 8);
    if (written == 0 || written > length) return FILE_STUCK;
    from += written;
    length -= written;
  }
  return 0;
}
