/**
 * WASI-NN for JavaScript: both ABIs over one registry of graphs, with ONNX Runtime, LiteRT and llama.cpp underneath.
 *
 * @example
 * import { createWasiNN, graphFromDirectory } from 'edge-infer/wasi-nn';
 * using nn = createWasiNN({ graphs: { mobilenet: graphFromDirectory('onnx', './mobilenet') } });
 * const { instance } = await WebAssembly.instantiate(bytes, { ...nn.witx, ...wasi.getImportObject() });
 * nn.bind(instance.exports.memory);
 */
import type { BackendFactory, Encoding } from './backends/backend.js';
import { ggmlBackend } from './backends/ggml.js';
import { onnxBackend } from './backends/onnx.js';
import { tfliteBackend } from './backends/tflite.js';
import { DEFAULT_LIMITS, type Limits } from './budget.js';
import type { Stats } from './counters.js';
import type { NnError } from './errors.js';
import type { MemoryLike } from './guest_memory.js';
import { GraphRegistry, type LoadedGraphInfo, type NamedGraph } from './registry.js';
import { createWitHost, type WitImports } from './wit.js';
import { type InputMode, WitxHost, type WitxImports } from './witx.js';

export type {
  Backend,
  BackendFactory,
  BackendGraph,
  Encoding,
  LoadOptions,
  ProviderReport,
  Target,
} from './backends/backend.js';
export { ggmlBackend } from './backends/ggml.js';
export { type OnnxOptions, onnxBackend } from './backends/onnx.js';
export { tfliteBackend } from './backends/tflite.js';
export type { Limits } from './budget.js';
export type { Counters, Stats } from './counters.js';
export { ERRNO, NnError, type NnErrorName, type WitErrorCode } from './errors.js';
export { graphFilesIn, graphFromDirectory, graphFromFiles } from './files.js';
export type { MemoryLike } from './guest_memory.js';
export type { LoadedGraphInfo, NamedGraph } from './registry.js';
export type { Dtype, HostTensor, TensorSpec } from './tensors.js';
export type { WitImports } from './wit.js';
export type { InputMode, WitxFunction, WitxImports } from './witx.js';

/** Options of {@link createWasiNN}; all may be left out. */
export interface WasiNNOptions {
  /** Graphs that guests may load by name. */
  graphs?: Readonly<Record<string, NamedGraph>>;
  /**
   * Backends by encoding. Default: ONNX through onnxruntime-node, TFLite through LiteRT, GGML through node-llama-cpp;
   * each is loaded when a guest first needs it.
   */
  backends?: Partial<Record<Encoding, BackendFactory>>;
  /**
   * `copy` (default) copies an input at `set_input`. `view` reads the guest's memory at `compute` without
   * any copy: for guests that leave the buffer alone between the two.
   */
  inputs?: InputMode;
  /** Limits of this instance. */
  limits?: Partial<Limits>;
  /** Fail rather than run a graph somewhere else than the guest asked. Default false. */
  strictTarget?: boolean;
  /** Hears the text of each failure that a guest sees only as a number. */
  log?: (text: string) => void;
  /** Writes to the guest's standard output; GGML graphs do when a guest asks for it (`stream-stdout`). */
  print?: (text: string) => void;
}

/** A WASI-NN host for one instance of a guest. */
export interface WasiNN {
  /** Imports of a core module: `{ wasi_ephemeral_nn }`. */
  readonly witx: WitxImports;
  /** Imports of a component transpiled by jco: `wasi:nn/*`, with and without version. */
  readonly wit: WitImports;
  /** Sets the memory of the core module, right after it was instantiated. */
  bind(memory: MemoryLike): void;
  /** Makes a graph known by name. */
  register(name: string, graph: NamedGraph): void;
  /** Text of the latest failure; undefined when there was none. */
  lastError(): string | undefined;
  /** Graphs loaded so far and where they really run; of more than a thousand, the latest ones. */
  loaded(): readonly LoadedGraphInfo[];
  /** What has been done so far: calls, bytes copied, time, what is open. */
  stats(): Stats;
  /** Frees all graphs. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a WASI-NN host for one instance of a guest. Nothing is loaded before a guest asks for it.
 * Failures of guests never throw: they are errnos (core ABI) or error resources (component ABI).
 */
export function createWasiNN(options: WasiNNOptions = {}): WasiNN {
  const factories = new Map<Encoding, BackendFactory>([
    ['onnx', () => onnxBackend()],
    ['tensorflowlite', () => tfliteBackend()],
    ['ggml', () => ggmlBackend()],
  ]);
  for (const [encoding, factory] of Object.entries(options.backends ?? {})) {
    factories.set(encoding as Encoding, factory);
  }
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const registry = new GraphRegistry(
    factories,
    options.graphs ?? {},
    limits,
    options.strictTarget ?? false,
    options.print,
  );
  let last: string | undefined;
  const onError = (error: NnError) => {
    last = error.message;
    options.log?.(error.message);
  };
  const core = new WitxHost(registry, options.inputs ?? 'copy', onError);
  const wit = createWitHost(registry, onError);
  const close = () => {
    core.close();
    wit.close();
    registry.close();
  };
  return {
    witx: core.imports,
    wit: wit.imports,
    bind: (memory) => core.bind(memory),
    register: (name, graph) => registry.register(name, graph),
    lastError: () => last,
    loaded: () => registry.loaded,
    stats: () => ({
      ...registry.counters,
      computeMs: registry.budget.computeMs,
      graphs: registry.budget.graphs,
      contexts: core.contexts + wit.contexts,
      openBytes: registry.budget.graphBytes,
    }),
    close,
    [Symbol.dispose]: close,
  };
}
