/** Runs the measuring guest in one runtime and sums up what it printed. */
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { summarize } from '../../host/bench/statistics.js';
import { componentize } from '../../host/component/componentize.js';
import { identityModel } from '../../host/conformance/onnx.js';
import { findRuntime } from '../../host/runtimes/index.js';
import { createWasi, wasiImports } from '../../host/runtimes/node_wasi.js';
import type { GraphByName, RuntimeName } from '../../host/runtimes/runtime.js';
import { createWasiNN, graphFromFiles, type InputMode, type Stats } from '../../host/wasi-nn/index.js';
import { Wasm, type WasmMemory } from '../../host/wasm.js';
import { overheadGuest, ROUNDS } from './guest.js';
import { nullBackend } from './null_backend.js';

/** Median nanoseconds of a call, by the guest's name for it. */
export type Overheads = ReadonlyMap<string, number>;

/** Files that all subjects share. */
export interface Workplace {
  readonly folder: string;
  readonly core: string;
  readonly component: string;
  readonly graphs: readonly GraphByName[];
}

/** Makes guest, component and model in `folder`. */
export async function prepare(folder: string): Promise<Workplace> {
  const [core, component] = [join(folder, 'overheads.wasm'), join(folder, 'overheads.component.wasm')];
  const guest = await overheadGuest();
  writeFileSync(core, guest);
  writeFileSync(component, await componentize(guest, 'the measuring guest'));
  mkdirSync(join(folder, 'identity'));
  const model = join(folder, 'identity', 'model.onnx');
  writeFileSync(model, identityModel('f32', ['n']));
  return {
    folder,
    core,
    component,
    graphs: [{ name: 'identity', encoding: 'onnx', target: 'cpu', files: [model] }],
  };
}

/** What the guest printed: `NAME CALLS NANOSECONDS`, a line a measurement; the first third of the rounds warms up. */
export function readMeasurements(text: string): Overheads {
  const samples = new Map<string, number[]>();
  for (const line of text.split('\n')) {
    const parts = /^(\w+) (\d+) (\d+)$/.exec(line);
    if (parts === null) continue;
    const [, name = '', calls, ns] = parts;
    samples.set(name, [...(samples.get(name) ?? []), Number(ns) / Number(calls)]);
  }
  const medians = new Map<string, number>();
  for (const [name, all] of samples) {
    medians.set(name, summarize(all.slice(Math.floor(ROUNDS / 3))).median);
  }
  return medians;
}

async function printed(folder: string, run: (stdout: number) => Promise<number>): Promise<Overheads> {
  const file = join(folder, 'printed.txt');
  const descriptor = openSync(file, 'w');
  const exitCode = await run(descriptor).finally(() => closeSync(descriptor));
  const text = readFileSync(file, 'utf8');
  if (exitCode !== 0) throw new Error(`the measuring guest failed: ${text.trim().split('\n').at(-1)}`);
  return readMeasurements(text);
}

/** In a runtime as edge-infer starts it. */
export function measureIn(name: RuntimeName, work: Workplace, inputs: InputMode): Promise<Overheads> {
  const module = name.endsWith('-component') ? work.component : work.core;
  return printed(work.folder, async (stdout) => {
    const { graphs } = work;
    return (await findRuntime(name).run({ module, args: [], preopens: [], graphs, inputs, stdout })).exitCode;
  });
}

/** On the Node host in this process, over a library that computes nothing or over ONNX Runtime; also what was copied. */
export async function measureHere(
  work: Workplace,
  inputs: InputMode,
  library: 'nothing' | 'onnxruntime',
): Promise<{ overheads: Overheads; stats: Stats }> {
  const [graph] = work.graphs;
  using nn = createWasiNN({
    inputs,
    graphs: { identity: graphFromFiles('onnx', graph?.files ?? []) },
    ...(library === 'nothing' ? { backends: { onnx: nullBackend } } : {}),
  });
  const overheads = await printed(work.folder, async (stdout) => {
    const wasi = await createWasi({ version: 'preview1', stdout, returnOnExit: true });
    const module = await Wasm.compile(readFileSync(work.core));
    const instance = await Wasm.instantiate(module, { ...wasiImports(wasi), ...nn.witx });
    nn.bind(instance.exports.memory as WasmMemory);
    return wasi.start(instance) ?? 0;
  });
  return { overheads, stats: nn.stats() };
}
