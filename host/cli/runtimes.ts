/** `edge-infer runtimes list|install|plugin`. */
import type { Command } from 'commander';
import { EdgeInferError, EXIT } from '../errors.js';
import { findRuntime, runtimeNames } from '../runtimes/index.js';
import {
  INSTALLABLE,
  type InstallableName,
  installRuntimes,
  placePlugin,
  usualPluginFolder,
} from '../runtimes/install/index.js';
import { note, print, table } from './output.js';

const SIGINT_EXIT = 130;

/** Adds the commands to the program. `done` gets the exit code. */
export function addRuntimes(program: Command, done: (exitCode: number) => void): void {
  const runtimes = program.command('runtimes').description('list and install WebAssembly runtimes');
  runtimes
    .command('list')
    .description('all runtimes, and which of them are here')
    .option('--json', 'one JSON object a runtime, one a line')
    .action((options: { json?: true }) => done(list(options.json === true)));
  runtimes
    .command('install')
    .description('get Wasmtime and WasmEdge with WASI-NN (Linux; Wasmtime is compiled, about 10 minutes)')
    .argument('[NAME...]', `which: ${INSTALLABLE.join(', ')} (default: all)`)
    .option('--force', 'make them again although they are there')
    .addHelpText('after', '\nExample:\n  $ edge-infer runtimes install && edge-infer doctor')
    .action(async (names: string[], options: { force?: true }) =>
      done(await install(names, options.force === true)),
    );
  runtimes
    .command('plugin')
    .description(
      'the WASI-NN plug-in with ONNX Runtime for a WasmEdge that is already here (Linux, needs g++)',
    )
    .option('--to <DIR>', `folder to put it into (default: ${usualPluginFolder()})`)
    .option('--force', 'compile it again although it is there')
    .addHelpText(
      'after',
      `
Examples:
  $ npx edge-infer runtimes plugin
  $ npx edge-infer runtimes plugin --to ./plugin
  $ WASMEDGE_PLUGIN_PATH=./plugin/libedge_infer_wasi_nn.so wasmedge --nn-preload m:onnx:cpu:model.onnx guest.wasm`,
    )
    .action(async (options: { to?: string; force?: true }) => done(await plugin(options)));
}

async function plugin({ to, force }: { to?: string; force?: true }): Promise<number> {
  return interruptible(async (signal) => {
    const placed = await placePlugin(to, { signal, force: force === true, onProgress: note });
    print(placed.plugin);
    print(placed.onnxruntime);
    if (!placed.found) print(`export WASMEDGE_PLUGIN_PATH=${placed.plugin}`);
  });
}

function list(json: boolean): number {
  const found = runtimeNames().map((name) => {
    const { description, available } = findRuntime(name);
    return { name, description, ...available() };
  });
  if (json) for (const row of found) print(JSON.stringify(row));
  else {
    const rows = found.map((row) => [row.name, row.ok ? (row.version ?? 'ok') : 'missing', row.description]);
    for (const line of table([['NAME', 'VERSION', 'WHAT'], ...rows])) print(line);
  }
  return EXIT.ok;
}

async function install(names: string[], force: boolean): Promise<number> {
  const unknown = names.find((name) => !INSTALLABLE.some((known) => known === name));
  if (unknown !== undefined) {
    throw new EdgeInferError({
      code: 'UNKNOWN_RUNTIME',
      message: `unknown runtime (${unknown})`,
      hint: `use one of ${INSTALLABLE.join(', ')}`,
      exitCode: EXIT.usage,
    });
  }
  return interruptible(async (signal) => {
    const manifest = await installRuntimes(names as InstallableName[], { signal, force, onProgress: note });
    for (const name of INSTALLABLE)
      if (manifest[name] !== undefined) print(`${name} ${manifest[name].version}`);
  });
}

/** Runs `body`; Control-C aborts its signal, which is no failure to speak of. */
async function interruptible(body: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  try {
    await body(controller.signal);
    return EXIT.ok;
  } catch (error) {
    if (controller.signal.aborted) return SIGINT_EXIT;
    throw error;
  } finally {
    process.off('SIGINT', stop);
  }
}
