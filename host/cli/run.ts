/** `edge-infer run`: any WASI preview 1 guest with WASI-NN on the Node host. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { wasmKind } from '../component/kind.js';
import { EdgeInferError, EXIT } from '../errors.js';
import { requireRuntime } from '../runtimes/index.js';
import type { GraphByName, Preopen, RunRequest, Runtime } from '../runtimes/runtime.js';
import { type Encoding, graphFilesIn, type Target } from '../wasi-nn/index.js';
import { debugging, note } from './output.js';

interface RunOptions {
  dir: string[];
  env: string[];
  wasi: string[];
  nnGraph: string[];
  nnPreload: string[];
  nnStrict?: true;
  inputs: 'copy' | 'view';
  runtime: string;
}

const collect = (value: string, all: string[]): string[] => [...all, value];

/** Adds the command to the program. `done` gets the exit code. */
export function addRun(program: Command, done: (exitCode: number) => void): void {
  program
    .command('run')
    .description('run any WASI-NN guest: core module or component')
    .argument('<GUEST.wasm>', 'the module')
    .argument('[ARGS...]', 'arguments of the guest, after --')
    .option(
      '--dir <DIR>',
      'folder that the guest sees: HOST, HOST::GUEST or GUEST:HOST, again for more',
      collect,
      [],
    )
    .option('--env <NAME[=VALUE]>', 'environment of the guest, again for more', collect, [])
    .option('-S, --wasi <OPTION>', 'nn and nn-graph=ENC::DIR, as wasmtime has them', collect, [])
    .option('--nn-graph <ENC::DIR>', "graph by its folder's name, as wasmtime has it", collect, [])
    .option('--nn-preload <NAME:ENC:TARGET:PATH>', 'graph by a name, as wasmedge has it', collect, [])
    .option('--nn-strict', 'fail rather than run a graph somewhere else than asked')
    .addOption(
      new Option('--inputs <MODE>', 'take inputs by copy, or view the memory of a guest that keeps them')
        .choices(['copy', 'view'])
        .default('copy'),
    )
    .option('--runtime <NAME>', 'node, wasmtime or wasmedge', 'node')
    .addHelpText(
      'after',
      `
Examples:
  $ edge-infer run guest.wasm --dir . --nn-graph onnx::./mobilenet -- image.jpg
  $ edge-infer run -S nn -S nn-graph=onnx::./mobilenet --dir . guest.component.wasm -- image.jpg
  $ edge-infer run guest.wasm --dir ./fixture::/fixture --nn-preload default:onnx:cpu:model.onnx`,
    )
    .action(async (guest: string, args: string[], options: RunOptions) =>
      done(await run(guest, args, options)),
    );
}

async function run(guest: string, args: string[], options: RunOptions): Promise<number> {
  const module = path.resolve(guest);
  if (!existsSync(module)) {
    throw new EdgeInferError({
      code: 'INPUT_NOT_FOUND',
      message: `no such guest (${guest}): the file does not exist`,
      hint: 'check the path',
      exitCode: EXIT.input,
    });
  }
  const runtime = runtimeFor(module, options.runtime);
  const request: RunRequest = {
    module,
    args,
    preopens: options.dir.map(parseDir),
    env: Object.fromEntries(options.env.map(parseEnv)),
    graphs: [
      ...options.nnGraph.map((value) => parseGraph(value)),
      ...wasiOptions(options.wasi),
      ...options.nnPreload.map(parsePreload),
    ],
    inputs: options.inputs,
    strictTarget: options.nnStrict ?? false,
    warn: (line) => note(`warning: ${line}`),
    log: (line) => {
      if (debugging()) note(`debug: ${line}`);
    },
  };
  return (await runtime.run(request)).exitCode;
}

/** A component needs the component form of the runtime that was asked for. */
function runtimeFor(module: string, name: string): Runtime {
  if (wasmKind(readFileSync(module)) !== 'component' || name.endsWith('-component'))
    return requireRuntime(name);
  if (name === 'wasmedge') throw usage('--runtime', name, 'WasmEdge has no WASI-NN for components');
  return requireRuntime(`${name}-component`);
}

