/** Files over the network, whole, and checked against the hash that vouches for them. */
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import type { CardFile } from '../models/card.js';

/**
 * All bytes of an address.
 *
 * @throws EdgeInferError `DOWNLOAD_FAILED` (exit 6)
 */
export async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  let why: string;
  try {
    const response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    why = `${response.status} ${response.statusText}`.trim();
  } catch (cause) {
    why = messageOf(cause);
  }
  throw new EdgeInferError({
    code: 'DOWNLOAD_FAILED',
    message: `cannot get ${url}: ${why}`,
    hint: 'check the address, and that its server allows this page to read it',
    exitCode: EXIT.network,
  });
}

/**
 * SHA-256 in hexadecimal, by the browser itself.
 *
 * @throws EdgeInferError `SECURE_CONTEXT_NEEDED` (exit 5): pages that came over plain HTTP have no SHA-256
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto;
  if (subtle === undefined) {
    throw new EdgeInferError({
      code: 'SECURE_CONTEXT_NEEDED',
      message: 'cannot check hashes: this page is not a secure context',
      hint: 'serve the page over HTTPS, or from localhost',
      exitCode: EXIT.runtime,
    });
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A file of a model package whose card stands for its hash.
 *
 * @throws EdgeInferError `PATH_ESCAPES_PACKAGE`, `MODEL_HASH_MISMATCH` (exit 7), `DOWNLOAD_FAILED` (exit 6)
 */
export async function fetchChecked(folder: string, file: CardFile): Promise<Uint8Array<ArrayBuffer>> {
  const { href } = new URL(file.path, folder);
  if (!href.startsWith(folder)) {
    throw new EdgeInferError({
      code: 'PATH_ESCAPES_PACKAGE',
      message: `model card refused (${folder}model.json): path ${JSON.stringify(file.path)} leads out of the package`,
      hint: 'use a path relative to the card, without ".."',
      exitCode: EXIT.security,
    });
  }
  const bytes = await fetchBytes(href);
  if ((await sha256(bytes)) === file.sha256) return bytes;
  throw new EdgeInferError({
    code: 'MODEL_HASH_MISMATCH',
    message: `model file refused (${href}): its SHA-256 is not the one in the card`,
    hint: 'get the package again, or make a new card for the new file',
    exitCode: EXIT.security,
  });
}
