/**
 * The component ABI: `wasi:nn@0.2.0-rc-2024-10-28` as import objects of jco. A result's `error` is thrown as
 * `Object.assign(new Error(text), {payload: resource})`, which jco turns into the guest's error.
 */
import type { Encoding, Target } from './backends/backend.js';
import { Context, type SharedGraph } from './context.js';
import { NnError, toNnError, type WitErrorCode } from './errors.js';
import type { GraphRegistry } from './registry.js';
import {
  DTYPE_BYTES,
  type Dtype,
  dtypeFromWit,
  dtypeToWit,
  elementCount,
  type HostTensor,
  MAX_RANK,
  type TensorSpec,
} from './tensors.js';

/** Version of the package `wasi:nn` that is implemented. */
export const WIT_VERSION = '0.2.0-rc-2024-10-28';
/** Versions before it whose guests are served too: they set inputs and get outputs one by one. */
const OLDER_VERSIONS = ['0.2.0-rc-2024-06-25', '0.2.0-rc-2024-08-19'];

/** The error resource. */
export class WitError {
  readonly #code: WitErrorCode;
  readonly #data: string;

  constructor(code: WitErrorCode, data: string) {
    this.#code = code;
    this.#data = data;
  }

  code(): WitErrorCode {
    return this.#code;
  }

  data(): string {
    return this.#data;
  }
}

/** The tensor resource. */
export class WitTensor {
  readonly #dims: Uint32Array;
  readonly #type: string;
  readonly #data: Uint8Array;
  readonly #onRead: (() => void) | undefined;

  /** @param onRead hears each time that the guest takes a copy of the data */
  constructor(dimensions: ArrayLike<number>, ty: string, data: Uint8Array, onRead?: () => void) {
    this.#dims = Uint32Array.from(dimensions);
    this.#type = ty;
    this.#data = data;
    this.#onRead = onRead;
  }

  dimensions(): Uint32Array {
    return this.#dims;
  }

  ty(): string {
    return this.#type;
  }

  data(): Uint8Array {
    this.#onRead?.();
    return this.#data;
  }
}

/** A named tensor: `tuple<string, tensor>`. */
export type NamedTensor = [string, WitTensor];

/** The graph resource. */
export interface WitGraph {
  initExecutionContext(): WitGraphExecutionContext;
}

/**
 * The graph-execution-context resource. Versions of `wasi:nn` before 2024-10-28 set inputs and get outputs one by one and
 * give `compute` nothing.
 */
export interface WitGraphExecutionContext {
  compute(inputs?: NamedTensor[]): NamedTensor[];
  setInput(name: string, tensor: WitTensor): void;
  getOutput(name: string): WitTensor;
}

type Constructor<T> = abstract new (...args: never[]) => T;

/** The import object of the component ABI, keyed as jco wants it. */
export interface WitImports {
  [key: string]: object;
  'wasi:nn/errors': { Error: typeof WitError };
  'wasi:nn/tensor': { Tensor: typeof WitTensor };
  'wasi:nn/inference': { GraphExecutionContext: Constructor<WitGraphExecutionContext> };
  'wasi:nn/graph': {
    Graph: Constructor<WitGraph>;
    load(builder: Uint8Array[], encoding: string, target: string): WitGraph;
    loadByName(name: string): WitGraph;
  };
}

const ENCODING_NAMES: readonly string[] = [
  'openvino',
  'onnx',
  'tensorflow',
  'pytorch',
  'tensorflowlite',
  'ggml',
  'autodetect',
];

/** The component ABI of one instance. */
export interface WitHost {
  readonly imports: WitImports;
  /** Contexts that the guest has and has not dropped. */
  readonly contexts: number;
  /** Frees what the guest has not dropped. */
  close(): void;
}

