/** Graphs, contexts and their numbers: what both ABIs share. */
import type {
  Backend,
  BackendFactory,
  BackendGraph,
  Encoding,
  ProviderReport,
  Target,
} from './backends/backend.js';
import { NnError, toNnError } from './errors.js';
import { type Dtype, elementCount, fitToSpec, type HostTensor, type TensorSpec } from './tensors.js';

/** A graph that a guest may load by name, and never by a path of the host. */
export interface NamedGraph {
  encoding: Encoding;
  /** Default `cpu`. */
  target?: Target;
  /** The parts in the order of WASI-NN `load`, or a function that reads them on first use. */
  parts: readonly Uint8Array[] | (() => readonly Uint8Array[]);
}

/** Limits of one WASI-NN host. Passing one makes the call fail, never the host. */
export interface Limits {
  /** Graphs open at once. Default 64. */
  graphs: number;
  /** Contexts open at once. Default 4096. */
  contexts: number;
  /** Bytes of one graph, all parts together. Default 2 GiB. */
  graphBytes: number;
  /** Bytes of one tensor. Default 1 GiB. */
  tensorBytes: number;
}

/** The limits that hold unless others are given. */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  graphs: 64,
  contexts: 4096,
  graphBytes: 2 ** 31,
  tensorBytes: 2 ** 30,
};

/** Numbers for things: from 0 up, never used twice. */
export class HandleTable<T> {
  readonly #items = new Map<number, T>();
  #next = 0;

  constructor(
    readonly what: string,
    readonly limit: number,
  ) {}

  /** Throws `too_large` when there is no room; call it before costly work. */
  reserve(): void {
    if (this.#items.size >= this.limit || this.#next > 0xffff_ffff) {
      throw new NnError('too_large', `more than ${this.limit} of one kind (${this.what}) are open`);
    }
  }

  add(item: T): number {
    this.reserve();
    const handle = this.#next++;
    this.#items.set(handle, item);
    return handle;
  }

  get(handle: number): T {
    const item = this.#items.get(handle);
    if (item === undefined) throw new NnError('invalid_argument', `no ${this.what} has the number ${handle}`);
    return item;
  }

  remove(handle: number): T {
    const item = this.get(handle);
    this.#items.delete(handle);
    return item;
  }

  values(): IterableIterator<T> {
    return this.#items.values();
  }

  clear(): void {
    this.#items.clear();
  }
}

/** A graph with the count of those that use it: the native session is freed with the last. */
export class SharedGraph {
  #users = 1;

  constructor(
    readonly graph: BackendGraph,
    readonly encoding: Encoding,
  ) {}

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users === 0) this.graph.close();
  }
}

/** One execution context: inputs that were set, outputs of the last computation. */
export class Context {
  readonly inputs: (HostTensor | undefined)[];
  outputs: HostTensor[] | undefined;

  constructor(readonly shared: SharedGraph) {
    this.inputs = new Array<HostTensor | undefined>(shared.graph.inputs.length).fill(undefined);
  }

  /** The graph's description of input `index`. */
  inputSpec(index: number): TensorSpec {
    const spec = this.shared.graph.inputs[index];
    if (spec === undefined) {
      throw new NnError(
        'invalid_argument',
        `the graph has ${this.inputs.length} inputs, not one at ${index}`,
      );
    }
    return spec;
  }

  /** Checks type and dimensions for input `index` and gives the type the graph will see. */
  fit(index: number, dtype: Dtype, dims: readonly number[]): Dtype {
    return fitToSpec(dtype, dims, this.inputSpec(index));
  }

  compute(): void {
    this.outputs = undefined;
    const missing = this.inputs.indexOf(undefined);
    if (missing >= 0) {
      const { name } = this.inputSpec(missing);
      throw new NnError('invalid_argument', `input ${missing} ('${name}') is not set`);
    }
    this.outputs = this.shared.graph.run(this.inputs as HostTensor[]);
  }

  output(index: number): HostTensor {
    if (this.outputs === undefined)
      throw new NnError('invalid_argument', 'there is no output: compute did not run');
    const tensor = this.outputs[index];
    if (tensor === undefined) {
      throw new NnError(
        'invalid_argument',
        `the graph has ${this.outputs.length} outputs, not one at ${index}`,
      );
    }
    return tensor;
  }
}

