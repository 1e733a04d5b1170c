/**
 * Subjects that are commands: a process a sample, input and output in files. A command writes the nanoseconds of each
 * of its runs (u64), then what it computed; assembly/entries/bench_*.ts tell the rest.
 */
import { execFile } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { summarize } from '../../host/bench/statistics.js';
import { EdgeInferError, messageOf } from '../../host/errors.js';
import { runChild } from '../../host/runtimes/child.js';
import { findRuntime, type RuntimeName, requireRuntime } from '../../host/runtimes/index.js';
import { CHECKOUT } from '../machine/paths.js';
import { NotHad, type Subject } from './case.js';
import type { BenchMachine } from './machine.js';

/** Starts a command on file descriptors; its exit code. */
export type Start = (stdin: number, stdout: number) => Promise<number>;

const CRATE = join(CHECKOUT, 'scripts/bench/fast_image_resize');
const WASI_TARGET = 'wasm32-wasip1';
/** What the tables call a runtime. */
const TITLES: Partial<Record<RuntimeName, string>> = { wasmtime: 'Wasmtime', wasmedge: 'WasmEdge' };
let files = 0;

/** The runtime of this name when it is installed; notes its version. */
export function runtimeHere(machine: BenchMachine, name: RuntimeName) {
  const { ok, version, why } = findRuntime(name).available();
  if (!ok) throw new NotHad(`${name} is ${why ?? 'not installed'}: npm run runtimes -- ${name}`);
  machine.versions.set(TITLES[name] ?? name, version ?? 'unknown');
  return requireRuntime(name);
}

/** A module as a command of a runtime, compiled ahead of time. */
export function inRuntime(machine: BenchMachine, name: RuntimeName, module: string): Start {
  const runtime = runtimeHere(machine, name);
  return async (stdin, stdout) =>
    (await runtime.run({ module, args: [], preopens: [], stdin, stdout })).exitCode;
}

/** A program of this machine. */
export const program =
  (command: string, args: readonly string[] = []): Start =>
  (stdin, stdout) =>
    runChild({ command, args, stdin, stdout });

/** Builds fast_image_resize as a command, for WASI with SIMD128 or for this machine; its file. */
export async function buildRival(machine: BenchMachine, kind: 'wasi' | 'native'): Promise<string> {
  const folder = machine.folder('cargo');
  const args = ['build', '--release', '--locked', '--manifest-path', join(CRATE, 'Cargo.toml')];
  if (kind === 'wasi') args.push('--target', WASI_TARGET);
  const flags = kind === 'wasi' ? { RUSTFLAGS: '-C target-feature=+simd128' } : {};
  try {
    const env = { ...process.env, ...flags, CARGO_TARGET_DIR: folder };
    await promisify(execFile)('cargo', args, { env, maxBuffer: 1 << 24 });
  } catch (cause) {
    const lacking = messageOf(cause).includes("can't find crate for");
    const why = lacking ? `rustup target add ${WASI_TARGET} is needed` : messageOf(cause).slice(0, 200);
    throw new NotHad(`cargo does not build fast_image_resize: ${why}`);
  }
  const lock = readFileSync(join(CRATE, 'Cargo.lock'), 'utf8');
  const version = /name = "fast_image_resize"\nversion = "(.+)"/.exec(lock)?.[1];
  machine.versions.set('fast_image_resize', version ?? 'unknown');
  const name = 'bench-fast-image-resize';
  return kind === 'wasi'
    ? join(folder, WASI_TARGET, 'release', `${name}.wasm`)
    : join(folder, 'release', name);
}

/** What goes into a command, how many runs it makes, and of how many units each is. */
export interface CommandInput {
  bytes: Uint8Array;
  runs: number;
  units: number;
}

/** A subject that starts the command anew for each sample; the median of its runs counts. */
export function commandSubject(machine: BenchMachine, start: Start, input: CommandInput): Subject {
  const stem = join(machine.folder('outputs'), `${process.pid}-command-${files++}`);
  const [inFile, outFile] = [`${stem}.in`, `${stem}.out`];
  writeFileSync(inFile, input.bytes);
  const run = async (): Promise<Buffer> => {
    const [stdin, stdout] = [openSync(inFile, 'r'), openSync(outFile, 'w')];
    try {
      const code = await start(stdin, stdout);
      if (code !== 0) throw new Error(`the command ended with ${code}`);
    } catch (cause) {
      throw cause instanceof EdgeInferError ? new Error(cause.message) : cause;
    } finally {
      closeSync(stdin);
      closeSync(stdout);
    }
    return readFileSync(outFile);
  };
  return {
    warm: async () => void (await run()),
    async sample() {
      const output = await run();
      const spent = Array.from({ length: input.runs }, (_, i) => Number(output.readBigUInt64LE(i * 8)) / 1e6);
      return summarize(spent).median / input.units;
    },
    output: async () => (await run()).subarray(input.runs * 8),
    async close() {
      for (const file of [inFile, outFile]) rmSync(file, { force: true });
    },
  };
}
