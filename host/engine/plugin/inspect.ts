/** What a plug-in may not be, found before any of its code runs: foreign imports, missing exports, unbounded memory. */
import { EdgeInferError, EXIT, messageOf } from '../../errors.js';
import type { CardPlugin } from '../../models/card.js';
import { Wasm, type WasmModule } from '../../wasm.js';

/** Which half of the work a plug-in does: the name of the function that it exports. */
export type PluginSide = 'preprocess' | 'postprocess';

/** All that a plug-in may import, and what it is. */
const IMPORTS: Readonly<Record<string, string>> = {
  'edge_infer.log': 'function',
  'edge_infer.resize': 'function',
};
const PAGE = 65536;
/** Entries of a table are pointers of the engine's: 65,536 of them are half a megabyte. */
const MOST_TABLE_ENTRIES = 65536;
const SECTION = { table: 4, memory: 5 } as const;
const HEAD_BYTES = 8;
const FUNCREF = 0x70;
const EXTERNREF = 0x6f;
/** Flags of limits: a minimum and a maximum, 32 bits, not shared. */
const BOUNDED = 1;

export function pluginRefused(path: string, why: string, hint: string, cause?: unknown): EdgeInferError {
  return new EdgeInferError({
    code: 'PLUGIN_REFUSED',
    message: `plug-in refused (${path}): ${why}`,
    hint,
    exitCode: EXIT.security,
    cause,
  });
}

/**
 * Compiles a plug-in whose hash is right, and refuses what its limits cannot be held for.
 *
 * @throws EdgeInferError `PLUGIN_REFUSED` (exit 7)
 */
export function inspectPlugin(bytes: Uint8Array, side: PluginSide, { path, limits }: CardPlugin): WasmModule {
  const refuse = (why: string, hint: string, cause?: unknown) => pluginRefused(path, why, hint, cause);
  let module: WasmModule;
  try {
    module = new Wasm.Module(bytes);
  } catch (cause) {
    throw refuse(`it does not compile: ${messageOf(cause)}`, 'give a core module', cause);
  }
  for (const { module: from, name, kind } of Wasm.Module.imports(module)) {
    if (IMPORTS[`${from}.${name}`] === kind) continue;
    const offered = Object.keys(IMPORTS).join(', ');
    throw refuse(`it imports the ${kind} ${from}.${name}`, `import nothing but ${offered}`);
  }
  const exported = new Map(Wasm.Module.exports(module).map(({ name, kind }) => [name, kind]));
  for (const [name, kind] of [
    ['memory', 'memory'],
    ['edge_plugin_alloc', 'function'],
    [side, 'function'],
  ] as const) {
    if (exported.get(name) !== kind) throw refuse(`it exports no ${kind} ${name}`, 'see docs/plugins.md');
  }
  try {
    checkMemory(sectionOf(bytes, SECTION.memory), limits.memory_bytes);
    checkTables(sectionOf(bytes, SECTION.table));
  } catch (cause) {
    throw refuse(messageOf(cause), 'compile it with a maximum: --maximumMemory of AssemblyScript', cause);
  }
  return module;
}

/** @throws Error why the limit cannot be held */
function checkMemory(section: Section | undefined, limit: number): void {
  if (section === undefined || section.number() !== 1) throw new Error('it does not have exactly one memory');
  const { most } = limitsOf(section, 'memory');
  if (most * PAGE > limit) {
    throw new Error(`its memory may become ${most * PAGE} bytes, the card allows ${limit}`);
  }
}

function checkTables(section: Section | undefined): void {
  for (let count = section?.number() ?? 0; count > 0 && section !== undefined; count--) {
    const type = section.byte();
    if (type !== FUNCREF && type !== EXTERNREF) throw new Error('it has a table of a kind that is not known');
    const { most } = limitsOf(section, 'table');
    if (most > MOST_TABLE_ENTRIES) throw new Error(`its table may have ${most} entries`);
  }
}

function limitsOf(section: Section, what: string): { most: number } {
  if (section.byte() !== BOUNDED) throw new Error(`its ${what} has no maximum, is shared or is of 64 bits`);
  section.number();
  return { most: section.number() };
}

/** Content of the first section of this id. The module has been compiled: its structure is right. */
function sectionOf(bytes: Uint8Array, id: number): Section | undefined {
  const all = new Section(bytes, HEAD_BYTES);
  while (!all.ended) {
    const found = all.byte();
    const length = all.number();
    if (found === id) return all;
    all.skip(length);
  }
  return undefined;
}

/** Reads a binary module from a place on. */
class Section {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.byteLength;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  /** An unsigned LEB128 number of 32 bits. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  skip(length: number): void {
    this.#at += length;
  }
}
