/** The graph of an instance: loaded once, by the guest through WASI-NN or here, run by either. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import type { CardFile, CardGraph } from '../models/card.js';
import { resolvePackageFile } from '../models/package.js';
import {
  type Backend,
  type BackendFactory,
  type BackendGraph,
  type Encoding,
  ggmlBackend,
  NnError,
  onnxBackend,
  tfliteBackend,
} from '../wasi-nn/index.js';
import {
  DTYPE_BYTES,
  elementCount,
  fitToSpec,
  type HostTensor,
  type TensorSpec,
} from '../wasi-nn/tensors.js';
import type { ModelChoice, RunAnswer, TensorForm } from './jobs.js';

/** Runs native code; {@link NativeGate.through} in a worker. */
export type NativeCall = <T>(body: () => T) => T;

/** Backends that remember the graph they loaded, refuse those that are not to be taken, and go through the gate. */
export class GraphHost {
  /** For createWasiNN. */
  readonly backends: Readonly<Partial<Record<Encoding, BackendFactory>>>;
  readonly #model: ModelChoice;
  readonly #native: NativeCall;
  #graph: BackendGraph | undefined;
  #loaded: CardGraph | undefined;
  #refused: unknown;

  constructor(model: ModelChoice, native: NativeCall) {
    this.#model = model;
    this.#native = native;
    this.backends = {
      onnx: this.#watched(() => onnxBackend()),
      tensorflowlite: this.#watched(() => tfliteBackend()),
      ggml: this.#watched(() => ggmlBackend()),
    };
  }

  /** The graph that was loaded last. */
  get graph(): BackendGraph | undefined {
    return this.#graph;
  }

  /** What the card says of it. */
  get loaded(): CardGraph | undefined {
    return this.#loaded;
  }

  /**
   * Loads the first graph of the model that a backend takes, as the guest does.
   *
   * @throws EdgeInferError `RUNTIME_NO_BACKEND` (exit 5); exit 4 or 7 for files that are missing or wrong
   */
  load(): BackendGraph {
    const { root, graphs, strictTarget } = this.#model;
    const refused: string[] = [];
    for (const { encoding, precision, files } of graphs) {
      const factory = this.backends[encoding];
      if (factory === undefined) {
        refused.push(`${encoding} ${precision}: no backend`);
        continue;
      }
      const parts = files.map((file) => readChecked(root, file));
      try {
        return factory().load(parts, { target: 'cpu', strictTarget });
      } catch (error) {
        refused.push(`${encoding} ${precision}: ${messageOf(error)}`);
      }
    }
    throw new EdgeInferError({
      code: 'RUNTIME_NO_BACKEND',
      message: `the runtime takes no graph of the model (${root}): ${refused.join('; ')}`,
      hint: 'run edge-infer doctor',
      exitCode: EXIT.runtime,
    });
  }

  /**
   * Runs the graph on tensors by name.
   *
   * @throws EdgeInferError `INPUT_TENSOR` (exit 3), `RUNTIME_GRAPH` (exit 5)
   */
  run(inputs: readonly TensorForm[], parts: readonly Uint8Array[]): RunAnswer {
    const graph = this.#graph ?? this.load();
    const ordered = orderInputs(graph.inputs, inputs, parts);
    try {
      const outputs = graph.run(ordered, Number.POSITIVE_INFINITY);
      return {
        outputs: outputs.map(({ dtype, dims }, i) => ({
          name: graph.outputs[i]?.name ?? String(i),
          dtype,
          dims: [...dims],
        })),
        parts: outputs.map(({ bytes }) => new Uint8Array(bytes)),
      };
    } catch (cause) {
      throw new EdgeInferError({
        code: 'RUNTIME_GRAPH',
        message: `the graph failed: ${messageOf(cause)}`,
        hint: 'check the tensors against the graph',
        exitCode: EXIT.runtime,
        cause,
      });
    }
  }

