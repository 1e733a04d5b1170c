/** The fuzzed module (assembly/entries/fuzz_testing.ts) and the checks around each input. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWasi, wasiImports } from '../../host/runtimes/node_wasi.js';
import { Wasm, type WasmMemory, type WasmModule } from '../../host/wasm.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { keepCompiled } from '../support/assembly.js';
import type { Outcome, Target } from './target.js';

/** Pages of the guest's memory: small enough that a hostile size is refused soon. */
const MAX_PAGES = 512;
/** The arena's first bytes of a block, in the first run and in the one that must give the same. */
const POISONS = [0xa5, 0x5a] as const;
/** A refused input is run twice only now and then. */
const SECOND_LOOK = 8;
/** Milliseconds that an input may take, and more for each pixel that it declares. */
const BASE_MS = 60;
const MS_A_MEGAPIXEL = 60;
/** errno of WASI-NN: invalid argument. */
const NN_INVALID = 1;

type CompileGuest = (
  name: string,
  abi: number,
  otherwise: { options: string[]; sources: Record<string, string> },
) => Promise<Uint8Array>;

/** The module's bytes, compiled as the artifacts are, with the watched arena in place of the arena. */
export function compileFuzzed(): Promise<Buffer> {
  const folder = join(CHECKOUT, 'scripts/build');
  const scripts = readdirSync(folder).sort();
  const otherwise = {
    options: ['--maximumMemory', String(MAX_PAGES)],
    sources: { 'assembly/memory/arena.ts': "export * from './arena_watched';\n" },
  };
  const recipe = [
    JSON.stringify(otherwise),
    ...scripts.map((name) => readFileSync(join(folder, name), 'utf8')),
  ];
  return keepCompiled('fuzz_testing', recipe.join('\0'), async () => {
    // The build's own script: what tsc makes of it lies elsewhere and would not find the sources.
    const build = (await import(join(folder, 'guest.mjs'))) as { compileGuest: CompileGuest };
    return build.compileGuest('fuzz_testing', 1, otherwise);
  });
}

/** What is looked for. */
export const FINDING_KINDS = [
  'trap',
  'hang',
  'slow',
  'memory',
  'write',
  'unstable',
  'status',
  'opinion',
] as const;
/** A trap; an input without end; one beyond its time or memory; a write outside; another result the second time; a status
 * or result that makes no sense; another reader's contrary opinion. */
export type FindingKind = (typeof FINDING_KINDS)[number];

/** An input that showed a fault of the module. */
export interface Finding {
  readonly kind: FindingKind;
  readonly what: string;
  /** The instance can not be used any more. */
  readonly fatal: boolean;
}

/** WASI-NN that loads anything and answers four logits. */
function stubNn(memory: () => WasmMemory): Record<string, (...args: number[]) => number> {
  const logits = new Uint8Array(Float32Array.of(0, 3, 1, 3).buffer);
  const put = (at: number, value: number) => {
    const view = new DataView(memory().buffer);
    if (at + 4 > view.byteLength) return NN_INVALID;
    view.setUint32(at, value, true);
    return 0;
  };
  return {
    load: (_parts, _count, _encoding, _target, out) => put(out!, 0),
    load_by_name: (_name, _length, out) => put(out!, 0),
    init_execution_context: (_graph, out) => put(out!, 0),
    set_input: () => 0,
    compute: () => 0,
    get_output: (_context, _index, to, capacity, written) => {
      if (logits.length > capacity!) return NN_INVALID;
      new Uint8Array(memory().buffer).set(logits, to);
      return put(written!, logits.length);
    },
  };
}

/** One instance. */
export class FuzzGuest {
  readonly memory: WasmMemory;
  readonly call: Readonly<Record<string, (...args: number[]) => number>>;
  readonly #texts = new Map<string, string>();
  #bytes: Uint8Array = new Uint8Array();
  #view: DataView = new DataView(new ArrayBuffer(0));
  #runs = 0;

  private constructor(exports: Readonly<Record<string, unknown>>) {
    this.memory = exports.memory as WasmMemory;
    this.call = exports as typeof this.call;
    // The reactor takes its resident place first: marks lie above it.
    this.call.edge_reset!();
  }

  /** A fresh instance that sees `folder` as `.`. */
  static async create(module: WasmModule, folder: string): Promise<FuzzGuest> {
    const wasi = await createWasi({ version: 'preview1', preopens: { '.': folder }, returnOnExit: true });
    let memory: WasmMemory | undefined;
    const instance = await Wasm.instantiate(module, {
      ...wasiImports(wasi),
      wasi_ephemeral_nn: stubNn(() => memory!),
    });
    memory = instance.exports.memory as WasmMemory;
    wasi.initialize({ exports: { memory } });
    return new FuzzGuest(instance.exports);
  }

