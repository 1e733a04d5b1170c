/**
 * A file of the package against the size and SHA-256 that the card states.
 */

import { hostHashes, sha256 } from '../digest';
import { CardFile, cardFile, plan } from './plan';
import { CARD_HASH, CARD_SIZE } from './status';

const DIGEST: usize = memory.data(32, 8);

/**
 * Status 0 when the bytes are those that the card means; `trust` skips the hash, never the size. A host that hashes sees
 * the files of graphs when they are loaded, but no other.
 */
export function verifyFile(index: i32, bytes: usize, length: usize, trust: bool): i32 {
  const file = cardFile(index);
  if (file.bytes != <u64>length) return CARD_SIZE;
  if (trust || (hostHashes && index < plan.extraFiles)) return 0;
  sha256(bytes, length, DIGEST);
  const wanted = changetype<usize>(file) + offsetof<CardFile>('sha0');
  return memory.compare(DIGEST, wanted, 32) == 0 ? 0 : CARD_HASH;
}

/** Row of the card's own file list with this path, -1 when it is not listed. */
export function listedFile(path: usize, length: usize): i32 {
  for (let i = plan.extraFiles; i < plan.fileCount; i++) {
    const file = cardFile(i);
    if (file.pathLength == length && memory.compare(file.path, path, length) == 0) return i;
  }
  return -1;
}
