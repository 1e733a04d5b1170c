/** Model packages: folders with a card. Finding, loading and verifying them. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT, isSystemError, messageOf } from '../errors.js';
import { packageFile } from '../paths.js';
import {
  type CardFile,
  type CardInput,
  type CardOutput,
  type CardPlugin,
  type ModelCard,
  parseCard,
} from './card.js';

/** A package whose card is valid. Its files are not checked yet: {@link verifyPackage}. */
export interface ModelPackage {
  /** Absolute folder. */
  root: string;
  card: ModelCard;
}

/** What became of one file of a package. */
export interface FileCheck {
  path: string;
  status: 'ok' | 'missing' | 'wrong-size' | 'wrong-hash' | 'escapes';
  /** Why, unless it is ok. */
  detail?: string;
}

/** Folder of the models that come with edge-infer. */
export function builtinModelsFolder(): string {
  return packageFile('models');
}

/** Names of the models that come with edge-infer, sorted. */
export function builtinModelNames(): string[] {
  const folder = builtinModelsFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(path.join(folder, name, 'model.json')))
    .sort();
}

/**
 * The absolute folder that `nameOrPath` means: a built-in model by its name, else a path (a folder, or its
 * model.json). A path with a separator is not checked: whoever reads it says what is wrong with it.
 *
 * @throws EdgeInferError `MODEL_NOT_FOUND` (exit 4) for a bare name that is neither built in nor a folder here
 * @example
 * resolveModel('cifar10') // '/.../edge-infer/models/cifar10'
 * resolveModel('./my-model') // in /srv: '/srv/my-model'
 */
export function resolveModel(nameOrPath: string): string {
  const bare = nameOrPath !== '' && !/[\\/]/.test(nameOrPath) && !nameOrPath.startsWith('.');
  if (bare && existsSync(path.join(builtinModelsFolder(), nameOrPath, 'model.json'))) {
    return path.join(builtinModelsFolder(), nameOrPath);
  }
  const absolute = path.resolve(nameOrPath);
  if (path.basename(absolute) === 'model.json') return path.dirname(absolute);
  if ((bare && !existsSync(absolute)) || nameOrPath === '') {
    const names = builtinModelNames();
    const known = names.length > 0 ? `one of the built-in models (${names.join(', ')})` : 'a folder';
    throw new EdgeInferError({
      code: 'MODEL_NOT_FOUND',
      message: `model not found (${nameOrPath}): no built-in model and no folder has this name`,
      hint: `try ${known} or the path of a folder with a model.json`,
      exitCode: EXIT.model,
    });
  }
  return absolute;
}

/**
 * Reads and validates the card of a package.
 *
 * @throws EdgeInferError `MODEL_NOT_FOUND`, `CARD_INVALID` (exit 4), `PATH_ESCAPES_PACKAGE` (exit 7)
 */
export function loadPackage(nameOrPath: string): ModelPackage {
  const root = resolveModel(nameOrPath);
  const file = path.join(root, 'model.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const missing = isSystemError(cause) && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
    throw new EdgeInferError({
      code: missing ? 'MODEL_NOT_FOUND' : 'MODEL_UNREADABLE',
      message: `cannot read the model card (${file}): ${missing ? 'no such file' : messageOf(cause)}`,
      hint: 'give the folder that holds model.json',
      exitCode: EXIT.model,
      cause,
    });
  }
  return { root, card: parseCard(text, file) };
}

/** The plug-ins that a card names, those of inputs first. */
export function cardPlugins(card: ModelCard): { side: 'input' | 'output'; plugin: CardPlugin }[] {
  const of = (side: 'input' | 'output', parts: CardInput | CardOutput | (CardInput | CardOutput)[]) =>
    [parts].flat().flatMap(({ plugin }) => (plugin === undefined ? [] : [{ side, plugin }]));
  return [...of('input', card.input), ...of('output', card.output)];
}

/** All files that a card names, each once. */
export function packageFiles(card: ModelCard): CardFile[] {
  const files = new Map<string, CardFile>();
  for (const graph of card.graphs) for (const file of graph.files) files.set(file.path, file);
  for (const file of card.files ?? []) files.set(file.path, file);
  for (const { plugin } of cardPlugins(card)) files.set(plugin.path, plugin);
  return [...files.values()];
}

