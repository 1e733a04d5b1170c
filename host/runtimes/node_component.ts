/** The component in this process: transpiled by jco, WASI 0.2 by preview2-shim, our own WASI-NN. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transpileOnce } from '../component/transpile.js';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { Wasm, type WasmInstance, type WasmModule } from '../wasm.js';
import { artifact } from './artifacts.js';
import { runChild } from './child.js';
import { lastFailure, providersHere, reportFallbacks, wasiNNFor } from './graphs.js';
import { aotCache } from './native.js';
import { nodeAvailability } from './node.js';
import type { RunRequest, RunResult, Runtime } from './runtime.js';

/** The `node-component` runtime. */
export const nodeComponentRuntime: Runtime = {
  name: 'node-component',
  description: 'component in Node (jco), WASI-NN by edge-infer over ONNX Runtime',
  available: () => nodeAvailability(),
  providers: providersHere,
  run: runComponent,
};

type CoreImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface CommandExports {
  readonly run?: { run(): void };
  readonly [key: string]: unknown;
}

type Instantiate = (
  getCoreModule: (file: string) => WasmModule,
  imports: Readonly<Record<string, object>>,
  instantiateCore: (module: WasmModule, imports?: CoreImports) => WasmInstance,
) => CommandExports | Promise<CommandExports>;

/** Thrown through the guest's stack when it calls `wasi:cli/exit`. */
class GuestExit extends Error {
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`);
  }
}

async function runComponent(request: RunRequest): Promise<RunResult> {
  request.signal?.throwIfAborted();
  const redirected = (request.stdin ?? 0) !== 0 || (request.stdout ?? 1) !== 1 || (request.stderr ?? 2) !== 2;
  return redirected ? runInChild(request) : runHere(request);
}

/** preview2-shim writes to descriptors 1 and 2: other streams mean another process. */
async function runInChild(request: RunRequest): Promise<RunResult> {
  const { stdin, stdout, stderr, signal, log: _log, warn: _warn, ...rest } = request;
  const exitCode = await runChild({
    command: process.execPath,
    args: [fileURLToPath(new URL('./node_component_child.js', import.meta.url)), JSON.stringify(rest)],
    stdin: stdin ?? 0,
    stdout: stdout ?? 1,
    stderr: stderr ?? 2,
    signal,
  });
  return { exitCode };
}

async function runHere(request: RunRequest): Promise<RunResult> {
  const file =
    request.module === undefined ? artifact('transpiled') : await transpileOnce(request.module, aotCache());
  const { instantiate } = (await import(pathToFileURL(file).href)) as { instantiate: Instantiate };
  const { WASIShim } = await import('@bytecodealliance/preview2-shim/instantiation');
  const shim = new WASIShim({
    sandbox: {
      preopens: Object.fromEntries(request.preopens.map(({ guest, host }) => [guest, host])),
      env: { ...request.env },
      args: [request.argv0 ?? request.module ?? file, ...request.args],
      enableNetwork: false,
    },
  });
  const nn = wasiNNFor(request);
  try {
    const wasi = shim.getImportObject() as unknown as Record<string, object>;
    const folder = path.dirname(file);
    const exit = { code: 1 };
    const command = await instantiate(
      (name) => new Wasm.Module(readFileSync(path.join(folder, name))),
      { ...wasi, ...nn.wit, 'wasi:cli/exit': cliExit(exit) },
      (module, imports) => new Wasm.Instance(module, noteProcExit(imports, exit)),
    );
    request.signal?.throwIfAborted();
    return { exitCode: runCommand(command) };
  } catch (cause) {
    if (cause instanceof EdgeInferError || request.signal?.aborted) throw cause;
    throw new EdgeInferError({
      code: 'GUEST_TRAPPED',
      message: `the guest stopped (${request.module ?? file}): ${messageOf(cause)}${lastFailure(nn)}`,
      hint: 'run again with --debug',
      exitCode: EXIT.runtime,
      cause,
    });
  } finally {
    reportFallbacks(nn, request);
    nn.close();
  }
}

/** `wasi:cli/exit`: `exit` knows only good or bad; how bad is in `last`. */
function cliExit(last: { readonly code: number }) {
  return {
    exit(status: { tag: 'ok' | 'err' }): never {
      throw new GuestExit(status.tag === 'err' ? last.code : 0);
    },
    exitWithCode(code: number): never {
      throw new GuestExit(code);
    },
  };
}

/** The adapter from WASI preview 1 turns every code but 0 into "bad": the code is noted on its way in. */
function noteProcExit(imports: CoreImports | undefined, last: { code: number }): CoreImports {
  const preview1 = imports?.wasi_snapshot_preview1;
  const adapter = preview1?.proc_exit;
  if (imports === undefined || typeof adapter !== 'function') return imports ?? {};
  const procExit = (code: number): void => {
    last.code = code;
    Reflect.apply(adapter, undefined, [code]);
  };
  return { ...imports, wasi_snapshot_preview1: { ...preview1, proc_exit: procExit } };
}

function runCommand(command: CommandExports): number {
  const entry =
    command.run ??
    (Object.entries(command).find(([name]) => name.startsWith('wasi:cli/run'))?.[1] as CommandExports['run']);
  if (entry === undefined) throw new Error('the component does not export wasi:cli/run');
  try {
    entry.run();
    return 0;
  } catch (thrown) {
    if (thrown instanceof GuestExit) return thrown.exitCode;
    // `result` without payload: jco throws its error case.
    if (thrown instanceof Error && 'payload' in thrown) return 1;
    throw thrown;
  }
}
