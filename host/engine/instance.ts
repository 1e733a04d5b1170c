/** One instance of the module with the session of one model: what a worker is for. */

import type { Backend, BackendFactory, ProviderReport } from '../wasi-nn/index.js';
import {
  createWasiNN,
  ggmlBackend,
  NnError,
  onnxBackend,
  tfliteBackend,
  type WasiNN,
} from '../wasi-nn/index.js';
import type { WasmModule } from '../wasm.js';
import type { Answers, Job, ModelChoice } from './jobs.js';
import { Reactor, type ReactorImage } from './reactor.js';
import { readClassification, readTensor } from './results.js';

/** Runs native code; {@link NativeGate.through} in a worker. */
export type NativeCall = <T>(body: () => T) => T;

/** A gray pixel: the smallest picture there is. */
const WARM_UP: ReactorImage = { bytes: Uint8Array.of(128), width: 1, height: 1, layout: 1 };

/** Everything is synchronous but opening; one call at a time. */
export class Instance {
  readonly #nn: WasiNN;
  readonly #reactor: Reactor;
  readonly #opened: OpenedGraph;

  private constructor(nn: WasiNN, reactor: Reactor, opened: OpenedGraph) {
    this.#nn = nn;
    this.#reactor = reactor;
    this.#opened = opened;
  }

  /**
   * Opens a model and answers one picture, so that the first caller waits for nothing.
   *
   * @throws EdgeInferError the guest's, for a model that it cannot open or run
   */
  static async open(module: WasmModule, model: ModelChoice, native: NativeCall): Promise<Instance> {
    const opened: OpenedGraph = { provider: undefined };
    const nn = createWasiNN({
      inputs: 'view',
      strictTarget: model.strictTarget,
      backends: watchedBackends(model, native, opened),
    });
    const reactor = await Reactor.create(module, model.root, nn);
    const instance = new Instance(nn, reactor, opened);
    if (model.preload) instance.run({ kind: 'classify', image: WARM_UP, top: 1, threshold: 0 });
    else instance.run({ kind: 'preprocess', image: WARM_UP });
    return instance;
  }

  /** Bytes of the linear memory. */
  get memoryBytes(): number {
    return this.#reactor.memoryBytes;
  }

  /**
   * Does the work.
   *
   * @throws EdgeInferError the guest's; `GUEST_TRAPPED` when the instance is of no more use
   */
  run(job: Job): Answers[Job['kind']] {
    switch (job.kind) {
      case 'classify':
        return readClassification(
          this.#reactor.classify(job.image, job.top, job.threshold),
          this.#opened.provider?.actual ?? 'unknown',
        );
      case 'preprocess':
        return readTensor(this.#reactor.preprocess(job.image));
    }
  }

  /** Frees the session. */
  close(): void {
    this.#nn.close();
  }
}

/** What is known of the graph that the guest opened last. */
interface OpenedGraph {
  provider: ProviderReport | undefined;
}

/**
 * The backends of this host, watched: graphs of another size than the wanted ones are refused, what was loaded is
 * remembered, and native code is called through `native`.
 */
function watchedBackends(model: ModelChoice, native: NativeCall, opened: OpenedGraph) {
  const watch = (factory: BackendFactory) => (): Backend => {
    const backend = native(factory);
    return {
      ...backend,
      load(parts, options) {
        const bytes = parts[0]?.byteLength ?? 0;
        if (model.graphBytes !== undefined && !model.graphBytes.includes(bytes)) {
          throw new NnError('unsupported_operation', 'not a graph of the precision that was asked for');
        }
        const graph = native(() => backend.load(parts, options));
        opened.provider = graph.provider;
        return {
          inputs: graph.inputs,
          outputs: graph.outputs,
          provider: graph.provider,
          run: (inputs, timeLimitMs) => native(() => graph.run(inputs, timeLimitMs)),
          close: () => native(() => graph.close()),
        };
      },
    };
  };
  return {
    onnx: watch(() => onnxBackend()),
    tensorflowlite: watch(() => tfliteBackend()),
    ggml: watch(() => ggmlBackend()),
  };
}
