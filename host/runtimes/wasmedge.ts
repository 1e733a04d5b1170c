/** WasmEdge as a child process with edge-infer's WASI-NN plug-in; the module compiled ahead of time. */
import { EdgeInferError, EXIT } from '../errors.js';
import { compileOnce } from './aot.js';
import { artifact } from './artifacts.js';
import type { WasmedgeName } from './install/wasmedge.js';
import {
  aotCache,
  compileNative,
  type NativeTool,
  nativeAvailability,
  nativeTool,
  runNative,
} from './native.js';
import type { GraphByName, Preopen, RunRequest, RunResult, Runtime } from './runtime.js';

/** WasmEdge as one of the versions that the installer knows. */
export function wasmedgeOf(installed: WasmedgeName): Runtime {
  return {
    name: 'wasmedge',
    description: "core module in WasmEdge, WASI-NN by edge-infer's plug-in over ONNX Runtime",
    available: () => nativeAvailability(installed),
    providers: () => ['onnx=cpu'],
    run: (request) => run(installed, request),
  };
}

/** The `wasmedge` runtime. */
export const wasmedgeRuntime = wasmedgeOf('wasmedge');

async function run(installed: WasmedgeName, request: RunRequest): Promise<RunResult> {
  const tool = nativeTool(installed);
  const module = request.module ?? artifact('core');
  const compiled = await precompiled(tool, module, request);
  const args = runFlags(tool, compiled !== undefined);
  // Of an option that is given twice WasmEdge keeps the last; our plug-in takes several graphs in one.
  const preloads = (request.graphs ?? []).map(preloadOf).join(';');
  if (preloads !== '') args.push('--nn-preload', preloads);
  for (const preopen of request.preopens) args.push('--dir', dirOf(preopen));
  for (const [key, value] of Object.entries(request.env ?? {})) args.push('--env', `${key}=${value}`);
  args.push(compiled ?? module, ...request.args);
  const exitCode = await runNative(tool, args, request, { EDGE_INFER_NN_LOG: 'off' });
  return { exitCode };
}

/** WasmEdge 0.15 and later interpret unless told otherwise, and log to standard output; 0.14 has no such flags. */
function runFlags(tool: NativeTool, aot: boolean): string[] {
  const [major = 0, minor = 0] = tool.version.split('.').map(Number);
  if (major === 0 && minor < 15) return ['run'];
  return ['run', '--log-level', 'error', ...(aot ? ['--run-mode', 'aot'] : [])];
}

async function precompiled(
  tool: NativeTool,
  module: string,
  request: RunRequest,
): Promise<string | undefined> {
  const result = await compileOnce({
    module,
    compiler: `wasmedge ${tool.version}`,
    // As a library: in a wasm file, an optimised module of this size is refused when it is loaded ("AOT section --
    // number of codes not matching", 0.14.1 and 0.17.1) and runs in the interpreter, 70 times slower.
    extension: process.platform === 'darwin' ? '.dylib' : '.so',
    cache: aotCache(),
    compile: (output) => compileNative(tool, [module, output], request.signal),
  });
  if ('file' in result) return result.file;
  request.warn?.(`wasmedge compile failed (${result.why}); running in the interpreter, which is far slower`);
  return undefined;
}

/** `GUEST:HOST`: a colon cannot be written. */
function dirOf({ guest, host }: Preopen): string {
  if (!guest.includes(':') && !host.includes(':')) return `${guest}:${host}`;
  throw new EdgeInferError({
    code: 'PATH_NOT_POSSIBLE',
    message: `folder not possible in WasmEdge (${host}): its --dir cannot hold a colon`,
    hint: 'move the file, or use another runtime',
    exitCode: EXIT.runtime,
  });
}

function preloadOf(graph: GraphByName): string {
  return [graph.name, graph.encoding, graph.target, ...graph.files].join(':');
}
