/** The machine that the benchmark runs on: programs, rivals, pictures, and the versions of all of them. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageVersion } from '../../host/paths.js';
import { CHECKOUT, MACHINE_TOOLS } from '../machine/paths.js';
import { languagePython, prepareTools, referencePython, secondNode } from '../machine/tools.js';
import { NotHad } from './case.js';
import { compileBenchGuest } from './guest.js';
import { makePictures, type Pictures } from './pictures.js';
import { prepareNodeRivals } from './rivals.js';

/** What cases ask for; everything is got on first use and once. */
export class BenchMachine {
  readonly #say: (line: string) => void;
  readonly #once = new Map<string, Promise<unknown>>();
  /** Versions of what has been used, by name. */
  readonly versions = new Map<string, string>();

  constructor(say: (line: string) => void) {
    this.#say = say;
    this.versions.set('edge-infer', packageVersion());
    for (const name of ['assemblyscript', 'binaryen']) this.versions.set(name, installedVersion(name));
  }

  /** A line of progress. */
  say(line: string): void {
    this.#say(line);
  }

  #get<T>(name: string, make: () => Promise<T>): Promise<T> {
    const known = this.#once.get(name) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.#once.set(name, made);
    return made;
  }

  /** Makes a tool of this machine when it is missing; why it could not be made. */
  #tool(name: 'python' | 'language' | 'node24'): Promise<string | undefined> {
    return this.#get(name, async () => (await prepareTools((line) => this.#say(line), [name]))[0]);
  }

  /** Folder for what the benchmark makes on this machine. */
  folder(...parts: string[]): string {
    const folder = join(MACHINE_TOOLS, 'bench', ...parts);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** The Node that subjects run in: 24 where there is one or one can be had, else this one. */
  async node(): Promise<string> {
    if (secondNode() === undefined) await this.#tool('node24');
    const node = secondNode() ?? process.execPath;
    await this.#get('node version', async () => {
      const { stdout } = await promisify(execFile)(node, ['-p', 'process.versions.node']);
      this.versions.set('Node', stdout.trim());
    });
    return node;
  }

  /** The reference Python. */
  async python(): Promise<string> {
    const why = referencePython() === undefined ? await this.#tool('python') : undefined;
    const python = referencePython();
    if (python !== undefined) return python;
    throw new NotHad(`no Python reference (${why ?? 'unknown reason'})`);
  }

  /** The reference Python for texts. */
  async textPython(): Promise<string> {
    const why = languagePython() === undefined ? await this.#tool('language') : undefined;
    const python = languagePython();
    if (python !== undefined) return python;
    throw new NotHad(`no Python reference for texts (${why ?? 'unknown reason'})`);
  }

  /** Folder with a node_modules of the rivals that npm has. */
  nodeRivals(): Promise<string> {
    return this.#get('node rivals', () => prepareNodeRivals(this));
  }

  /** A module of assembly/entries compiled as the artifacts are; its file. */
  guest(entry: string): Promise<string> {
    return this.#get(`guest ${entry}`, () => compileBenchGuest(entry));
  }

  /** The pictures that all subjects read. */
  pictures(): Promise<Pictures> {
    return this.#get('pictures', () => makePictures(this));
  }

  /** Lines that describe the machine. */
  describe(): { cpu: string; cores: number; memory_gib: number; system: string } {
    const cpus = os.cpus();
    return {
      cpu: cpus[0]?.model.trim() ?? 'unknown',
      cores: cpus.length,
      memory_gib: Math.round(os.totalmem() / 2 ** 30),
      system: `${os.type()} ${os.arch()}`,
    };
  }
}

function installedVersion(name: string): string {
  const file = join(CHECKOUT, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