/** Makes the component ABI over a registry of graphs. `onError` hears of each failure. */
export function createWitHost(registry: GraphRegistry, onError: (error: NnError) => void): WitHost {
  const graphs = new Set<Disposable>();
  const contexts = new Set<Disposable>();
  const { counters, limits } = registry;

  function guard<T>(what: string, call: () => T): T {
    counters.calls++;
    try {
      return call();
    } catch (thrown) {
      const error = toNnError(thrown);
      onError(new NnError(error.kind, `${what}: ${error.message}`, error));
      const payload = new WitError(error.witCode, error.message);
      throw Object.assign(new Error(error.message), { payload });
    }
  }

  function reserve(kind: 'graphs' | 'contexts', live: number): void {
    if (live >= limits[kind]) throw new NnError('too_large', `more than ${limits[kind]} ${kind} are open`);
  }

  function setInput(context: Context, index: number, tensor: WitTensor): void {
    const made = toHost(registry, context, index, tensor);
    context.holdInput(index, made.bytes.length);
    counters.bytesCopiedIn += made.bytes.length;
    context.inputs[index] = made;
  }

  function getOutput(context: Context, index: number): WitTensor {
    const { dims, dtype, bytes } = context.output(index);
    return new WitTensor(dims, dtypeToWit(dtype), bytes, () => {
      counters.bytesCopiedOut += bytes.length;
    });
  }

  class GraphExecutionContext implements WitGraphExecutionContext {
    #context: Context | undefined;

    constructor(shared: SharedGraph) {
      reserve('contexts', contexts.size);
      this.#context = new Context(shared.retain());
      contexts.add(this);
    }

    compute(inputs?: NamedTensor[]): NamedTensor[] {
      return guard('compute', () => {
        const context = this.#open();
        if (inputs === undefined) {
          context.compute();
          return [];
        }
        context.inputs.fill(undefined);
        inputs.forEach(([name, tensor], position) => {
          setInput(context, inputIndex(context, name, position, inputs.length), tensor);
        });
        context.compute();
        return context.shared.graph.outputs.map(({ name }, i): NamedTensor => [name, getOutput(context, i)]);
      });
    }

    setInput(name: string, tensor: WitTensor): void {
      guard('set-input', () => {
        const context = this.#open();
        setInput(context, inputIndex(context, name, 0, 1), tensor);
      });
    }

    getOutput(name: string): WitTensor {
      return guard('get-output', () => {
        const context = this.#open();
        return getOutput(context, indexOf(context.shared.graph.outputs, 'output', name));
      });
    }

    #open(): Context {
      if (this.#context === undefined) throw new NnError('invalid_argument', 'the context was dropped');
      return this.#context;
    }

    [Symbol.dispose](): void {
      contexts.delete(this);
      const context = this.#context;
      this.#context = undefined;
      context?.close();
    }
  }

  class Graph implements WitGraph {
    #shared: SharedGraph | undefined;

    constructor(shared: SharedGraph) {
      this.#shared = shared;
      graphs.add(this);
    }

    initExecutionContext(): WitGraphExecutionContext {
      return guard('init-execution-context', () => {
        if (this.#shared === undefined) throw new NnError('invalid_argument', 'the graph was dropped');
        return new GraphExecutionContext(this.#shared);
      });
    }

    [Symbol.dispose](): void {
      graphs.delete(this);
      const shared = this.#shared;
      this.#shared = undefined;
      shared?.release();
    }
  }

  const imports = withVersions({
    'wasi:nn/errors': { Error: WitError },
    'wasi:nn/tensor': { Tensor: WitTensor },
    'wasi:nn/inference': { GraphExecutionContext },
    'wasi:nn/graph': {
      Graph,
      load: (builder, encoding, target) =>
        guard('load', () => {
          if (!ENCODING_NAMES.includes(encoding))
            throw new NnError('invalid_encoding', `unknown encoding ${encoding}`);
          reserve('graphs', graphs.size);
          return new Graph(registry.load(builder, encoding as Encoding, target as Target));
        }),
      loadByName: (name) =>
        guard('load-by-name', () => {
          reserve('graphs', graphs.size);
          return new Graph(registry.loadByName(name));
        }),
    },
  });
  return {
    imports,
    get contexts() {
      return contexts.size;
    },
    close: () => {
      for (const thing of [...contexts, ...graphs]) thing[Symbol.dispose]();
    },
  };
}

/** jco asks for interfaces with or without their version, by its options: both are there. */
function withVersions(imports: WitImports): WitImports {
  for (const key of Object.keys(imports)) {
    for (const version of [WIT_VERSION, ...OLDER_VERSIONS]) {
      imports[`${key}@${version}`] = imports[key] as object;
    }
  }
  return imports;
}

/** Which input a name means: the graph's own name, a decimal position, or "" when the position says it all. */
function inputIndex(context: Context, name: string, position: number, count: number): number {
  const specs = context.shared.graph.inputs;
  if (name === '' && count === specs.length && !specs.some((spec) => spec.name === '')) return position;
  return indexOf(specs, 'input', name);
}

function indexOf(specs: readonly TensorSpec[], what: 'input' | 'output', name: string): number {
  const byName = specs.findIndex((spec) => spec.name === name);
  if (byName >= 0) return byName;
  if (/^(0|[1-9][0-9]{0,8})$/.test(name) && Number(name) < specs.length) return Number(name);
  const known = specs.map((spec) => spec.name).join(', ');
  throw new NnError('invalid_argument', `the graph has no ${what} '${name}'; it has: ${known}`);
}

function toHost(registry: GraphRegistry, context: Context, index: number, tensor: WitTensor): HostTensor {
  const dims = [...tensor.dimensions()];
  const bytes = tensor.data();
  if (context.isText(index)) return { dtype: 'u8', dims: [bytes.byteLength], bytes };
  if (dims.length > MAX_RANK) throw new NnError('invalid_argument', `a tensor of ${dims.length} dimensions`);
  registry.checkTensorBytes(dims, bytes.byteLength);
  const named: Dtype = dtypeFromWit(tensor.ty());
  const needed = DTYPE_BYTES[named] * elementCount(dims);
  if (needed !== bytes.byteLength) {
    throw new NnError(
      'invalid_argument',
      `a tensor of ${dims.join('x')} ${named} needs ${needed} bytes, not ${bytes.byteLength}`,
    );
  }
  return { dtype: context.fit(index, named, dims), dims, bytes };
}
