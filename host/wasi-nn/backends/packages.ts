/** Finds packages that are not always installed: beside us, beside the program that runs, among the machine's tools. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A package on this machine. */
export interface FoundPackage {
  readonly folder: string;
  readonly version: string;
}

function* upwards(from: string): Generator<string> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    yield folder;
    if (path.dirname(folder) === folder) return;
  }
}

/** Folders whose `node_modules` may hold a package, best first. */
function* places(): Generator<string> {
  const here = path.dirname(fileURLToPath(import.meta.url));
  for (const folder of upwards(here)) {
    yield folder;
    // What npm removed because its own script failed is kept there: see host/install/onnxruntime.mjs.
    yield path.join(folder, 'vendor', 'onnxruntime');
  }
  yield* upwards(process.cwd());
  const backends = process.env.EDGE_INFER_BACKENDS;
  if (backends) yield path.resolve(backends);
}

/**
 * Where the package `name` is installed, or undefined. Packages whose `exports` hide their package.json are found too.
 * `EDGE_INFER_BACKENDS` names a folder with node_modules that is searched last.
 */
export function findPackage(name: string): FoundPackage | undefined {
  for (const place of places()) {
    const folder = path.join(place, 'node_modules', name);
    const file = path.join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return { folder: realpathSync(folder), version };
  }
  return undefined;
}
