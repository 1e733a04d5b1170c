/**
 * TFLite graphs through LiteRT (`@litertjs/core`: TensorFlow Lite with XNNPACK, compiled to WebAssembly). It runs in a
 * worker, because its module can only be started asynchronously; see sync_worker.ts.
 *
 * The build without relaxed SIMD is used: its results do not depend on the engine or the processor.
 */
import path from 'node:path';
import type { Counters } from '../counters.js';
import { NnError } from '../errors.js';
import type { HostTensor, TensorSpec } from '../tensors.js';
import type { Backend, BackendGraph, ProviderReport } from './backend.js';
import { type FoundPackage, findPackage } from './packages.js';
import { SyncWorker } from './sync_worker.js';
import { readTfliteModel, type TfliteModel } from './tflite_model.js';
import type { TfliteRun } from './tflite_worker.js';

/** The command that gets LiteRT when it is missing. */
export const LITERT_INSTALL = 'run npm install @litertjs/core@2.5.3';

/** Where LiteRT is installed, or undefined. */
export const findLiteRt = (): FoundPackage | undefined => findPackage('@litertjs/core');

/**
 * Makes the TFLite backend and starts its worker.
 *
 * @throws NnError `unsupported_operation` when LiteRT is missing
 */
export function tfliteBackend(): Backend {
  const found = findLiteRt();
  if (found === undefined) {
    throw new NnError('unsupported_operation', `@litertjs/core is not installed; ${LITERT_INSTALL}`);
  }
  const worker = new SyncWorker(new URL('./tflite_worker.js', import.meta.url), 'LiteRT');
  worker.call('start', [path.join(found.folder, 'wasm', 'litert_wasm_compat_internal.js')]);
  return {
    encoding: 'tensorflowlite',
    version: `LiteRT ${found.version}`,
    load(parts, options) {
      const bytes = parts[0];
      if (bytes === undefined || parts.length !== 1) {
        throw new NnError('invalid_argument', `a TFLite graph is one part, not ${parts.length}`);
      }
      if (options.target !== 'cpu' && options.strictTarget) {
        throw new NnError('unsupported_operation', `cannot run on ${options.target}: LiteRT runs on the CPU`);
      }
      const model = readTfliteModel(bytes);
      const { specs, signatureIndex } = model.inputs;
      const shapes: (readonly number[])[] = [];
      signatureIndex.forEach((place, i) => {
        shapes[place] = specs[i]?.shape ?? [];
      });
      const id = worker.call<number>('load', [bytes.slice(), shapes]);
      const provider: ProviderReport = { requested: options.target, actual: 'xnnpack' };
      if (options.target !== 'cpu') provider.why = `this build has no provider for ${options.target}`;
      return new TfliteGraph(worker, id, model, provider, options.counters);
    },
    hasEnded: () => worker.hasEnded,
    close: () => worker.close(),
  };
}

class TfliteGraph implements BackendGraph {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];

  constructor(
    readonly worker: SyncWorker,
    readonly id: number,
    readonly model: TfliteModel,
    readonly provider: ProviderReport,
    readonly counters: Counters | undefined,
  ) {
    this.inputs = model.inputs.specs;
    this.outputs = model.outputs.specs;
  }

  run(inputs: readonly (HostTensor | undefined)[], timeLimitMs: number): HostTensor[] {
    const ordered: Uint8Array[] = [];
    this.model.inputs.signatureIndex.forEach((place, i) => {
      const tensor = inputs[i];
      if (tensor === undefined) throw new NnError('invalid_argument', `input ${i} is not set`);
      ordered[place] = tensor.bytes.slice();
      this.#count('bytesCopiedIn', tensor.bytes);
    });
    const [bytes, dims] = this.worker.call<TfliteRun>('run', [this.id, ordered], timeLimitMs);
    return this.outputs.map((spec, i) => {
      const place = this.model.outputs.signatureIndex[i] ?? i;
      const [data, shape] = [bytes[place], dims[place]];
      if (data === undefined || shape === undefined || spec.dtype === undefined) {
        throw new NnError('unsupported_operation', `output '${spec.name}' is of a type that WASI-NN lacks`);
      }
      this.#count('bytesCopiedOut', data);
      return { dtype: spec.dtype, dims: shape, bytes: data };
    });
  }

  close(): void {
    this.worker.tell('close', [this.id]);
  }

  /** One copy between this thread and LiteRT's memory; inputs have another one, since a guest's memory stays here. */
  #count(which: 'bytesCopiedIn' | 'bytesCopiedOut', bytes: Uint8Array): void {
    if (this.counters === undefined) return;
    this.counters[which] += which === 'bytesCopiedIn' ? bytes.length * 2 : bytes.length;
  }
}
