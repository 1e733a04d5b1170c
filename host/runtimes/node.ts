/** The core module in this process: node:wasi for WASI preview 1, our own WASI-NN. */
import { readFileSync } from 'node:fs';
import { wasmKind } from '../component/kind.js';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { findOnnxRuntime, INSTALL_HINT } from '../wasi-nn/backends/onnxruntime.js';
import { Wasm, type WasmInstance, type WasmMemory, type WasmModule } from '../wasm.js';
import { artifact } from './artifacts.js';
import { lastFailure, providersHere, reportFallbacks, wasiNNFor } from './graphs.js';
import { createWasi, wasiImports } from './node_wasi.js';
import type { Availability, RunRequest, RunResult, Runtime } from './runtime.js';

/** Whether Node can run guests with ONNX graphs: the runtime is there, ONNX Runtime may be missing. */
export function nodeAvailability(): Availability {
  const version = `Node ${process.version}`;
  if (findOnnxRuntime() !== undefined) return { ok: true, version };
  return { ok: false, version, why: 'onnxruntime-node is not installed', hint: INSTALL_HINT };
}

/** The `node` runtime. */
export const nodeRuntime: Runtime = {
  name: 'node',
  description: 'core module in Node, WASI-NN by edge-infer over ONNX Runtime',
  available: () => nodeAvailability(),
  providers: providersHere,
  run: runInNode,
};

async function runInNode(request: RunRequest): Promise<RunResult> {
  request.signal?.throwIfAborted();
  const file = request.module ?? artifact('core');
  const module = await compile(file);
  const wasi = await createWasi({
    version: versionOf(module),
    args: [request.argv0 ?? file, ...request.args],
    env: { ...request.env },
    preopens: Object.fromEntries(request.preopens.map(({ guest, host }) => [guest, host])),
    stdin: request.stdin ?? 0,
    stdout: request.stdout ?? 1,
    stderr: request.stderr ?? 2,
    returnOnExit: true,
  });
  const nn = wasiNNFor(request);
  try {
    const instance = await instantiate(file, module, { ...wasiImports(wasi), ...nn.witx });
    requireCommand(file, instance);
    const memory = instance.exports.memory;
    if (memory !== undefined) nn.bind(memory as WasmMemory);
    request.signal?.throwIfAborted();
    return { exitCode: wasi.start(instance) ?? 0 };
  } catch (cause) {
    if (cause instanceof EdgeInferError || request.signal?.aborted) throw cause;
    throw new EdgeInferError({
      code: 'GUEST_TRAPPED',
      message: `the guest stopped (${file}): ${messageOf(cause)}${lastFailure(nn)}`,
      hint: 'run again with --debug',
      exitCode: EXIT.runtime,
      cause,
    });
  } finally {
    reportFallbacks(nn, request);
    nn.close();
  }
}

/** Guests of before 2020 import WASI under another name, with some functions different. */
function versionOf(module: WasmModule): 'preview1' | 'unstable' {
  const imports = Wasm.Module.imports(module);
  return imports.some((wanted) => wanted.module === 'wasi_unstable') ? 'unstable' : 'preview1';
}

function requireCommand(file: string, instance: WasmInstance): void {
  if (typeof instance.exports._start === 'function') return;
  throw new EdgeInferError({
    code: 'MODULE_NO_COMMAND',
    message: `the module is no command (${file}): it does not export _start`,
    hint: 'load a library from JavaScript, with createWasiNN of edge-infer/wasi-nn',
    exitCode: EXIT.input,
  });
}

async function compile(file: string) {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new EdgeInferError({
      code: 'MODULE_UNREADABLE',
      message: `cannot read the module (${file}): ${messageOf(cause)}`,
      hint: 'check the path',
      exitCode: EXIT.input,
      cause,
    });
  }
  if (wasmKind(bytes) === 'component') {
    throw new EdgeInferError({
      code: 'MODULE_IS_COMPONENT',
      message: `the module is a component (${file})`,
      hint: 'use --runtime node-component',
      exitCode: EXIT.input,
    });
  }
  try {
    return await Wasm.compile(bytes);
  } catch (cause) {
    throw new EdgeInferError({
      code: 'MODULE_INVALID',
      message: `not a WebAssembly module that this Node can compile (${file}): ${messageOf(cause)}`,
      hint: 'check the file, or try a newer Node',
      exitCode: EXIT.input,
      cause,
    });
  }
}

async function instantiate(file: string, module: Awaited<ReturnType<typeof compile>>, imports: object) {
  const known = imports as Record<string, Record<string, unknown>>;
  const missing = Wasm.Module.imports(module).find(
    (wanted) => known[wanted.module]?.[wanted.name] === undefined,
  );
  if (missing !== undefined) {
    throw new EdgeInferError({
      code: 'IMPORT_UNKNOWN',
      message: `the module does not link (${file}): it imports ${missing.module}.${missing.name}, which this host does not have`,
      hint: 'use a guest of WASI preview 1 and WASI-NN',
      exitCode: EXIT.runtime,
    });
  }
  return await Wasm.instantiate(module, known);
}
