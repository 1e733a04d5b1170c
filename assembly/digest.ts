/**
 * SHA-256 of bytes that lie in memory as a whole.
 */

import { sha256Final, sha256Init, sha256Update } from './kernels/hash';

const STATE: usize = memory.data(104, 8);

/** The host hashes tensors and the files of graphs itself, which it does several times as fast. */
export let hostHashes: bool = false;

/** Says who hashes from now on. */
export function leaveHashesToHost(leave: bool): void {
  hostHashes = leave;
}

/** Writes the 32 bytes of the digest. */
export function sha256(bytes: usize, length: usize, digest: usize): void {
  sha256Init(STATE);
  sha256Update(STATE, bytes, length);
  sha256Final(STATE, digest);
}
