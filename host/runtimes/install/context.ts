/** What every installer of one run shares. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { packageFile } from '../../paths.js';
import { DebianSuite } from './apt_closure.js';
import type { Progress } from './progress.js';

/** One run of the installation. */
export class InstallContext {
  readonly #suites = new Map<string, Promise<DebianSuite>>();

  constructor(
    readonly root: string,
    readonly progress: Progress,
    readonly signal: AbortSignal | undefined,
    readonly force: boolean,
  ) {}

  /** A path below the runtimes folder. */
  at(...parts: string[]): string {
    return path.join(this.root, ...parts);
  }

  /** A folder of sources that this package carries: `wasmtime`, `wasmedge`. */
  sources(name: string): string {
    return packageFile('host', 'runtimes', name);
  }

  /** A suite with its package index, got once a run. */
  suite(name: string): Promise<DebianSuite> {
    let found = this.#suites.get(name);
    if (found === undefined) {
      const suite = new DebianSuite(name, this.at('build', `apt-${name}`), this.progress, this.signal);
      found = suite.update().then(() => suite);
      this.#suites.set(name, found);
    }
    return found;
  }

  /** Removes the package indexes: some 25 MB a suite, and old tomorrow. */
  forgetSuites(): void {
    for (const name of this.#suites.keys()) {
      rmSync(this.at('build', `apt-${name}`), { recursive: true, force: true });
    }
    this.#suites.clear();
  }

  /** Fills a fresh folder and puts it in the place of `name` when all of it is there. */
  async replace(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
    const target = this.at(name);
    const fresh = `${target}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    await fill(fresh);
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
    return target;
  }
}
