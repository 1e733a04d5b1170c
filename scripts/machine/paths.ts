/** Where things lie in a checkout. All paths are absolute. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root: this file runs as `dist/scripts/machine/paths.js`. */
export const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** What machines need and git ignores: runtimes, the Python reference, Node 24. */
export const MACHINE_TOOLS = process.env.EDGE_INFER_RUNTIMES ?? join(CHECKOUT, '.runtimes');

/** Test input that lies beside the checkout on the project's own machines; undefined elsewhere. */
export function sharedData(): string | undefined {
  const folder = resolve(CHECKOUT, '../shared/data');
  return existsSync(join(folder, 'README.md')) ? folder : undefined;
}
