/** The interface between WASI-NN and whatever executes graphs. A backend knows no ABI and no guest. */
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

/** A graph that is loaded and can run any number of times. */
export interface BackendGraph {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly provider: ProviderReport;
  /**
   * Runs the graph; `inputs` in the order of `this.inputs`. Inputs are only read during the call.
   * Outputs, in the order of `this.outputs`, belong to the caller.
   *
   * @throws NnError (or anything: it becomes `runtime_error`)
   */
  run(inputs: readonly HostTensor[]): HostTensor[];
  /** Frees what the graph holds. Called once. */
  close(): void;
}

/** How a backend is asked to load a graph. */
export interface LoadOptions {
  target: Target;
  /** Fail rather than run somewhere else than asked. */
  strictTarget: boolean;
}

/** Loads graphs of one encoding. */
export interface Backend {
  readonly encoding: Encoding;
  /** Name and version of the library underneath: `onnxruntime 1.30.0`. */
  readonly version: string;
  /** `parts` in the order of WASI-NN `load` (one for ONNX). The bytes are only read during the call. */
  load(parts: readonly Uint8Array[], options: LoadOptions): BackendGraph;
}

/** Makes a backend on first use, so that a library that no guest needs is never loaded. */
export type BackendFactory = () => Backend;