/**
 * Refuses a package whose card names a link that leads out of it, before a sandbox sees the folder: inside, such a file
 * is only one that cannot be read. Whatever else is wrong with card or files is left to the guest, which says it in the
 * same words in every runtime.
 *
 * @throws EdgeInferError `PATH_ESCAPES_PACKAGE` (exit 7)
 */
export function refuseEscapingLinks(root: string): void {
  let card: ModelCard;
  try {
    card = loadPackage(root).card;
  } catch {
    return;
  }
  for (const { path: file } of packageFiles(card))
    if (existsSync(path.join(root, file))) resolvePackageFile(root, file);
}

/**
 * The real path of a file of a package.
 *
 * @throws EdgeInferError `PATH_ESCAPES_PACKAGE` (exit 7) when a link leads out; `MODEL_FILE_MISSING` (exit 4)
 */
export function resolvePackageFile(root: string, relative: string): string {
  const home = realpathSync(root);
  let real: string;
  try {
    real = realpathSync(path.join(home, relative));
  } catch (cause) {
    throw new EdgeInferError({
      code: 'MODEL_FILE_MISSING',
      message: `file of the model is missing (${path.join(root, relative)}): the card names it`,
      hint: 'get the whole package again',
      exitCode: EXIT.model,
      cause,
    });
  }
  const inside = path.relative(home, real);
  if (inside.startsWith('..') || path.isAbsolute(inside)) {
    throw new EdgeInferError({
      code: 'PATH_ESCAPES_PACKAGE',
      message: `file of the model refused (${path.join(root, relative)}): it leads out of the package`,
      hint: 'replace the link by the file itself',
      exitCode: EXIT.security,
    });
  }
  return real;
}

/**
 * Checks every file that the card names: inside the package, there, of the right size and SHA-256.
 *
 * @returns one row a file, in the order of the card
 * @throws the signal's reason when it is aborted
 */
export async function verifyPackage(
  pkg: ModelPackage,
  options: { signal?: AbortSignal } = {},
): Promise<FileCheck[]> {
  const checks: FileCheck[] = [];
  for (const file of packageFiles(pkg.card)) {
    options.signal?.throwIfAborted();
    checks.push(await checkFile(pkg.root, file, options.signal));
  }
  return checks;
}

/**
 * {@link verifyPackage}, but throws for the first file that is not ok.
 *
 * @throws EdgeInferError `MODEL_HASH_MISMATCH` or `PATH_ESCAPES_PACKAGE` (exit 7), `MODEL_FILE_MISSING` (exit 4)
 */
export async function requireVerified(
  pkg: ModelPackage,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  for (const check of await verifyPackage(pkg, options)) {
    if (check.status === 'ok') continue;
    const security = check.status !== 'missing';
    throw new EdgeInferError({
      code:
        check.status === 'missing'
          ? 'MODEL_FILE_MISSING'
          : check.status === 'escapes'
            ? 'PATH_ESCAPES_PACKAGE'
            : 'MODEL_HASH_MISMATCH',
      message: `file of the model refused (${path.join(pkg.root, check.path)}): ${check.detail ?? check.status}`,
      hint: 'get the package again, or correct the card if the file is the one you want',
      exitCode: security ? EXIT.security : EXIT.model,
    });
  }
}

async function checkFile(root: string, file: CardFile, signal?: AbortSignal): Promise<FileCheck> {
  let real: string;
  try {
    real = resolvePackageFile(root, file.path);
  } catch (error) {
    const escapes = error instanceof EdgeInferError && error.exitCode === EXIT.security;
    return escapes
      ? { path: file.path, status: 'escapes', detail: 'it leads out of the package' }
      : { path: file.path, status: 'missing', detail: 'no such file' };
  }
  const info = statSync(real);
  if (!info.isFile()) return { path: file.path, status: 'missing', detail: 'not a file' };
  if (info.size !== file.bytes) {
    return {
      path: file.path,
      status: 'wrong-size',
      detail: `${info.size} bytes, the card says ${file.bytes}`,
    };
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(real, { signal })) hash.update(chunk as Uint8Array);
  const sha256 = hash.digest('hex');
  if (sha256 !== file.sha256) {
    return {
      path: file.path,
      status: 'wrong-hash',
      detail: `SHA-256 ${sha256}, the card says ${file.sha256}`,
    };
  }
  return { path: file.path, status: 'ok' };
}
