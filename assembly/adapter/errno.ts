/** Numbers of failures in both ABIs. */
import { errorCode, errorDrop } from '../nn/imports_wit';

export const SUCCESS: i32 = 0;
export const INVALID_ARGUMENT: i32 = 1;
export const INVALID_ENCODING: i32 = 2;
export const MISSING_MEMORY: i32 = 3;
export const BUSY: i32 = 4;
export const RUNTIME_ERROR: i32 = 5;
export const UNSUPPORTED_OPERATION: i32 = 6;
export const TOO_LARGE: i32 = 7;
export const NOT_FOUND: i32 = 8;

/**
 * The errno of `wasi_ephemeral_nn` for an `error` resource, which is dropped. Order of the WIT cases: invalid-argument,
 * invalid-encoding, timeout, runtime-error, unsupported-operation, too-large, not-found, security, unknown.
 */
export function takeError(error: i32): i32 {
  const code = errorCode(error);
  errorDrop(error);
  if (code == 0) return INVALID_ARGUMENT;
  if (code == 1) return INVALID_ENCODING;
  if (code == 2) return BUSY;
  if (code == 4) return UNSUPPORTED_OPERATION;
  if (code == 5) return TOO_LARGE;
  return code == 6 ? NOT_FOUND : RUNTIME_ERROR;
}
