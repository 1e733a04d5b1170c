/**
 * `manifest.json` in the runtimes folder: what is installed and how it is started.
 *
 * In the file, a path below the folder begins with `./`, alone or in a list joined by colons: the folder can be moved.
 * In memory all paths are absolute.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT, isSystemError, messageOf } from '../../errors.js';

/** Runtimes that can be installed. */
export const INSTALLABLE = ['wasmtime', 'wasmedge', 'wasmedge-0.14'] as const;
/** A name of {@link INSTALLABLE}. */
export type InstallableName = (typeof INSTALLABLE)[number];

/** One installed runtime. */
export interface InstalledRuntime {
  /** Version as the runtime itself says it. */
  version: string;
  /** Program and first arguments: the runtime's own follow. */
  command: readonly string[];
  /** What must be in the environment. */
  env: Readonly<Record<string, string>>;
  /** Encodings that WASI-NN runs. */
  backends: readonly string[];
  /** Hash of what it was made from: another one means that it is stale. */
  inputs: string;
}

/** What is installed; a runtime that is not, is absent. */
export type RuntimesManifest = { schema: 1 } & { [name in InstallableName]?: InstalledRuntime };

const FILE = 'manifest.json';

/**
 * What is installed in `root`, with absolute paths. Nothing installed is an empty manifest.
 *
 * @throws EdgeInferError `RUNTIMES_MANIFEST_INVALID` (exit 5)
 * @example
 * const { wasmtime } = readManifest(defaultRuntimesRoot());
 * if (wasmtime !== undefined) spawn(wasmtime.command[0], [...wasmtime.command.slice(1), 'run', 'a.wasm']);
 */
export function readManifest(root: string): RuntimesManifest {
  const file = path.join(root, FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (isSystemError(cause) && cause.code === 'ENOENT') return { schema: 1 };
    throw invalid(file, messageOf(cause), cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, messageOf(cause), cause);
  }
  if (!isRecord(value) || value.schema !== 1) throw invalid(file, 'it is not of schema 1');
  const manifest: RuntimesManifest = { schema: 1 };
  for (const name of INSTALLABLE) {
    const entry = value[name];
    if (entry === undefined) continue;
    if (!isEntry(entry)) throw invalid(file, `the entry ${name} is not complete`);
    manifest[name] = mapPaths(entry, (item) => (item.startsWith('./') ? path.join(root, item) : item));
  }
  return manifest;
}

/** Puts one runtime into the manifest of `root`; a reader never sees half a file. */
export function recordRuntime(root: string, name: InstallableName, entry: InstalledRuntime): void {
  const manifest = readManifest(root);
  manifest[name] = entry;
  const prefix = `${path.resolve(root)}${path.sep}`;
  const stored: Record<string, unknown> = { schema: 1 };
  for (const each of INSTALLABLE) {
    const found = manifest[each];
    if (found === undefined) continue;
    stored[each] = mapPaths(found, (item) =>
      item.startsWith(prefix) ? `./${item.slice(prefix.length)}` : item,
    );
  }
  mkdirSync(root, { recursive: true });
  const partial = path.join(root, `${FILE}.${process.pid}.part`);
  writeFileSync(partial, `${JSON.stringify(stored, null, 2)}\n`);
  renameSync(partial, path.join(root, FILE));
}

/** True when `entry` was made from `inputs` and its program is still there. */
export function isCurrent(entry: InstalledRuntime | undefined, inputs: string): entry is InstalledRuntime {
  if (entry === undefined || entry.inputs !== inputs) return false;
  const files = [...entry.command, ...Object.values(entry.env).flatMap((value) => value.split(':'))];
  return files.every((file) => !path.isAbsolute(file) || exists(file));
}

/** Hash of texts and of all files below folders, names included. `target` folders are left out. */
export function hashInputs(texts: readonly string[], folders: readonly string[] = []): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text}\0`);
  for (const folder of folders) {
    for (const file of filesBelow(folder)) {
      hash
        .update(`${path.relative(folder, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
    }
  }
  return hash.digest('hex').slice(0, 32);
}

function filesBelow(folder: string): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'target') files.push(...filesBelow(place));
    } else if (entry.isFile()) files.push(place);
  }
  return files.sort();
}

function mapPaths(entry: InstalledRuntime, map: (item: string) => string): InstalledRuntime {
  const list = (value: string) => value.split(':').map(map).join(':');
  return {
    version: entry.version,
    command: entry.command.map(list),
    env: Object.fromEntries(Object.entries(entry.env).map(([name, value]) => [name, list(value)])),
    backends: entry.backends,
    inputs: entry.inputs,
  };
}

function isEntry(value: unknown): value is InstalledRuntime {
  return (
    isRecord(value) &&
    typeof value.version === 'string' &&
    isStrings(value.command) &&
    value.command.length > 0 &&
    isRecord(value.env) &&
    isStrings(Object.values(value.env)) &&
    isStrings(value.backends) &&
    typeof value.inputs === 'string'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function invalid(file: string, why: string, cause?: unknown): EdgeInferError {
  return new EdgeInferError({
    code: 'RUNTIMES_MANIFEST_INVALID',
    message: `cannot use the list of installed runtimes (${file}): ${why}`,
    hint: 'remove the file and run edge-infer runtimes install',
    exitCode: EXIT.runtime,
    cause,
  });
}
