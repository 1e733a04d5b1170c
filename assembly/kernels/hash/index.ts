/** Hashes. */

export { SHA256_BYTES, SHA256_STATE_BYTES, sha256Final, sha256Init, sha256Update } from './sha256';