  /** Runs the graph on zeros, where the graph says how large its inputs are. */
  runOnZeros(): void {
    const specs = this.#graph?.inputs ?? [];
    const forms: TensorForm[] = [];
    for (const { name, dtype, shape, text } of specs) {
      if (dtype === undefined || shape === undefined || text === true || shape.includes(-1)) return;
      forms.push({ name, dtype, dims: [...shape] });
    }
    const zeros = ({ dtype, dims }: TensorForm) => new Uint8Array(elementCount(dims) * DTYPE_BYTES[dtype]);
    this.run(forms, forms.map(zeros));
  }

  #watched(factory: BackendFactory): BackendFactory {
    let made: Backend | undefined;
    return () => {
      made ??= this.#native(factory);
      const backend = made;
      return { ...backend, load: (parts, options) => this.#load(backend, parts, options) };
    };
  }

  /**
   * What the card says of a graph of these bytes, which the guest leaves to us to hash.
   *
   * @throws NnError for bytes that the card does not know, or not as a graph that may be taken
   */
  #graphOf(parts: readonly Uint8Array[]): CardGraph {
    const digests = parts.map(digestOf);
    const { root, graphs } = this.#model;
    const same = ({ files }: CardGraph) =>
      files.length === parts.length && files.every(({ sha256 }, i) => sha256 === digests[i]);
    const found = graphs.find(same);
    if (found !== undefined) return found;
    try {
      for (const { files } of graphs) for (const file of files) readChecked(root, file);
    } catch (error) {
      this.#refused = error;
    }
    throw new NnError('unsupported_operation', 'not a graph of the precision that was asked for');
  }

  /**
   * To be called after each call of the guest, which cannot know.
   *
   * @throws EdgeInferError `MODEL_HASH_MISMATCH` (exit 7) when a file of the model was not what its card says
   */
  throwIfRefused(): void {
    if (this.#refused !== undefined) throw this.#refused;
  }

  #load(
    backend: Backend,
    parts: Parameters<Backend['load']>[0],
    options: Parameters<Backend['load']>[1],
  ): BackendGraph {
    this.#loaded = this.#graphOf(parts);
    const graph = this.#native(() => backend.load(parts, options));
    const watched: BackendGraph = {
      inputs: graph.inputs,
      outputs: graph.outputs,
      provider: graph.provider,
      run: (inputs, timeLimitMs) => this.#native(() => graph.run(inputs, timeLimitMs)),
      close: () => this.#native(() => graph.close()),
    };
    this.#graph = watched;
    return watched;
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A file of the package, checked against its hash. */
export function readChecked(root: string, file: CardFile): Uint8Array {
  const path = resolvePackageFile(root, file.path);
  const bytes = readFileSync(path);
  const sha256 = digestOf(bytes);
  if (sha256 === file.sha256) return bytes;
  throw new EdgeInferError({
    code: 'MODEL_HASH_MISMATCH',
    message: `file of the model refused (${path}): SHA-256 ${sha256}, the card says ${file.sha256}`,
    hint: 'get the package again, or correct the card if the file is the one you want',
    exitCode: EXIT.security,
  });
}

/** Tensors in the order of the graph's inputs. */
function orderInputs(
  specs: readonly TensorSpec[],
  inputs: readonly TensorForm[],
  parts: readonly Uint8Array[],
): (HostTensor | undefined)[] {
  const invalid = (why: string) =>
    new EdgeInferError({
      code: 'INPUT_TENSOR',
      message: `the graph cannot take the tensors: ${why}`,
      hint: `give ${specs.map(({ name }) => name).join(', ')}`,
      exitCode: EXIT.input,
    });
  const names = new Map(inputs.map((input, i) => [input.name, i]));
  const ordered = specs.map((spec): HostTensor | undefined => {
    const i = names.get(spec.name);
    names.delete(spec.name);
    const input = i === undefined ? undefined : inputs[i];
    const bytes = i === undefined ? undefined : parts[i];
    if (input === undefined || bytes === undefined) {
      if (spec.optional === true) return undefined;
      throw invalid(`'${spec.name}' is missing`);
    }
    try {
      const dtype = spec.text === true ? input.dtype : fitToSpec(input.dtype, input.dims, spec);
      return { dtype, dims: input.dims, bytes };
    } catch (error) {
      throw invalid(messageOf(error));
    }
  });
  for (const name of names.keys()) throw invalid(`it has no input '${name}'`);
  return ordered;
}
