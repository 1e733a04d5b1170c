/** The interface between WASI-NN and whatever executes graphs. A backend knows no ABI and no guest. */
import type { Counters } from '../counters.js';
import type { HostTensor, TensorSpec } from '../tensors.js';

/** `graph_encoding`: what the bytes of a graph are. */
export type Encoding =
  | 'openvino'
  | 'onnx'
  | 'tensorflow'
  | 'pytorch'
  | 'tensorflowlite'
  | 'ggml'
  | 'autodetect';

/** `graph_encoding` in the order of the numbers on which all hosts agree (0..4), then the rest. */
export const ENCODINGS: readonly Encoding[] = ['openvino', 'onnx', 'tensorflow', 'pytorch', 'tensorflowlite'];

/** `execution_target`, in the order of its numbers. */
export const TARGETS = ['cpu', 'gpu', 'tpu'] as const;
/** Where a guest asks a graph to run. */
export type Target = (typeof TARGETS)[number];

/** Where a graph really runs, and why, if that is not what was asked for. */
export interface ProviderReport {
  requested: Target;
  /** Name of the execution provider that runs the graph: `cpu`, `webgpu`. */
  actual: string;
  /** Present when `actual` is not what `requested` names. */
  why?: string;
}

/** Outputs that come piece by piece: the tokens of a text. */
export interface OutputStream {
  /** The outputs of the next piece; throws `end_of_sequence` after the last. */
  next(timeLimitMs: number): HostTensor[];
  /** The outputs of all pieces so far, together. */
  soFar(): HostTensor[];
  close(): void;
}

/** A graph that is loaded and can run any number of times. */
export interface BackendGraph {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly provider: ProviderReport;
  /**
   * Runs the graph; `inputs` in the order of `this.inputs`. Inputs are only read during the call.
   * Outputs, in the order of `this.outputs`, belong to the caller.
   *
   * @param timeLimitMs a backend that can be interrupted stops after it with `busy`
   * @throws NnError (or anything: it becomes `runtime_error`)
   */
  run(inputs: readonly (HostTensor | undefined)[], timeLimitMs: number): HostTensor[];
  /** Begins to give the outputs piece by piece; only graphs that make text have it. */
  stream?(inputs: readonly (HostTensor | undefined)[]): OutputStream;
  /** Outputs that can be had while nothing is computed: what is known of the inputs alone. */
  idleOutputs?(inputs: readonly (HostTensor | undefined)[]): HostTensor[];
  /** Frees what the graph holds; never throws. Called once. */
  close(): void;
}

/** How a backend is asked to load a graph. */
export interface LoadOptions {
  target: Target;
  /** Fail rather than run somewhere else than asked. */
  strictTarget: boolean;
  /** Options of the backend's own, as text (JSON for GGML), from `load_by_name_with_config`. */
  config?: string;
  /** Files that hold the parts, where the graph comes from files. */
  files?: readonly string[];
  /** Writes to the guest's standard output, for graphs that are told to. */
  print?: (text: string) => void;
  /** Where a backend counts the bytes of tensors that it copies. */
  counters?: Counters;
}

/** Loads graphs of one encoding. */
export interface Backend {
  readonly encoding: Encoding;
  /** Name and version of the library underneath: `onnxruntime 1.30.0`. */
  readonly version: string;
  /** The library opens files by itself: parts are not read when their files are known. */
  readonly readsFiles?: boolean;
  /**
   * `parts` in the order of WASI-NN `load` (one for ONNX). The bytes are only read during the call; they are empty
   * when the backend reads `options.files` itself.
   */
  load(parts: readonly Uint8Array[], options: LoadOptions): BackendGraph;
  /**
   * True when the library has died or was ended, by a computation that took too long: its graphs only fail, and a new
   * backend takes its place.
   */
  hasEnded?(): boolean;
  /** Ends the library, where it can be ended. */
  close?(): void;
}

/** Makes a backend on first use, so that a library that no guest needs is never loaded. */
export type BackendFactory = () => Backend;
