/** The programs in examples/: how each is made ready, once a machine, and how it is started. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { onnxRuntimeLibrary } from '../../host/runtimes/install/onnxruntime.js';
import { CHECKOUT, MACHINE_TOOLS } from '../../scripts/machine/paths.js';
import { type CliResult, runProgram } from './cli.js';
import type { Requirement } from './requirements.js';

/** What a program is asked. */
export interface ExampleRun {
  readonly picture: string;
  readonly model: string;
  readonly memoryMib: number;
  readonly timeoutMs: number;
}

type Command = readonly [program: string, ...args: string[]];

/** A program in another language. */
export interface ExampleProgram {
  readonly name: string;
  /** Its folder in examples/, when that is not its name. */
  readonly folder?: string;
  /** `runtime` of its answers. */
  readonly runtime: string;
  /** The files of the program. */
  readonly sources: readonly string[];
  /** Programs that must be on this machine. */
  readonly needs: readonly string[];
  /** Commands that make it ready in `folder`, run in its folder of examples/. */
  prepare(folder: string): readonly Command[];
  /** Compiles the module ahead of time, each time anew. */
  compile?(folder: string): Command;
  command(folder: string, run: ExampleRun): Command;
}

const artifact = (name: string) => join(CHECKOUT, 'dist/wasm', name);
const KERNELS = artifact('edge_kernels.wasm');
const WASMTIME = join(MACHINE_TOOLS, 'wasmtime/wasmtime');
const positional = (kernels: string, { picture, model, memoryMib, timeoutMs }: ExampleRun) => [
  ...[picture, model, kernels, String(memoryMib), String(timeoutMs)],
];
const flags = ({ picture, model, memoryMib, timeoutMs }: ExampleRun) => [
  ...[`--model=${model}`, `--kernels=${KERNELS}`, `--memory-mib=${memoryMib}`, `--timeout-ms=${timeoutMs}`],
  picture,
];

/** The folder of a program's sources. */
export const sourceFolder = ({ name, folder }: Pick<ExampleProgram, 'name' | 'folder'>): string =>
  join(CHECKOUT, 'examples', folder ?? name);

/** A JavaScript runtime out of npm: the package of this platform has the program in it. */
function javascript(
  name: 'deno' | 'bun',
  packageName: string,
  program: string,
  flags: readonly string[],
): ExampleProgram {
  return {
    name,
    folder: 'deno-and-bun',
    runtime: name,
    sources: ['classify.mjs', 'sandbox.mjs'],
    needs: ['npm'],
    prepare: (folder) => [
      ['npm', 'install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', packageName],
    ],
    command: (folder, run) => [
      join(folder, 'node_modules', packageName.replace(/@[\d.]+$/, ''), program),
      ...flags,
      join(CHECKOUT, 'examples/deno-and-bun/classify.mjs'),
      ...positional(KERNELS, run),
    ],
  };
}

const DENO_FLAGS = ['--allow-read', '--allow-env', '--allow-sys', '--allow-ffi'];
const platform = `${process.platform}-${process.arch}`;

export const EXAMPLE_PROGRAMS: readonly ExampleProgram[] = [
  {
    name: 'python',
    runtime: 'python-wasmtime',
    sources: ['classify.py'],
    needs: ['python3'],
    prepare: (folder) => [
      ['python3', '-m', 'venv', join(folder, 'venv')],
      [
        ...([join(folder, 'venv/bin/pip'), 'install', '--quiet', '--disable-pip-version-check'] as const),
        ...['-r', 'requirements.txt'],
      ],
    ],
    command: (folder, run) => [
      join(folder, 'venv/bin/python'),
      join(CHECKOUT, 'examples/python/classify.py'),
      ...flags(run),
    ],
  },
  {
    name: 'go',
    runtime: 'go-wazero',
    sources: ['main.go'],
    needs: ['go', 'gcc'],
    prepare: (folder) => [['go', 'build', '-trimpath', '-o', join(folder, 'classify'), '.']],
    command: (folder, run) => [join(folder, 'classify'), ...flags(run)],
  },
  {
    name: 'rust',
    runtime: 'rust-wasmtime',
    sources: ['src/main.rs'],
    needs: ['cargo', WASMTIME],
    prepare: (folder) => [
      ['cargo', 'build', '--quiet', '--release', '--locked', '--target-dir', join(folder, 'target')],
    ],
    compile: (folder) => [
      ...([WASMTIME, 'compile', '-W', 'epoch-interruption,concurrency-support=n,threads=n'] as const),
      ...['-W', 'component-model=n', KERNELS, '-o', join(folder, 'edge_kernels.cwasm')],
    ],
    command: (folder, run) => [
      join(folder, 'target/release/classify'),
      ...positional(join(folder, 'edge_kernels.cwasm'), run),
    ],
  },
  {
    name: 'java',
    runtime: 'java-chicory',
    sources: ['Classify.java'],
    needs: ['java', 'javac', 'mvn'],
    prepare: (folder) => [
      ['mvn', '-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'lib')}`],
      ['javac', '-cp', join(folder, 'lib/*'), '-d', join(folder, 'classes'), 'Classify.java'],
    ],
    command: (folder, run) => [
      ...(['java', '-cp', `${join(folder, 'classes')}${delimiter}${join(folder, 'lib/*')}`] as const),
      'Classify',
      ...positional(artifact('edge_kernels_scalar.wasm'), run),
    ],
  },
  javascript('deno', `@deno/${platform}${process.platform === 'linux' ? '-glibc' : ''}@2.9.6`, 'deno', [
    ...['run', '--quiet', '--node-modules-dir=manual', ...DENO_FLAGS],
  ]),
  javascript('bun', `@oven/bun-${platform}@1.4.5`, 'bin/bun', []),
];

/** A program that must be on PATH, or at its absolute path. */
export const onPath =
  (program: string): Requirement<string> =>
  () => {
    if (isAbsolute(program) && existsSync(program)) return { value: program };
    const folder = (process.env.PATH ?? '').split(delimiter).find((at) => existsSync(join(at, program)));
    return folder === undefined ? { missing: `needs ${program} on PATH` } : { value: join(folder, program) };
  };

function recipe(example: ExampleProgram): string {
  const folder = sourceFolder(example);
  const hash = createHash('sha256').update(JSON.stringify(example.prepare('.')));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const file of files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort()) {
    if (!file.endsWith('.md')) hash.update(file.slice(folder.length)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Makes a program ready unless it is, and gives the folder of what was made. */
export async function prepareExample(example: ExampleProgram): Promise<string> {
  const folder = join(MACHINE_TOOLS, 'examples', example.name);
  const stamp = join(folder, '.recipe');
  const wanted = recipe(example);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(stamp, { force: true });
    mkdirSync(folder, { recursive: true });
    for (const command of example.prepare(folder)) await runOrThrow(example, command);
    writeFileSync(stamp, wanted);
  }
  if (example.compile !== undefined) await runOrThrow(example, example.compile(folder));
  return folder;
}

async function runOrThrow(example: ExampleProgram, [program, ...args]: Command): Promise<void> {
  const options = { cwd: sourceFolder(example), timeout: 1_500_000 };
  const { exitCode, stdout, stderr } = await runProgram(program, args, options);
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`);
}

/** Runs a program that is ready. */
export function runExample(example: ExampleProgram, folder: string, run: ExampleRun): Promise<CliResult> {
  const [program, ...args] = example.command(folder, run);
  return runProgram(program, args, {
    env: { ...process.env, ORT_DYLIB_PATH: onnxRuntimeLibrary() },
    timeout: 120_000,
  });
}
