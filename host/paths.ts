/** Where the package lies, in a checkout and in an installed tarball alike. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

let root: string | undefined;

/** Absolute folder of this package: the nearest one above this file with a package.json. */
export function packageRoot(): string {
  if (root === undefined) {
    let folder = path.dirname(fileURLToPath(import.meta.url));
    while (!existsSync(path.join(folder, 'package.json'))) {
      const parent = path.dirname(folder);
      if (parent === folder) break;
      folder = parent;
    }
    root = folder;
  }
  return root;
}

/** Version of this package, from its package.json. */
export function packageVersion(): string {
  const text = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Absolute path of a file of the package: `packageFile('dist', 'wasm', 'edge_infer.wasm')`. */
export function packageFile(...parts: string[]): string {
  return path.join(packageRoot(), ...parts);
}