  /** The memory as bytes, made afresh when it has grown. */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.memory.buffer) {
      this.#bytes = new Uint8Array(this.memory.buffer);
      this.#view = new DataView(this.memory.buffer);
    }
    return this.#bytes;
  }

  u32(at: number): number {
    return this.bytes.length === 0 ? 0 : this.#view.getUint32(at, true);
  }

  /** Puts the checksum of a run into the report, for a target that makes its own; the rest becomes zero. */
  setChecksum(checksum: bigint): void {
    const report = this.call.fuzzReset!() >>> 0;
    this.bytes;
    this.#view.setBigUint64(report, checksum, true);
  }

  /** A text of the guest: 0 of a picture, 1 of JSON, 2 of a card. */
  text(kind: 0 | 1 | 2, status: number): string {
    const key = `${kind} ${status}`;
    let text = this.#texts.get(key);
    if (text === undefined) {
      const at = this.call.fuzzText!(kind, status) >>> 0;
      text = Buffer.from(this.memory.buffer, at + 4, this.u32(at)).toString('latin1');
      this.#texts.set(key, text);
    }
    return text;
  }

  #once(target: Target, file: Uint8Array, poison: number): { outcome: Outcome; ms: number } | Finding {
    const { call } = this;
    call.arenaPoison!(poison);
    const before = call.arenaMark!() >>> 0;
    const at = call.arenaAlloc!(file.length) >>> 0;
    this.bytes.set(file, at);
    call.arenaHighWaterReset!();
    const used = call.arenaHighWater!() >>> 0;
    const from = performance.now();
    const cpu = process.cpuUsage();
    let status: number;
    try {
      status = target.call(this, at, file.length);
    } catch (cause) {
      return {
        kind: 'trap',
        what: `trap: ${cause instanceof Error ? cause.message : String(cause)}`,
        fatal: true,
      };
    }
    let ms = performance.now() - from;
    if (ms > BASE_MS) {
      // What the machine gave to others does not count.
      const { user, system } = process.cpuUsage(cpu);
      ms = Math.min(ms, (user + system) / 1000);
    }
    const report = call.fuzzReport!() >>> 0;
    const { bytes } = this;
    const view = this.#view;
    const outcome: Outcome = {
      status,
      checksum: view.getBigUint64(report, true),
      width: view.getUint32(report + 8, true),
      height: view.getUint32(report + 12, true),
      rows: view.getUint32(report + 20, true),
      fault: view.getUint32(report + 24, true),
      output: view.getUint32(report + 28, true),
      peak: (call.arenaHighWater!() >>> 0) - used,
    };
    const damaged = call.arenaIntact!() >>> 0;
    if (damaged !== 0) return { kind: 'write', what: `wrote around the block at ${damaged}`, fatal: true };
    if (Buffer.compare(bytes.subarray(at, at + file.length), file) !== 0)
      return { kind: 'write', what: 'changed its input', fatal: true };
    const verdict = target.judge?.(this, file, outcome);
    call.edge_reset!();
    if (call.arenaIntact!() !== 0)
      return { kind: 'write', what: 'wrote around a block that it released', fatal: true };
    const after = call.arenaMark!() >>> 0;
    if (after !== before && after < before)
      return { kind: 'memory', what: 'released more than it took', fatal: true };
    return verdict === undefined ? { outcome, ms } : { kind: 'opinion', what: verdict, fatal: false };
  }

  /** Runs one input with all checks. */
  run(target: Target, file: Uint8Array): Outcome | Finding {
    const first = this.#once(target, file, POISONS[0]);
    if (!('outcome' in first)) return first;
    const { outcome } = first;
    const { status, width, height, peak, fault } = outcome;
    if (fault !== 0)
      return { kind: 'status', what: `fault ${fault} of the entry (FAULT_ in fuzz_testing.ts)`, fatal: true };
    const bound = target.bound(file.length, width, height);
    if (peak > bound) {
      return {
        kind: 'memory',
        what: `took ${peak} bytes, the bound is ${bound} (${width} x ${height})`,
        fatal: false,
      };
    }
    if (status < 0) return { kind: 'status', what: `status ${status}`, fatal: false };
    const accepted = target.accepts === undefined ? status === 0 : target.accepts(status);
    if (!accepted && !/^[\x20-\x7e]{10,}[^.]$/.test(target.text(this, status)))
      return { kind: 'status', what: `status ${status} has no clear text`, fatal: false };
    this.#runs += 1;
    const allowed = BASE_MS + (width * height * MS_A_MEGAPIXEL) / 1e6;
    let best = first.ms;
    const looks = accepted || this.#runs % SECOND_LOOK === 0 ? 1 : 0;
    // A slow run may have other causes: the fastest of several counts.
    for (let look = 0; look < looks || (best > allowed && look < 4); look += 1) {
      const again = this.#once(target, file, POISONS[1]);
      if (!('outcome' in again))
        return { kind: again.kind, what: `the second time: ${again.what}`, fatal: again.fatal };
      if (again.outcome.checksum !== outcome.checksum || again.outcome.status !== status)
        return { kind: 'unstable', what: 'gives another result the second time', fatal: false };
      best = Math.min(best, again.ms);
    }
    if (best > allowed)
      return {
        kind: 'slow',
        what: `took ${best.toFixed(0)} ms, ${allowed.toFixed(0)} are allowed`,
        fatal: false,
      };
    return outcome;
  }
}
