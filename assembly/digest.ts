/**
 * SHA-256 of bytes that lie in memory as a whole.
 */

import { sha256Final, sha256Init, sha256Update } from './kernels/hash';

const STATE: usize = memory.data(104, 8);

/** Writes the 32 bytes of the digest. */
export function sha256(bytes: usize, length: usize, digest: usize): void {
  sha256Init(STATE);
  sha256Update(STATE, bytes, length);
  sha256Final(STATE, digest);
}
