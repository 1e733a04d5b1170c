/** Which folders the guest sees: only those of the files that the user names, each under its own absolute path. */
import { lstatSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { refuseEscapingLinks, resolveModel } from '../models/package.js';
import type { Preopen } from '../runtimes/runtime.js';

/** Collects the folders of one run. Dispose it after the run. */
export class Sandbox {
  readonly #folders = new Map<string, string>();
  #scratch: string | undefined;
  #empty: string | undefined;

  /** Lets the guest see the folder of a file; gives the path under which the guest finds the file. */
  file(name: string): string {
    const asked = path.resolve(name);
    const absolute = followLink(asked);
    this.#show(path.dirname(absolute));
    return absolute;
  }

  /** Lets the guest see a folder; gives its path. */
  folder(name: string): string {
    const absolute = path.resolve(name);
    this.#show(absolute);
    return absolute;
  }

  /**
   * Lets the guest see a model package, by path or name; gives its folder.
   *
   * @throws EdgeInferError `MODEL_NOT_FOUND` (exit 4), `PATH_ESCAPES_PACKAGE` (exit 7)
   */
  model(nameOrPath: string): string {
    const root = resolveModel(nameOrPath);
    refuseEscapingLinks(root);
    return this.folder(root);
  }

  /** A file of this run with the given text; gives its path. */
  textFile(name: string, text: string): string {
    this.#scratch ??= mkdtempSync(path.join(tmpdir(), 'edge-infer-'));
    const file = path.join(this.#scratch, name);
    writeFileSync(file, text);
    return this.file(file);
  }

  /** The folders, as runtimes want them. */
  preopens(): Preopen[] {
    return [...this.#folders].map(([guest, host]) => ({ guest, host }));
  }

  [Symbol.dispose](): void {
    for (const folder of [this.#scratch, this.#empty]) {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  }

  #show(folder: string): void {
    if (isFolder(folder)) {
      this.#folders.set(folder, folder);
      return;
    }
    // A folder that does not exist: the guest sees an empty one in its parent's place, and says "no such file"
    // as it does in every runtime, without seeing anything real.
    const parent = path.dirname(folder);
    if (this.#folders.has(parent)) return;
    this.#empty ??= mkdtempSync(path.join(tmpdir(), 'edge-infer-empty-'));
    this.#folders.set(parent, this.#empty);
  }
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What a link points to, as a sandbox refuses links that leave its folders; anything else is given back as it is. */
function followLink(file: string): string {
  try {
    return lstatSync(file).isSymbolicLink() ? realpathSync(file) : file;
  } catch {
    return file;
  }
}
