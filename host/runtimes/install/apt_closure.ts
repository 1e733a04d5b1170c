/**
 * Packages of another Debian suite, unpacked into a folder: apt with a configuration, state and cache of its own,
 * as any user. Nothing of the machine's own packages is looked at or changed.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT } from '../../errors.js';
import { debianMirror } from './apt_sources.js';
import { type Command, run } from './command.js';
import { megabytes, type Progress } from './progress.js';

/** One package file of a closure. */
export interface PackageFile {
  /** `name=version`, as `apt-get download` takes it. */
  spec: string;
  bytes: number;
}

/**
 * Reads `apt-get install --print-uris`: lines of `'URI' NAME_VERSION_ARCH.deb BYTES HASH`.
 *
 * @example
 * parsePrintUris("'http://x/libz3-4_4.13.3-1.1_amd64.deb' libz3-4_4.13.3-1.1_amd64.deb 8643868 MD5Sum:00")
 * // [{spec: 'libz3-4=4.13.3-1.1', bytes: 8643868}]
 */
export function parsePrintUris(text: string): PackageFile[] {
  const files: PackageFile[] = [];
  for (const line of text.split('\n')) {
    const found = /^'[^']+' ([^_\s]+)_([^_\s]+)_[^_\s]+\.deb (\d+)/.exec(line);
    if (found === null) continue;
    const version = decodeURIComponent(found[2] ?? '');
    files.push({ spec: `${found[1]}=${version}`, bytes: Number(found[3]) });
  }
  return files;
}

const MISSING = 'it needs Debian or a relative of it, with apt-get and dpkg; elsewhere see docs/runtimes.md';

/** A suite of Debian with a package index of its own below `folder`. */
export class DebianSuite {
  readonly #options: string[] = [];

  constructor(
    readonly suite: string,
    readonly folder: string,
    readonly progress: Progress,
    readonly signal: AbortSignal | undefined,
  ) {}

  /** Gets the package index. */
  async update(): Promise<void> {
    const { uri, signedBy } = debianMirror();
    const arch = (
      await this.#run({
        program: 'dpkg',
        args: ['--print-architecture'],
        purpose: 'asking for the architecture',
        missing: MISSING,
      })
    ).trim();
    const at = (...parts: string[]) => path.join(this.folder, ...parts);
    for (const name of ['parts', 'preferences', 'lists/partial', 'cache/archives/partial', 'state', 'debs']) {
      mkdirSync(at(name), { recursive: true });
    }
    writeFileSync(at('status'), '');
    const stanza = ['Types: deb', `URIs: ${uri}`, `Suites: ${this.suite}`, 'Components: main'];
    stanza.push(`Architectures: ${arch}`, 'Targets: Packages');
    if (signedBy !== undefined) stanza.push(`Signed-By: ${signedBy}`);
    writeFileSync(at('parts', 'debian.sources'), `${stanza.join('\n')}\n`);
    const settings: Record<string, string> = {
      'Dir::Etc::SourceList': '/dev/null',
      'Dir::Etc::SourceParts': at('parts'),
      'Dir::Etc::Preferences': '/dev/null',
      'Dir::Etc::PreferencesParts': at('preferences'),
      'Dir::State': at('state'),
      'Dir::State::Lists': at('lists'),
      'Dir::State::Status': at('status'),
      'Dir::Cache': at('cache'),
      'APT::Default-Release': '',
      'APT::Architectures': arch,
      'Acquire::Languages': 'none',
      'Acquire::Retries': '3',
    };
    // Root's downloads run as another user, who may not write here.
    if (process.getuid?.() === 0) settings['APT::Sandbox::User'] = 'root';
    this.#options.length = 0;
    for (const [name, value] of Object.entries(settings)) this.#options.push('-o', `${name}=${value}`);
    await this.progress.step(`package index of Debian ${this.suite}`, () =>
      this.#apt(
        ['update', '-qq', '-o', 'APT::Update::Error-Mode=any'],
        `getting the package index of Debian ${this.suite}`,
      ),
    );
  }

  /** Package files for `names`: with all that they need, or the named ones alone. */
  async resolve(names: readonly string[], closure: boolean): Promise<PackageFile[]> {
    const purpose = `looking for ${names.join(', ')} in Debian ${this.suite}`;
    const args = closure
      ? ['install', '--print-uris', '-qq', '-y', '--no-install-recommends', ...names]
      : ['download', '--print-uris', '-qq', ...names];
    const files = parsePrintUris(await this.#apt(args, purpose));
    if (files.length > 0) return files;
    throw new EdgeInferError({
      code: 'PACKAGE_MISSING',
      message: `${purpose} failed: there is none at present`,
      hint: 'try the other WasmEdge (wasmedge-0.14 is in a stable suite)',
      exitCode: EXIT.network,
    });
  }

  /** Downloads package files (apt checks their hashes) and unpacks them into `target`. */
  async unpack(files: readonly PackageFile[], target: string): Promise<void> {
    const debs = path.join(this.folder, 'debs');
    rmSync(debs, { recursive: true, force: true });
    mkdirSync(debs, { recursive: true });
    mkdirSync(target, { recursive: true });
    const total = files.reduce((sum, file) => sum + file.bytes, 0);
    const what = `${files.length} packages of Debian ${this.suite}, ${megabytes(total)}`;
    await this.progress.step(what, async (update) => {
      const watch = setInterval(() => update(`${megabytes(sizeOf(debs))} downloaded`), 500);
      try {
        const specs = files.map((file) => file.spec);
        await this.#apt(['download', '-qq', ...specs], `downloading packages of Debian ${this.suite}`, debs);
      } finally {
        clearInterval(watch);
      }
      for (const name of readdirSync(debs).sort()) {
        update(`unpacking ${name}`);
        const args = ['-x', path.join(debs, name), target];
        await this.#run({ program: 'dpkg', args, purpose: `unpacking ${name}`, missing: MISSING });
      }
    });
    rmSync(debs, { recursive: true, force: true });
  }

  #apt(args: readonly string[], purpose: string, cwd?: string): Promise<string> {
    return this.#run({
      program: 'apt-get',
      args: [...this.#options, ...args],
      purpose,
      missing: MISSING,
      cwd,
    });
  }

  #run(command: Omit<Command, 'signal'>): Promise<string> {
    return run({ ...command, signal: this.signal });
  }
}

function sizeOf(folder: string): number {
  let sum = 0;
  for (const name of readdirSync(folder)) {
    sum += statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}