/** What happened to one graph that was loaded, for whoever wants to tell the truth about providers. */
export interface LoadedGraphInfo {
  encoding: Encoding;
  name?: string;
  provider: ProviderReport;
}

/** Loads graphs through backends and keeps the named ones. */
export class GraphRegistry {
  readonly #backends = new Map<Encoding, Backend>();
  readonly #named = new Map<string, NamedGraph>();
  readonly #open = new Map<string, SharedGraph>();
  /** Every graph loaded so far, in order. */
  readonly loaded: LoadedGraphInfo[] = [];

  constructor(
    readonly factories: ReadonlyMap<Encoding, BackendFactory>,
    graphs: Readonly<Record<string, NamedGraph>>,
    readonly limits: Limits,
    readonly strictTarget: boolean,
  ) {
    for (const [name, graph] of Object.entries(graphs)) this.#named.set(name, graph);
  }

  /** Makes `graph` known as `name`; replaces one of the same name that was not loaded yet. */
  register(name: string, graph: NamedGraph): void {
    this.#named.set(name, graph);
    this.#open.get(name)?.release();
    this.#open.delete(name);
  }

  /** Loads a graph from bytes. The caller owns one use of it. */
  load(parts: readonly Uint8Array[], encoding: Encoding, target: Target, name?: string): SharedGraph {
    let total = 0;
    for (const part of parts) total += part.byteLength;
    if (total > this.limits.graphBytes) {
      throw new NnError(
        'too_large',
        `a graph of ${total} bytes is over the limit of ${this.limits.graphBytes}`,
      );
    }
    const actual = encoding === 'autodetect' ? detect(parts) : encoding;
    const graph = this.#backend(actual).load(parts, { target, strictTarget: this.strictTarget });
    const info: LoadedGraphInfo = { encoding: actual, provider: graph.provider };
    if (name !== undefined) info.name = name;
    this.loaded.push(info);
    return new SharedGraph(graph, actual);
  }

  /** Loads a named graph, once; later calls share it. */
  loadByName(name: string): SharedGraph {
    const open = this.#open.get(name);
    if (open !== undefined) return open.retain();
    const named = this.#named.get(name);
    if (named === undefined) throw new NnError('not_found', `no graph is named '${name}'`);
    let parts: readonly Uint8Array[];
    try {
      parts = typeof named.parts === 'function' ? named.parts() : named.parts;
    } catch (error) {
      throw toNnError(error);
    }
    const shared = this.load(parts, named.encoding, named.target ?? 'cpu', name);
    this.#open.set(name, shared);
    return shared.retain();
  }

  /** Checks a tensor's size against its dimensions and the limits. */
  checkTensorBytes(dims: readonly number[], byteLength: number): void {
    if (byteLength > this.limits.tensorBytes) {
      throw new NnError(
        'too_large',
        `a tensor of ${byteLength} bytes is over the limit of ${this.limits.tensorBytes}`,
      );
    }
    elementCount(dims);
  }

  close(): void {
    for (const shared of this.#open.values()) shared.release();
    this.#open.clear();
    this.#named.clear();
  }

  #backend(encoding: Encoding): Backend {
    let backend = this.#backends.get(encoding);
    if (backend === undefined) {
      const factory = this.factories.get(encoding);
      if (factory === undefined)
        throw new NnError('unsupported_operation', `this host has no backend for ${encoding}`);
      backend = factory();
      this.#backends.set(encoding, backend);
    }
    return backend;
  }
}

/** What the bytes of a graph are, from their beginning. */
function detect(parts: readonly Uint8Array[]): Encoding {
  const first = parts[0];
  if (first === undefined) throw new NnError('invalid_argument', 'the graph has no parts');
  const at = (offset: number, text: string) =>
    [...text].every((c, i) => first[offset + i] === c.charCodeAt(0));
  if (at(0, 'GGUF')) return 'ggml';
  if (at(4, 'TFL3')) return 'tensorflowlite';
  if (at(0, 'PK')) return 'pytorch';
  if (at(0, '<?xml') || at(0, '<net')) return 'openvino';
  // A serialised ONNX ModelProto begins with field 1, the IR version, as a varint.
  if (first[0] === 0x08) return 'onnx';
  throw new NnError('invalid_encoding', 'the graph is of no format that can be told from its bytes');
}
