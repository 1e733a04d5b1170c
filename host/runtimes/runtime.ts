/** One interface over everything that can run the guest. */
import type { Encoding, Limits, Target } from '../wasi-nn/index.js';

/** Names of the runtimes, in the order in which they are listed. */
export const RUNTIME_NAMES = [
  'node',
  'node-component',
  'wasmtime',
  'wasmtime-component',
  'wasmedge',
] as const;
/** Name of a runtime. */
export type RuntimeName = (typeof RUNTIME_NAMES)[number];

/** A folder of the host that the guest sees. */
export interface Preopen {
  /** Absolute folder of the host. */
  host: string;
  /** Name under which the guest sees it. */
  guest: string;
}

/** A graph that the guest may load by name. */
export interface GraphByName {
  name: string;
  encoding: Encoding;
  target: Target;
  /** Its parts in the order of WASI-NN `load`. */
  files: readonly string[];
}

/** What to run and what it sees. Streams are file descriptors of this process. */
export interface RunRequest {
  /** A wasm file to run instead of edge-infer's own guest. */
  module?: string;
  /** Arguments after the program's name. */
  args: readonly string[];
  /** The program's name; WasmEdge has no way to set it. Default: the module's path. */
  argv0?: string;
  preopens: readonly Preopen[];
  /** Environment of the guest. Default empty. */
  env?: Readonly<Record<string, string>>;
  /** Default 0. */
  stdin?: number;
  /** Default 1. */
  stdout?: number;
  /** Default 2. */
  stderr?: number;
  graphs?: readonly GraphByName[];
  target?: Target;
  /** Fail rather than run a graph somewhere else than asked. */
  strictTarget?: boolean;
  /** Inputs by copy or by view, where the host is ours; see edge-infer/wasi-nn. Default `view` for our guest, else `copy`. */
  inputs?: 'copy' | 'view';
  /** Limits of graphs, tensors and compute time, where the host is ours. */
  limits?: Partial<Limits>;
  /** Ends a child process; a guest in this process cannot be interrupted, only not be started. */
  signal?: AbortSignal;
  /** Hears what the user must know: a graph that runs elsewhere than asked, a module that could not be compiled. */
  warn?: (line: string) => void;
  /** Hears details: the text of failures that the guest sees as a number. */
  log?: (line: string) => void;
}

/** Whether a runtime is there, and if not, how it is had. */
export interface Availability {
  ok: boolean;
  version?: string;
  /** Why it cannot be used. */
  why?: string;
  /** How to get it. */
  hint?: string;
}

/** How a run ended. */
export interface RunResult {
  exitCode: number;
}

/** One runtime. */
export interface Runtime {
  readonly name: RuntimeName;
  /** What it is, for lists. */
  readonly description: string;
  /** Looks, and starts nothing that lasts. */
  available(): Availability;
  /**
   * `ENC=NAME` pairs that tell the guest which provider runs graphs of an encoding, for its answer.
   */
  providers(target: Target): readonly string[];
  /**
   * Runs the guest to its end. The guest's output goes to the given descriptors unchanged.
   *
   * @throws EdgeInferError (exit 5) when the runtime itself fails
   */
  run(request: RunRequest): Promise<RunResult>;
}
