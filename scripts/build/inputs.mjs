/** What the build is made from, as one hash. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Inputs of the guest's artifacts, of the conformance suite's guests, of the host's JavaScript and of the sample picture. */
const INPUTS = {
  guest: { folders: ['assembly', 'scripts/build'], files: ['package-lock.json', 'scripts/build.mjs'] },
  conformance: {
    folders: ['assembly/adapter', 'assembly/nn', 'assembly/wit', 'tests/conformance', 'scripts/build'],
    files: [
      'package-lock.json',
      'scripts/build.mjs',
      'assembly/entries/nn_adapter.ts',
      'assembly/wasi/imports.ts',
    ],
  },
  host: {
    folders: ['host', 'scripts', 'tests'],
    files: ['package.json', 'package-lock.json', 'tsconfig.json'],
  },
  sample: { folders: [], files: ['scripts/draw_sample.mjs'] },
};
const SOURCE = /\.(ts|mjs|wit|json)$/;

/**
 * SHA-256 over names and contents of all inputs of one part.
 *
 * @param {string} root
 * @param {keyof typeof INPUTS} part
 */
export function hashInputs(root, part) {
  const hash = createHash('sha256').update(process.version);
  /** @param {string} file */
  const add = (file) =>
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  for (const file of INPUTS[part].files) add(file);
  for (const folder of INPUTS[part].folders) {
    const names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((name) => SOURCE.test(name) && !name.includes('target/')).sort()) {
      add(path.join(folder, name));
    }
  }
  return hash.digest('hex');
}