/** `-S` of wasmtime: the words that concern WASI-NN. Everything else that wasmtime could turn on is on or absent here. */
function wasiOptions(values: readonly string[]): GraphByName[] {
  const graphs: GraphByName[] = [];
  for (const value of values.flatMap((value) => value.split(','))) {
    const at = value.indexOf('=');
    const word = at < 0 ? value : value.slice(0, at);
    if (word === 'nn-graph') graphs.push(parseGraph(value.slice(at + 1), '-S nn-graph'));
    else if (!['nn', 'cli', 'preview2', 'common', 'p3'].includes(word)) {
      throw usage('-S', value, 'known here are nn and nn-graph=ENC::DIR');
    }
  }
  return graphs;
}

function usage(flag: string, value: string, why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `${flag} is wrong (${value}): ${why}`,
    hint: 'see edge-infer run --help',
    exitCode: EXIT.usage,
  });
}

/** `HOST`, `HOST::GUEST` as wasmtime has it, or `GUEST:HOST` as wasmedge has it. */
function parseDir(value: string): Preopen {
  const double = value.indexOf('::');
  const single = value.indexOf(':');
  let [host, guest] = [value, value];
  if (double >= 0) [host, guest] = [value.slice(0, double), value.slice(double + 2)];
  else if (single >= 0) [guest, host] = [value.slice(0, single), value.slice(single + 1)];
  const folder = path.resolve(host);
  if (!existsSync(folder)) throw usage('--dir', value, `no such folder: ${host}`);
  if (guest === '') throw usage('--dir', value, 'the name for the guest is empty');
  return { host: folder, guest };
}

/** `NAME=VALUE`, or `NAME` for the value that it has here. */
function parseEnv(value: string): [string, string] {
  const at = value.indexOf('=');
  if (at === 0 || value === '') throw usage('--env', value, 'it has the form NAME=VALUE or NAME');
  return at < 0 ? [value, process.env[value] ?? ''] : [value.slice(0, at), value.slice(at + 1)];
}

const ENCODINGS: Readonly<Record<string, Encoding>> = {
  openvino: 'openvino',
  onnx: 'onnx',
  tensorflow: 'tensorflow',
  pytorch: 'pytorch',
  tensorflowlite: 'tensorflowlite',
  tflite: 'tensorflowlite',
  ggml: 'ggml',
  autodetect: 'autodetect',
};

function parseEncoding(flag: string, value: string, name: string): Encoding {
  const encoding = ENCODINGS[name.toLowerCase()];
  if (encoding === undefined) {
    throw usage(flag, value, `the encoding is none of ${Object.keys(ENCODINGS).join(', ')}`);
  }
  return encoding;
}

function parseGraph(value: string, flag = '--nn-graph'): GraphByName {
  const at = value.indexOf('::');
  if (at < 0) throw usage(flag, value, 'it has the form ENC::DIR');
  const encoding = parseEncoding(flag, value, value.slice(0, at));
  const folder = path.resolve(value.slice(at + 2));
  const files = graphFilesIn(encoding, folder);
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw usage(flag, value, `no such file: ${missing}`);
  return { name: path.basename(folder), encoding, target: 'cpu', files };
}

function parsePreload(value: string): GraphByName {
  const [name = '', enc = '', target = '', ...paths] = value.split(':');
  if (name === '' || paths.length === 0)
    throw usage('--nn-preload', value, 'it has the form NAME:ENC:TARGET:PATH');
  const encoding = parseEncoding('--nn-preload', value, enc);
  const where = target.toLowerCase();
  if (!['cpu', 'gpu', 'tpu', 'auto'].includes(where)) {
    throw usage('--nn-preload', value, 'the target is none of cpu, gpu, tpu, auto');
  }
  const files = paths.map((file) => path.resolve(file));
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw usage('--nn-preload', value, `no such file: ${missing}`);
  return { name, encoding, target: where === 'auto' ? 'cpu' : (where as Target), files };
}
