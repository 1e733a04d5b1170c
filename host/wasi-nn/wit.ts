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
} from './tensors.js';

/** Version of the package `wasi:nn` that is implemented. */
export const WIT_VERSION = '0.2.0-rc-2024-10-28';

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

  constructor(dimensions: ArrayLike<number>, ty: string, data: Uint8Array) {
    this.#dims = Uint32Array.from(dimensions);
    this.#type = ty;
    this.#data = data;
  }

  dimensions(): Uint32Array {
    return this.#dims;
  }

  ty(): string {
    return this.#type;
  }

  data(): Uint8Array {
    return this.#data;
  }
}

/** A named tensor: `tuple<string, tensor>`. */
export type NamedTensor = [string, WitTensor];

/** The graph resource. */
export interface WitGraph {
  initExecutionContext(): WitGraphExecutionContext;
}

/** The graph-execution-context resource. */
export interface WitGraphExecutionContext {
  compute(inputs: NamedTensor[]): NamedTensor[];
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

/** Makes the import object over a registry of graphs. `onError` hears of each failure. */
export function createWitImports(registry: GraphRegistry, onError: (error: NnError) => void): WitImports {
  const live = { graphs: 0, contexts: 0 };

  function guard<T>(what: string, call: () => T): T {
    try {
      return call();
    } catch (thrown) {
      const error = toNnError(thrown);
      onError(new NnError(error.kind, `${what}: ${error.message}`, error));
      const payload = new WitError(error.witCode, error.message);
      throw Object.assign(new Error(error.message), { payload });
    }
  }

  function take(kind: 'graphs' | 'contexts'): void {
    const limit = registry.limits[kind];
    if (live[kind] >= limit) throw new NnError('too_large', `more than ${limit} ${kind} are open`);
    live[kind]++;
  }

  class GraphExecutionContext implements WitGraphExecutionContext {
    #context: Context | undefined;

    constructor(shared: SharedGraph) {
      take('contexts');
      this.#context = new Context(shared.retain());
    }

    compute(inputs: NamedTensor[]): NamedTensor[] {
      return guard('compute', () => {
        const context = this.#context;
        if (context === undefined) throw new NnError('invalid_argument', 'the context was dropped');
        context.inputs.fill(undefined);
        inputs.forEach(([name, tensor], position) => {
          const index = inputIndex(context, name, position, inputs.length);
          context.inputs[index] = toHost(registry, context, index, tensor);
        });
        context.compute();
        return context.shared.graph.outputs.map((spec, i): NamedTensor => {
          const { dims, dtype, bytes } = context.output(i);
          return [spec.name, new WitTensor(dims, dtypeToWit(dtype), bytes)];
        });
      });
    }

    [Symbol.for('dispose')](): void {
      if (this.#context === undefined) return;
      this.#context.close();
      this.#context = undefined;
      live.contexts--;
    }
  }

  class Graph implements WitGraph {
    #shared: SharedGraph | undefined;

    constructor(shared: SharedGraph) {
      this.#shared = shared;
    }

    initExecutionContext(): WitGraphExecutionContext {
      return guard('init-execution-context', () => {
        if (this.#shared === undefined) throw new NnError('invalid_argument', 'the graph was dropped');
        return new GraphExecutionContext(this.#shared);
      });
    }

    [Symbol.for('dispose')](): void {
      if (this.#shared === undefined) return;
      this.#shared.release();
      this.#shared = undefined;
      live.graphs--;
    }
  }

  return withVersions({
    'wasi:nn/errors': { Error: WitError },
    'wasi:nn/tensor': { Tensor: WitTensor },
    'wasi:nn/inference': { GraphExecutionContext },
    'wasi:nn/graph': {
      Graph,
      load: (builder, encoding, target) =>
        guard('load', () => {
          if (!ENCODING_NAMES.includes(encoding))
            throw new NnError('invalid_encoding', `unknown encoding ${encoding}`);
          take('graphs');
          try {
            return new Graph(registry.load(builder, encoding as Encoding, target as Target));
          } catch (error) {
            live.graphs--;
            throw error;
          }
        }),
      loadByName: (name) =>
        guard('load-by-name', () => {
          take('graphs');
          try {
            return new Graph(registry.loadByName(name));
          } catch (error) {
            live.graphs--;
            throw error;
          }
        }),
    },
  });
}

/** jco asks for interfaces with or without their version, by its options: both are there. */
function withVersions(imports: WitImports): WitImports {
  for (const key of Object.keys(imports)) imports[`${key}@${WIT_VERSION}`] = imports[key] as object;
  return imports;
}

/** Which input a name means: the graph's own name, a decimal position, or "" when the position says it all. */
function inputIndex(context: Context, name: string, position: number, count: number): number {
  const specs = context.shared.graph.inputs;
  const byName = specs.findIndex((spec) => spec.name === name);
  if (byName >= 0) return byName;
  if (/^(0|[1-9][0-9]{0,8})$/.test(name) && Number(name) < specs.length) return Number(name);
  if (name === '' && count === specs.length) return position;
  const known = specs.map((spec) => spec.name).join(', ');
  throw new NnError('invalid_argument', `the graph has no input '${name}'; it has: ${known}`);
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
