/** What the build is made from, as one hash. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDERS = ['assembly', 'host', 'scripts', 'tests'];
const FILES = ['package.json', 'package-lock.json', 'tsconfig.json'];
const SOURCE = /\.(ts|mjs|wit|json)$/;

/**
 * SHA-256 over names and contents of all inputs.
 *
 * @param {string} root
 */
export function hashInputs(root) {
  const hash = createHash('sha256').update(process.version);
  /** @param {string} file */
  const add = (file) =>
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  for (const file of FILES) add(file);
  for (const folder of FOLDERS) {
    const names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((name) => SOURCE.test(name) && !name.includes('target/')).sort()) {
      add(path.join(folder, name));
    }
  }
  return hash.digest('hex');
}
