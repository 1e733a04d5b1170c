/** `edge-infer run`: any WASI preview 1 guest with WASI-NN on the Node host. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { EdgeInferError, EXIT } from '../errors.js';
import { requireRuntime } from '../runtimes/index.js';
import type { GraphByName, Preopen, RunRequest } from '../runtimes/runtime.js';
import { type Encoding, graphFilesIn, type Target } from '../wasi-nn/index.js';
import { debugging, note } from './output.js';

interface RunOptions {
  dir: string[];
  env: string[];
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
    .description('run any WASI-NN guest (core module, WASI preview 1)')
    .argument('<GUEST.wasm>', 'the module')
    .argument('[ARGS...]', 'arguments of the guest, after --')
    .option('--dir <HOST[::GUEST]>', 'folder that the guest sees, again for more', collect, [])
    .option('--env <NAME=VALUE>', 'environment of the guest, again for more', collect, [])
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
  const runtime = requireRuntime(options.runtime);
  const request: RunRequest = {
    module,
    args,
    preopens: options.dir.map(parseDir),
    env: Object.fromEntries(options.env.map(parseEnv)),
    graphs: [...options.nnGraph.map(parseGraph), ...options.nnPreload.map(parsePreload)],
    inputs: options.inputs,
    strictTarget: options.nnStrict ?? false,
    warn: (line) => note(`warning: ${line}`),
    log: (line) => {
      if (debugging()) note(`debug: ${line}`);
    },
  };
  return (await runtime.run(request)).exitCode;
}

function usage(flag: string, value: string, why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `${flag} is wrong (${value}): ${why}`,
    hint: 'see edge-infer run --help',
    exitCode: EXIT.usage,
  });
}

function parseDir(value: string): Preopen {
  const at = value.indexOf('::');
  const host = path.resolve(at < 0 ? value : value.slice(0, at));
  const guest = at < 0 ? value : value.slice(at + 2);
  if (!existsSync(host)) throw usage('--dir', value, 'no such folder');
  if (guest === '') throw usage('--dir', value, 'the name for the guest is empty');
  return { host, guest };
}

function parseEnv(value: string): [string, string] {
  const at = value.indexOf('=');
  if (at < 1) throw usage('--env', value, 'it has the form NAME=VALUE');
  return [value.slice(0, at), value.slice(at + 1)];
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

function parseGraph(value: string): GraphByName {
  const at = value.indexOf('::');
  if (at < 0) throw usage('--nn-graph', value, 'it has the form ENC::DIR');
  const encoding = parseEncoding('--nn-graph', value, value.slice(0, at));
  const folder = path.resolve(value.slice(at + 2));
  const files = graphFilesIn(encoding, folder);
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw usage('--nn-graph', value, `no such file: ${missing}`);
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
