/** The modules of the guest, compiled once a process; all threads share their code. */
import { readFileSync } from 'node:fs';
import { artifact } from '../runtimes/artifacts.js';
import { Wasm, type WasmModule } from '../wasm.js';
import type { Modules } from './jobs.js';

const compiled = new Map<'core' | 'kernels', Promise<WasmModule>>();

function compile(name: 'core' | 'kernels'): Promise<WasmModule> {
  let module = compiled.get(name);
  if (module === undefined) {
    module = Wasm.compile(readFileSync(artifact(name)));
    compiled.set(name, module);
  }
  return module;
}

/**
 * The modules that instances need; `kernels` for hashes of pictures.
 *
 * @throws EdgeInferError `NOT_BUILT` (exit 5)
 */
export async function compileModules(kernels: boolean): Promise<Modules> {
  if (!kernels) return { core: await compile('core') };
  const [core, second] = await Promise.all([compile('core'), compile('kernels')]);
  return { core, kernels: second };
}
