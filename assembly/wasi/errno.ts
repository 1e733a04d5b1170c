/**
 * Status codes of the folder wasi (400..429 own, 1000 + errno from the host) and their texts.
 */

import { asciiItem, TextList } from '../text/ascii';

/** The path names a directory. */
export const FILE_IS_DIRECTORY: i32 = 400;
/** No preopened folder covers the path. */
export const FILE_OUTSIDE: i32 = 401;
/** More bytes than the linear memory can take. */
export const FILE_TOO_LARGE: i32 = 402;
/** The path is empty. */
export const FILE_NO_NAME: i32 = 403;
/** The host took no bytes. */
export const FILE_STUCK: i32 = 404;

const ERRNO: i32 = 1000;
/** WASI errno 6: a stream that does not block has nothing yet. */
export const ERRNO_AGAIN: i32 = 6;
/** WASI errno 27: interrupted. */
export const ERRNO_INTR: i32 = 27;

/** The status for an errno of the host; 0 stays 0. */
export function fromErrno(errno: i32): i32 {
  return errno == 0 ? 0 : ERRNO + (errno & 0xffff);
}

/** How many statuses of its own the folder has, and how many numbers of the host have a text. */
const OWN_COUNT: i32 = 5;
const KNOWN_COUNT: i32 = 14;

/** One clear sentence without a full stop. */
export function wasiErrorText(status: i32): string {
  const known: usize = memory.data<u8>([31, 2, 63, 44, 76, 54, 37, 32, 51, 69, 29, 28, 25, 64]);
  // Texts from FILE_IS_DIRECTORY to FILE_STUCK, of the known numbers, then that of any other number.
  const texts: TextList = `it is a directory, not a file
it lies outside of the folders that the host opened
the file is too large for the memory of the module
the path is empty
the host takes no more bytes
it is a directory, not a file
permission denied
permission denied
no such file
the host does not allow access to it
a part of the path is not a directory
the name is too long
too many symbolic links
no space left on the device
the file system is read-only
input or output error
the host refuses the name
the host refuses the name
the pipe is closed
the host refused the file operation`;
  if (status < ERRNO) return asciiItem(texts, status - FILE_IS_DIRECTORY, OWN_COUNT + KNOWN_COUNT);
  let i = 0;
  while (i < KNOWN_COUNT && <i32>load<u8>(known + <usize>i) != status - ERRNO) i++;
  return asciiItem(texts, OWN_COUNT + i, OWN_COUNT + KNOWN_COUNT);
}
