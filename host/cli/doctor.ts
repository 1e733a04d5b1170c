/** `edge-infer doctor`: what this machine has, and how to get what it lacks. */
import type { Command } from 'commander';
import { EXIT } from '../errors.js';
import { builtinModelNames, loadPackage } from '../models/package.js';
import { packageRoot, packageVersion } from '../paths.js';
import { findRuntime, runtimeNames } from '../runtimes/index.js';
import type { Availability } from '../runtimes/runtime.js';
import { findLlama, LLAMA_INSTALL } from '../wasi-nn/backends/ggml.js';
import { findOnnxRuntime, INSTALL_HINT, loadOnnxRuntime } from '../wasi-nn/backends/onnxruntime.js';
import { findLiteRt, LITERT_INSTALL } from '../wasi-nn/backends/tflite.js';
import { Wasm } from '../wasm.js';
import { print, table } from './output.js';

/** What doctor found; the form of `--json`. */
export interface DoctorReport {
  edge_infer: { version: string; folder: string };
  node: { version: string; ok: boolean; platform: string };
  webassembly: Record<string, boolean>;
  onnxruntime: {
    ok: boolean;
    version?: string;
    providers?: readonly string[];
    folder?: string;
    why?: string;
    hint?: string;
  };
  backends: { name: string; encoding: string; ok: boolean; version?: string; hint?: string }[];
  runtimes: ({ name: string; description: string } & Availability)[];
  models: { name: string; version?: string; ok: boolean; why?: string }[];
}

/** Adds the command to the program. `done` gets the exit code. */
export function addDoctor(program: Command, done: (exitCode: number) => void): void {
  program
    .command('doctor')
    .description('which runtimes, providers and models this machine has, and how to get the rest')
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExit code 0 when pictures can be classified in Node, else 5.')
    .action((options: { json?: true }) => {
      const report = examine();
      if (options.json) print(JSON.stringify(report));
      else show(report);
      done(report.runtimes.some((runtime) => runtime.name === 'node' && runtime.ok) ? EXIT.ok : EXIT.runtime);
    });
}

/** Libraries of graphs that are not ONNX; only WASI-NN guests need them. */
const BACKENDS = [
  { name: 'LiteRT', encoding: 'tensorflowlite', found: findLiteRt, hint: LITERT_INSTALL },
  { name: 'llama.cpp', encoding: 'ggml', found: findLlama, hint: `${LLAMA_INSTALL} (about 90 MB)` },
];

/** Function bodies that only an engine with the feature accepts. */
const FEATURES: Readonly<Record<string, readonly number[]>> = {
  simd: [65, 0, 253, 15, 253, 98],
  relaxed_simd: [65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2],
};

/** A module of one function `() -> v128` with this body. */
function probe(body: readonly number[]): Uint8Array {
  const code = [0, ...body, 11];
  const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
  return Uint8Array.from([...header, 10, code.length + 2, 1, code.length, ...code]);
}

function examine(): DoctorReport {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const webassembly = Object.fromEntries(
    Object.entries(FEATURES).map(([name, body]) => [name, Wasm.validate(probe(body))]),
  );
  return {
    edge_infer: { version: packageVersion(), folder: packageRoot() },
    node: {
      version: process.versions.node,
      ok: major > 20 || (major === 20 && minor >= 10),
      platform: `${process.platform}-${process.arch}`,
    },
    webassembly: { ...webassembly, jspi: 'Suspending' in Wasm },
    onnxruntime: examineOnnxRuntime(),
    backends: BACKENDS.map(({ name, encoding, found, hint }) => {
      const version = found()?.version;
      return version === undefined
        ? { name, encoding, ok: false, hint }
        : { name, encoding, ok: true, version };
    }),
    runtimes: runtimeNames().map((name) => {
      const runtime = findRuntime(name);
      return { name, description: runtime.description, ...runtime.available() };
    }),
    models: builtinModelNames().map((name) => {
      try {
        return { name, version: loadPackage(name).card.version, ok: true };
      } catch (error) {
        return { name, ok: false, why: error instanceof Error ? error.message : String(error) };
      }
    }),
  };
}

function examineOnnxRuntime(): DoctorReport['onnxruntime'] {
  const folder = findOnnxRuntime();
  if (folder === undefined)
    return { ok: false, why: 'onnxruntime-node is not installed', hint: INSTALL_HINT };
  try {
    const { version, providers } = loadOnnxRuntime();
    return { ok: true, version, providers, folder };
  } catch (error) {
    return {
      ok: false,
      folder,
      why: error instanceof Error ? error.message : String(error),
      hint: INSTALL_HINT,
    };
  }
}

function show(report: DoctorReport): void {
  const { onnxruntime: onnx, node } = report;
  const mark = (ok: boolean) => (ok ? 'ok' : 'missing');
  const features = Object.entries(report.webassembly).map(
    ([name, ok]) => `${name.replace('_', ' ')} ${ok ? 'yes' : 'no'}`,
  );
  const rows = [
    ['ok', 'edge-infer', `${report.edge_infer.version} in ${report.edge_infer.folder}`],
    [
      node.ok ? 'ok' : 'old',
      'Node',
      `${node.version}, ${node.platform}${node.ok ? '' : '; 20.10 or newer is needed'}`,
    ],
    ['ok', 'WebAssembly', features.join(', ')],
    [
      mark(onnx.ok),
      'ONNX Runtime',
      onnx.ok
        ? `${onnx.version}, built-in providers: ${onnx.providers?.join(', ')}`
        : `${onnx.why}; ${onnx.hint}`,
    ],
  ];
  for (const { name, encoding, ok, version, hint } of report.backends) {
    rows.push([ok ? 'ok' : 'absent', name, `${ok ? version : hint} (${encoding} graphs)`]);
  }
  for (const { name, ok, version, why, hint } of report.runtimes) {
    rows.push([
      mark(ok),
      `runtime ${name}`,
      ok ? (version ?? '') : `${why}${hint === undefined ? '' : `; ${hint}`}`,
    ]);
  }
  for (const { name, ok, version, why } of report.models) {
    rows.push([ok ? 'ok' : 'broken', `model ${name}`, ok ? (version ?? '') : (why ?? '')]);
  }
  for (const line of table(rows)) print(line);
}
