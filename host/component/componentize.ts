/**
 * Core guests as components: WASI preview 1 through the Bytecode Alliance's adapter, `wasi_ephemeral_nn` through ours
 * (assembly/entries/nn_adapter.ts), both linked in by wit-component.
 */
import { readFileSync } from 'node:fs';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { artifact } from '../runtimes/artifacts.js';
import { Wasm, type WasmModule } from '../wasm.js';
import { wasmKind } from './kind.js';
import { withOwnMemory } from './own_memory.js';
import { loadComponentTools } from './tools.js';

const ADAPTED = ['wasi_snapshot_preview1', 'wasi_ephemeral_nn'];

function refuse(name: string, why: string, hint: string, cause?: unknown): EdgeInferError {
  return new EdgeInferError({
    code: 'GUEST_NOT_COMPONENTIZED',
    message: `cannot make a component (${name}): ${why}`,
    hint,
    exitCode: EXIT.input,
    ...(cause === undefined ? {} : { cause }),
  });
}

function compileCore(core: Uint8Array, name: string): WasmModule {
  const kind = wasmKind(core);
  if (kind === 'component') throw refuse(name, 'it is one already', 'give a core module');
  if (kind === 'other') throw refuse(name, 'it is not WebAssembly', 'give a core module');
  try {
    return new Wasm.Module(core);
  } catch (cause) {
    throw refuse(name, messageOf(cause), 'give a whole module', cause);
  }
}

/**
 * Makes a component of a core module that imports nothing but WASI preview 1 and WASI-NN: a command (`_start`) becomes
 * `wasi:cli/run`. Imports become `wasi:*@0.2` and `wasi:nn@0.2.0-rc-2024-10-28`.
 *
 * @param name of the guest, for errors
 * @throws EdgeInferError `GUEST_NOT_COMPONENTIZED` (exit 3), `COMPONENT_TOOLS_MISSING` (exit 5)
 */
export async function componentize(core: Uint8Array, name = 'the guest'): Promise<Uint8Array> {
  const module = compileCore(core, name);
  const modules = new Set(Wasm.Module.imports(module).map((entry) => entry.module));
  const foreign = [...modules].filter((entry) => !ADAPTED.includes(entry));
  if (foreign.length > 0) {
    throw refuse(
      name,
      `it imports ${foreign.join(', ')}`,
      `only guests of ${ADAPTED.join(' and ')} can be adapted`,
    );
  }
  if (!Wasm.Module.exports(module).some(({ name, kind }) => name === 'memory' && kind === 'memory')) {
    throw refuse(name, 'it does not export its memory', 'compile it for WASI preview 1');
  }
  const tools = await loadComponentTools();
  const isCommand = Wasm.Module.exports(module).some((entry) => entry.name === '_start');
  const adapters: [string, Uint8Array][] = [
    ['wasi_snapshot_preview1', tools.preview1Adapter(isCommand ? 'command' : 'reactor')],
  ];
  if (modules.has('wasi_ephemeral_nn')) {
    adapters.push(['wasi_ephemeral_nn', readFileSync(artifact('nnAdapter'))]);
  }
  try {
    const allocates = Wasm.Module.exports(module).some((entry) => entry.name === 'cabi_realloc');
    return await tools.componentNew(allocates ? core : withOwnMemory(core), adapters);
  } catch (cause) {
    const text = messageOf(cause).split('\n').slice(0, 3).join(' ').replace(/\s+/g, ' ');
    throw refuse(name, text, 'see edge-infer componentize --help', cause);
  }
}
