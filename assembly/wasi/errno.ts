/**
 * Status codes of the folder wasi (400..429 own, 1000 + errno from the host) and their texts.
 */

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

/** One clear sentence without a full stop. */
export function wasiErrorText(status: i32): string {
  if (status == FILE_IS_DIRECTORY || status == ERRNO + 31) return 'it is a directory, not a file';
  if (status == FILE_OUTSIDE) return 'it lies outside of the folders that the host opened';
  if (status == FILE_TOO_LARGE) return 'the file is too large for the memory of the module';
  if (status == FILE_NO_NAME) return 'the path is empty';
  if (status == FILE_STUCK) return 'the host takes no more bytes';
  if (status == ERRNO + 2 || status == ERRNO + 63) return 'permission denied';
  if (status == ERRNO + 44) return 'no such file';
  if (status == ERRNO + 76) return 'the host does not allow access to it';
  if (status == ERRNO + 54) return 'a part of the path is not a directory';
  if (status == ERRNO + 37) return 'the name is too long';
  if (status == ERRNO + 32) return 'too many symbolic links';
  if (status == ERRNO + 51) return 'no space left on the device';
  if (status == ERRNO + 69) return 'the file system is read-only';
  if (status == ERRNO + 29) return 'input or output error';
  if (status == ERRNO + 28 || status == ERRNO + 25) return 'the host refuses the name';
  if (status == ERRNO + 64) return 'the pipe is closed';
  return 'the host refused the file operation';
}
