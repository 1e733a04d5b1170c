/** `edge-infer runtimes list|install`. */
import type { Command } from 'commander';
import { EdgeInferError, EXIT } from '../errors.js';
import { findRuntime, runtimeNames } from '../runtimes/index.js';
import { note, print, table } from './output.js';

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
    .addHelpText('after', '\nExample:\n  $ edge-infer runtimes install && edge-infer doctor')
    .action(async () => done(await install()));
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

interface Installer {
  installRuntimes(options: { report: (line: string) => void }): Promise<unknown>;
}

async function install(): Promise<number> {
  const place = new URL('../runtimes/install/index.js', import.meta.url);
  const { installRuntimes } = (await import(place.href)) as Installer;
  try {
    await installRuntimes({ report: note });
    return EXIT.ok;
  } catch (cause) {
    if (cause instanceof EdgeInferError) throw cause;
    throw new EdgeInferError({
      code: 'INSTALL_FAILED',
      message: `cannot install the runtimes: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'see the lines above',
      exitCode: EXIT.network,
      cause,
    });
  }
}
