/** Graphs by name and by bytes, loaded through backends: what both ABIs share. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type {
  Backend,
  BackendFactory,
  Encoding,
  LoadOptions,
  ProviderReport,
  Target,
} from './backends/backend.js';
import { Budget, type Limits } from './budget.js';
import { SharedGraph } from './context.js';
import { Counters } from './counters.js';
import { NnError, toNnError } from './errors.js';
import { elementCount } from './tensors.js';

/** A graph that a guest may load by name, and never by a path of the host. */
export interface NamedGraph {
  encoding: Encoding;
  /** Default `cpu`. */
  target?: Target;
  /** The parts in the order of WASI-NN `load`, or a function that reads them on first use. */
  parts: readonly Uint8Array[] | (() => readonly Uint8Array[]);
  /** The files in which the parts lie, for libraries that open files by themselves. */
  files?: readonly string[];
}

/** What happened to one graph that was loaded, for whoever wants to tell the truth about providers. */
export interface LoadedGraphInfo {
  encoding: Encoding;
  name?: string;
  provider: ProviderReport;
}

/** A graph to be loaded. */
interface Request {
  parts: readonly Uint8Array[];
  target: Target;
  name?: string;
  config?: string;
  files?: readonly string[];
}

/** Of how many graphs it is remembered where they ran: a guest may load and unload without end. */
const REMEMBERED = 1000;

/** A graph under its name, and the backend on which it lives. */
interface OpenGraph {
  readonly shared: SharedGraph;
  readonly backend: Backend;
}

/** Loads graphs through backends and keeps the named ones. */
export class GraphRegistry {
  readonly #backends = new Map<Encoding, Backend>();
  readonly #named = new Map<string, NamedGraph>();
  readonly #open = new Map<string, OpenGraph>();
  readonly budget: Budget;
  readonly counters = new Counters();
  /** The graphs that were loaded, the latest ones last. */
  readonly loaded: LoadedGraphInfo[] = [];

  constructor(
    readonly factories: ReadonlyMap<Encoding, BackendFactory>,
    graphs: Readonly<Record<string, NamedGraph>>,
    readonly limits: Limits,
    readonly strictTarget: boolean,
    readonly print?: (text: string) => void,
  ) {
    this.budget = new Budget(limits);
    for (const [name, graph] of Object.entries(graphs)) this.#named.set(name, graph);
  }

  /** Makes `graph` known as `name`; one that was loaded under that name goes on for those who have it. */
  register(name: string, graph: NamedGraph): void {
    this.#named.set(name, graph);
    for (const key of [...this.#open.keys()]) {
      if (key === name || key.startsWith(`${name}\0`)) this.#forget(key);
    }
  }

  /** Loads a graph from bytes. The caller owns one use of it. */
  load(parts: readonly Uint8Array[], encoding: Encoding, target: Target): SharedGraph {
    return this.#load(encoding === 'autodetect' ? detect(parts) : encoding, { parts, target }).shared;
  }

  /** Loads a named graph, once for each `config`; later calls share it. */
  loadByName(name: string, config?: string): SharedGraph {
    const key = config === undefined ? name : `${name}\0${config}`;
    const open = this.#open.get(key);
    if (open !== undefined) {
      if (open.backend.hasEnded?.() !== true) return open.shared.retain();
      this.#forget(key);
    }
    const named = this.#named.get(name);
    if (named === undefined) throw new NnError('not_found', `no graph is named '${name}'`);
    const loaded = this.#loadNamed(name, named, config);
    this.#open.set(key, loaded);
    return loaded.shared.retain();
  }

  /** Closes named graphs that nobody uses any more, as long as another one of `bytes` would pass a limit. */
  #makeRoom(bytes: number): void {
    for (const [key, { shared }] of [...this.#open]) {
      if (this.budget.hasRoom(bytes)) return;
      if (shared.isUnused) this.#forget(key);
    }
  }

  #forget(key: string): void {
    this.#open.get(key)?.shared.release();
    this.#open.delete(key);
  }

  #loadNamed(name: string, named: NamedGraph, config: string | undefined): OpenGraph {
    const request: Request = { target: named.target ?? 'cpu', name, parts: [] };
    if (config !== undefined) request.config = config;
    if (named.files !== undefined) request.files = named.files;
    const known = named.encoding !== 'autodetect' && this.#backend(named.encoding).readsFiles === true;
    if (!known || named.files === undefined) {
      try {
        request.parts = typeof named.parts === 'function' ? named.parts() : named.parts;
      } catch (error) {
        throw toNnError(error);
      }
    }
    return this.#load(named.encoding === 'autodetect' ? detect(request.parts) : named.encoding, request);
  }

  #load(encoding: Encoding, request: Request): OpenGraph {
    const { parts, target, name, config, files } = request;
    const backend = this.#backend(encoding);
    const bytes = parts.length > 0 || files === undefined ? sizeOf(parts) : sizeOfFiles(files);
    this.#makeRoom(bytes);
    this.budget.takeGraph(bytes);
    try {
      const options: LoadOptions = { target, strictTarget: this.strictTarget, counters: this.counters };
      if (this.print !== undefined) options.print = this.print;
      if (config !== undefined) options.config = config;
      if (files !== undefined) options.files = files;
      const graph = backend.load(parts, options);
      const info: LoadedGraphInfo = { encoding, provider: graph.provider };
      if (name !== undefined) info.name = name;
      if (this.loaded.push(info) > REMEMBERED) this.loaded.shift();
      return { shared: new SharedGraph(graph, encoding, this.budget, bytes), backend };
    } catch (error) {
      this.budget.giveGraph(bytes);
      throw error;
    }
  }

  /** Checks a tensor's size against its dimensions and the limits. */
  checkTensorBytes(dims: readonly number[], byteLength: number): void {
    this.budget.checkTensor(byteLength);
    elementCount(dims);
  }

  close(): void {
    for (const key of [...this.#open.keys()]) this.#forget(key);
    this.#named.clear();
    for (const backend of this.#backends.values()) backend.close?.();
    this.#backends.clear();
  }

  #backend(encoding: Encoding): Backend {
    const running = this.#backends.get(encoding);
    if (running !== undefined && running.hasEnded?.() !== true) return running;
    const factory = this.factories.get(encoding);
    if (factory === undefined) {
      const known = [...this.factories.keys()].join(', ');
      throw new NnError(
        'unsupported_operation',
        `this host has no backend for ${encoding} graphs, only for ${known}`,
      );
    }
    const backend = factory();
    this.#backends.set(encoding, backend);
    return backend;
  }
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

function sizeOfFiles(files: readonly string[]): number {
  let bytes = 0;
  for (const file of files) {
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined)
      throw new NnError('model_not_found', `the file of the graph is not there (${path.basename(file)})`);
    bytes += size;
  }
  return bytes;
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
