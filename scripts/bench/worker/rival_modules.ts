/** Loads a rival from the folder that the benchmark installed it in: it is no dependency of this package. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A CommonJS module by name; `folder` has a node_modules. */
export const requireFrom = (folder: string, name: string): unknown =>
  createRequire(join(folder, 'resolve.js'))(name);

/** An ES module by name. */
export async function importFrom(folder: string, name: string, file: string): Promise<unknown> {
  return await import(pathToFileURL(join(folder, 'node_modules', name, file)).href);
}

export function versionIn(folder: string, name: string): string {
  const file = join(folder, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
