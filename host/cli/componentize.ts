/** `edge-infer componentize`: a core guest as a component. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { componentize } from '../component/componentize.js';
import { EdgeInferError, EXIT } from '../errors.js';
import { note } from './output.js';

/** Adds the command to the program. `done` gets the exit code. */
export function addComponentize(program: Command, done: (exitCode: number) => void): void {
  program
    .command('componentize')
    .description('make a component (wasi:nn) of a core WASI-NN guest')
    .argument('<GUEST.wasm>', 'core module that imports WASI preview 1 and wasi_ephemeral_nn')
    .option('-o, --out <FILE>', 'where to write it (default: GUEST.component.wasm)')
    .addHelpText(
      'after',
      `
The component runs wherever wasi:nn@0.2.0-rc-2024-10-28 is: wasmtime run -S nn, edge-infer run.
Inputs are copied when they are set; a guest that computes again without setting them anew has them read again.
The guest's memory may grow to 1 GiB: that much address space is reserved, so that guests which take all memory for theirs do not meet the adapters' pages.
The component ABI has neither streaming (compute_single) nor options of graphs: they answer "unsupported".

Example:
  $ edge-infer componentize guest.wasm && wasmtime run -S nn --dir . guest.component.wasm`,
    )
    .action(async (guest: string, { out }: { out?: string }) => {
      const target = out ?? `${guest.replace(/\.wasm$/, '')}.component.wasm`;
      const component = await componentize(read(guest), path.basename(guest));
      write(target, component);
      note(`${target}, ${(component.byteLength / 1024).toFixed(1)} KiB`);
      done(EXIT.ok);
    });
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new EdgeInferError({
      code: 'INPUT_NOT_FOUND',
      message: `cannot read the guest (${file}): ${reason(cause)}`,
      hint: 'check the path',
      exitCode: EXIT.input,
      cause,
    });
  }
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (cause) {
    throw new EdgeInferError({
      code: 'OUTPUT_NOT_WRITTEN',
      message: `cannot write the component (${file}): ${reason(cause)}`,
      hint: 'name another place with --out',
      exitCode: EXIT.input,
      cause,
    });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
