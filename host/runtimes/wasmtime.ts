/** Wasmtime as a child process: the core module and the component, precompiled. */
import path from 'node:path';
import { EdgeInferError, EXIT } from '../errors.js';
import { compileOnce } from './aot.js';
import { artifact } from './artifacts.js';
import {
  aotCache,
  compileNative,
  type NativeTool,
  nativeAvailability,
  nativeTool,
  runNative,
} from './native.js';
import type { GraphByName, RunRequest, RunResult, Runtime, RuntimeName } from './runtime.js';

/** The `wasmtime` runtime. */
export const wasmtimeRuntime = wasmtime(
  'wasmtime',
  'core',
  'core module in Wasmtime, ONNX Runtime or OpenVINO',
);
/** The `wasmtime-component` runtime. */
export const wasmtimeComponentRuntime = wasmtime(
  'wasmtime-component',
  'component',
  'component in Wasmtime, ONNX Runtime or OpenVINO',
);

function wasmtime(name: RuntimeName, which: 'core' | 'component', description: string): Runtime {
  return {
    name,
    description,
    available: () => nativeAvailability('wasmtime'),
    // Wasmtime 48 asks ONNX Runtime for the CPU, and OpenVINO for what the target says.
    providers: (target) => ['onnx=cpu', `openvino=${target}`],
    run: (request) => run(request, which),
  };
}

async function run(request: RunRequest, which: 'core' | 'component'): Promise<RunResult> {
  const tool = nativeTool('wasmtime');
  const module = request.module ?? artifact(which);
  const compiled = await precompiled(tool, module, request);
  const args = ['run', '-S', 'nn'];
  for (const graph of request.graphs ?? []) args.push('-S', `nn-graph=${graph.encoding}::${folderOf(graph)}`);
  for (const { host, guest } of request.preopens) args.push('--dir', `${host}::${guest}`);
  for (const [key, value] of Object.entries(request.env ?? {})) args.push('--env', `${key}=${value}`);
  if (compiled !== undefined) args.push('--allow-precompiled');
  if (request.argv0 !== undefined) args.push('--argv0', request.argv0);
  args.push(compiled ?? module, ...request.args);
  const exitCode = await runNative(tool, args, request, { WASMTIME_LOG: 'off' });
  return { exitCode };
}

async function precompiled(
  tool: NativeTool,
  module: string,
  request: RunRequest,
): Promise<string | undefined> {
  const result = await compileOnce({
    module,
    compiler: `wasmtime ${tool.version}`,
    extension: '.cwasm',
    cache: aotCache(),
    compile: (output) => compileNative(tool, ['-o', output, module], request.signal),
  });
  if ('file' in result) return result.file;
  // Wasmtime compiles by itself at each start then: slower, and it says what is wrong with the module.
  request.warn?.(`wasmtime compile failed (${result.why}); the module is compiled at start`);
  return undefined;
}

/** Wasmtime names a graph after its folder. */
function folderOf(graph: GraphByName): string {
  const folder = path.dirname(graph.files[0] ?? '');
  if (path.basename(folder) === graph.name) return folder;
  throw new EdgeInferError({
    code: 'GRAPH_NAME_MISMATCH',
    message: `graph name not possible in Wasmtime (${graph.name}): the name is that of the folder, ${path.basename(folder)}`,
    hint: 'rename the folder, or use --nn-graph',
    exitCode: EXIT.usage,
  });
}
