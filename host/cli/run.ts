/** `edge-infer run`: any WASI preview 1 guest with WASI-NN on the Node host. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { wasmKind } from '../component/kind.js';
import { EdgeInferError, EXIT } from '../errors.js';
import { requireRuntime } from '../runtimes/index.js';
import type { RunRequest, Runtime } from '../runtimes/runtime.js';
import { debugging, note } from './output.js';
import {
  parseDir,
  parseEnv,
  parseGraph,
  parseLimits,
  parseMapDir,
  parsePreload,
  usage,
  wasiOptions,
} from './run_flags.js';

interface RunOptions {
  dir: string[];
  mapdir: string[];
  env: string[];
  wasi: string[];
  nnGraph: string[];
  wasiNnGraph: string[];
  nnPreload: string[];
  nnStrict?: true;
  nnLimit: string[];
  argv0?: string;
  inputs: 'copy' | 'view';
  runtime: string;
}

/** Options that may be given any number of times. */
const NONE = {
  dir: [],
  mapdir: [],
  env: [],
  wasi: [],
  nnGraph: [],
  wasiNnGraph: [],
  nnPreload: [],
  nnLimit: [],
};
type GivenOptions = Omit<RunOptions, keyof typeof NONE> & Partial<Pick<RunOptions, keyof typeof NONE>>;

/** Of options that may be given again; a default of none would be shown in the help. */
const collect = (value: string, all: string[] = []): string[] => [...all, value];

/** Adds the command to the program. `done` gets the exit code. */
export function addRun(program: Command, done: (exitCode: number) => void): void {
  program
    .command('run')
    .description('run any WASI-NN guest: core module or component')
    .argument('<GUEST.wasm>', 'the module')
    .argument('[ARGS...]', 'arguments of the guest; after --, all of them are')
    .allowUnknownOption()
    .option(
      '--dir <DIR>',
      'folder that the guest sees: HOST, HOST::GUEST or GUEST:HOST, again for more',
      collect,
    )
    .option('--env <NAME[=VALUE]>', 'environment of the guest, again for more', collect)
    .option('-S, --wasi <OPTION>', 'nn and nn-graph=ENC::DIR, as wasmtime has them', collect)
    .option('--nn-graph <ENC::DIR>', "graph by its folder's name, as wasmtime has it", collect)
    .option('--nn-preload <NAME:ENC:TARGET:PATH>', 'graph by a name, as wasmedge has it', collect)
    .option('--nn-strict', 'fail rather than run a graph somewhere else than asked')
    .option(
      '--nn-limit <NAME=N,...>',
      'graphs, contexts, graph-bytes, tensor-bytes, all-graph-bytes, all-tensor-bytes, compute-ms, all-compute-ms',
      collect,
    )
    .option('--argv0 <NAME>', "the guest's argument 0, otherwise its file name")
    .addOption(
      new Option('--mapdir <GUEST::HOST>', '--dir of wasmtime before version 14')
        .argParser(collect)
        .hideHelp(),
    )
    .addOption(
      new Option('--wasi-nn-graph <ENC::DIR>', '-S nn-graph of wasmtime before version 14')
        .argParser(collect)
        .hideHelp(),
    )
    .addOption(
      new Option('--wasi-modules <NAMES>', '-S nn of wasmtime before version 14: it is always on').hideHelp(),
    )
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
  $ edge-infer run guest.wasm --dir ./fixture::/fixture --nn-preload default:onnx:cpu:model.onnx
  $ edge-infer run --nn-limit graphs=2,graph-bytes=64M,compute-ms=2000 --dir .:. guest.wasm model.tflite`,
    )
    .action(async (guest: string, args: string[], options: GivenOptions) =>
      done(await run(guest, args, { ...NONE, ...options })),
    );
}

/** A flag that is not ours is the guest's, unless `--` says where those begin. */
function refuseUnknownFlags(guest: string, args: readonly string[]): void {
  const end = process.argv.indexOf('--');
  const own = end < 0 ? [] : args.slice(0, args.length - (process.argv.length - end - 1));
  const unknown = [guest, ...own].find((word) => word.startsWith('-') && word !== '-');
  if (unknown === undefined) return;
  throw new EdgeInferError({
    code: 'USAGE_UNKNOWN_FLAG',
    message: `unknown option '${unknown}'`,
    hint: 'see edge-infer run --help; flags of the guest come after it',
    exitCode: EXIT.usage,
  });
}

async function run(guest: string, args: string[], options: RunOptions): Promise<number> {
  refuseUnknownFlags(guest, args);
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
  const limits = parseLimits(options.nnLimit);
  if (options.nnLimit.length > 0 && !runtime.name.startsWith('node')) {
    throw usage('--nn-limit', options.nnLimit.join(','), `${runtime.name} has no limits`);
  }
  const request: RunRequest = {
    module,
    args,
    argv0: options.argv0 ?? path.basename(module),
    preopens: [...options.dir.map(parseDir), ...options.mapdir.map(parseMapDir)],
    env: Object.fromEntries(options.env.map(parseEnv)),
    graphs: [
      ...options.nnGraph.map((value) => parseGraph(value)),
      ...options.wasiNnGraph.map((value) => parseGraph(value, '--wasi-nn-graph')),
      ...wasiOptions(options.wasi),
      ...options.nnPreload.map(parsePreload),
    ],
    inputs: options.inputs,
    strictTarget: options.nnStrict ?? false,
    limits,
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
