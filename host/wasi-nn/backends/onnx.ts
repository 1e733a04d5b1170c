/** ONNX graphs through onnxruntime-node's synchronous binding. */
import { devNull } from 'node:os';
import path from 'node:path';
import type { Counters } from '../counters.js';
import { NnError } from '../errors.js';
import { DTYPE_BYTES, type Dtype, type HostTensor, type TensorSpec } from '../tensors.js';
import type { Backend, BackendGraph, LoadOptions, ProviderReport, Target } from './backend.js';
import {
  loadOnnxRuntime,
  type OnnxRuntime,
  type OrtData,
  type OrtSession,
  type OrtTensor,
} from './onnxruntime.js';

/** Options of {@link onnxBackend}. */
export interface OnnxOptions {
  /** Threads inside one operator. Default 1: the same answer everywhere, and no fight between instances. */
  threads?: number;
  /** Arena and memory-pattern allocators of ONNX Runtime. Default true. */
  cpuMemArena?: boolean;
}

/** `ONNXTensorElementDataType` to the name used here and the name of onnxruntime-common. */
const ELEMENT_TYPES: Readonly<Record<number, readonly [Dtype, string]>> = {
  1: ['f32', 'float32'],
  2: ['u8', 'uint8'],
  3: ['i8', 'int8'],
  4: ['u16', 'uint16'],
  5: ['i16', 'int16'],
  6: ['i32', 'int32'],
  7: ['i64', 'int64'],
  9: ['bool', 'bool'],
  10: ['f16', 'float16'],
  11: ['f64', 'float64'],
  12: ['u32', 'uint32'],
  13: ['u64', 'uint64'],
};

const ORT_NAMES = new Map<Dtype, string>(Object.values(ELEMENT_TYPES).map(([a, b]) => [a, b]));
const DTYPES = new Map<string, Dtype>(Object.values(ELEMENT_TYPES).map(([a, b]) => [b, a]));

type ViewConstructor = new (buffer: ArrayBufferLike, offset: number, length: number) => OrtData;
const VIEWS: Readonly<Record<Dtype, ViewConstructor>> = {
  f16: Uint16Array,
  f32: Float32Array,
  f64: Float64Array,
  bf16: Uint16Array,
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  bool: Uint8Array,
};

/**
 * Makes the ONNX backend; onnxruntime-node is loaded here, on first use.
 *
 * @throws NnError `unsupported_operation` when onnxruntime-node is missing.
 */
export function onnxBackend(options: OnnxOptions = {}): Backend {
  const ort = loadOnnxRuntime();
  return {
    encoding: 'onnx',
    version: `onnxruntime ${ort.version}`,
    load(parts, loadOptions) {
      const model = parts[0];
      if (model === undefined || parts.length !== 1) {
        throw new NnError('invalid_argument', `an ONNX graph is one part, not ${parts.length}`);
      }
      const { session, provider } = openSession(ort, model, options, loadOptions);
      return new OnnxGraph(ort, session, provider, loadOptions.counters);
    },
  };
}

/** What to ask of ONNX Runtime for a target, best first. */
function attempts(target: Target): { provider: string; strict: boolean }[] {
  const cpu = { provider: 'cpu', strict: false };
  if (target !== 'gpu') return [cpu];
  // Without the CPU first: ONNX Runtime moves single nodes to the CPU with only a log line.
  return [{ provider: 'webgpu', strict: true }, { provider: 'webgpu', strict: false }, cpu];
}

function openSession(ort: OnnxRuntime, model: Uint8Array, options: OnnxOptions, load: LoadOptions) {
  const why: string[] = [];
  if (load.target === 'tpu') why.push('this build has no provider for tpu');
  for (const { provider, strict } of attempts(load.target)) {
    const mixed = provider === 'webgpu' && !strict;
    if (load.strictTarget && (mixed || (provider === 'cpu' && load.target !== 'cpu'))) continue;
    const session = ort.createSession();
    try {
      session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
        executionProviders: [provider],
        intraOpNumThreads: options.threads ?? 1,
        interOpNumThreads: 1,
        enableCpuMemArena: options.cpuMemArena ?? true,
        // Warnings of ONNX Runtime go to standard error, which belongs to the guest.
        logSeverityLevel: 3,
        extra: {
          session: {
            // Without it, INT8 graphs saturate on x86 processors that lack VNNI and lose accuracy in silence.
            x64quantprecision: '1',
            model_external_initializers_file_folder_path: weightsFolder(load.files),
            ...(strict ? { disable_cpu_ep_fallback: '1' } : {}),
          },
        },
      });
    } catch (error) {
      const text = firstSentence(error);
      if (provider === 'cpu')
        throw new NnError('runtime_error', `ONNX Runtime refuses the graph: ${text}`, error);
      why.push(strict ? `${provider} does not take the whole graph: ${text}` : `${provider}: ${text}`);
      continue;
    }
    const report: ProviderReport = {
      requested: load.target,
      actual: mixed ? `${provider}+cpu` : provider,
    };
    if (why.length > 0) report.why = why.join('; ');
    return { session, provider: report };
  }
  throw new NnError('unsupported_operation', `cannot run on ${load.target}: ${why.join('; ')}`);
}

/**
 * Where ONNX Runtime looks for weights that a graph keeps in files of its own: beside the graph's file. A graph from a
 * guest's bytes could otherwise name any file below the current folder and read it as a tensor; it gets a folder that
 * cannot exist.
 */
function weightsFolder(files: readonly string[] | undefined): string {
  const [file] = files ?? [];
  return file === undefined ? path.join(devNull, 'none') : path.dirname(file);
}

/** `y = x` for one f32: the smallest graph there is to ask for a provider. */
const PROBE = 'CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBZ1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCAhAN';

/**
 * Where ONNX graphs run on this machine when `target` is asked for, found by loading a graph of one operator.
 *
 * @throws NnError `unsupported_operation` when onnxruntime-node is missing
 */
export function probeOnnxTarget(target: Target): ProviderReport {
  const load = { target, strictTarget: false };
  const { session, provider } = openSession(loadOnnxRuntime(), Buffer.from(PROBE, 'base64'), {}, load);
  session.dispose();
  return provider;
}

function firstSentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 300);
}

function specs(session: OrtSession, which: 'inputMetadata' | 'outputMetadata'): TensorSpec[] {
  return session[which].map((info) => {
    if (!info.isTensor) return { name: info.name, dtype: undefined, shape: undefined };
    const shape = info.shape.map((n) => (n >= 0 ? n : -1));
    return { name: info.name, dtype: ELEMENT_TYPES[info.type]?.[0], shape };
  });
}

class OnnxGraph implements BackendGraph {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly #fetches: Record<string, null> = Object.create(null);
  readonly #feeds: Record<string, OrtTensor> = Object.create(null);

  constructor(
    readonly ort: OnnxRuntime,
    readonly session: OrtSession,
    readonly provider: ProviderReport,
    readonly counters: Counters | undefined,
  ) {
    this.inputs = specs(session, 'inputMetadata');
    this.outputs = specs(session, 'outputMetadata');
    for (const output of this.outputs) this.#fetches[output.name] = null;
  }

  run(inputs: readonly (HostTensor | undefined)[]): HostTensor[] {
    const feeds = this.#feeds;
    this.inputs.forEach((spec, i) => {
      const tensor = inputs[i];
      if (tensor === undefined) throw new NnError('invalid_argument', `input '${spec.name}' is not set`);
      feeds[spec.name] = this.#toOrt(tensor);
    });
    const results = this.session.run(feeds, this.#fetches, {});
    const outputs = this.outputs.map((spec) => fromOrt(spec.name, results[spec.name]));
    // The binding copies outputs out of the library's memory.
    if (this.counters !== undefined) {
      for (const { bytes } of outputs) this.counters.bytesCopiedOut += bytes.length;
    }
    return outputs;
  }

  close(): void {
    this.session.dispose();
  }

  /** An ONNX Runtime tensor over the same bytes; a copy only where the library refuses a view. */
  #toOrt(tensor: HostTensor): OrtTensor {
    const prepared = tensor.prepared;
    if (prepared instanceof this.ort.Tensor) return prepared;
    const name = ORT_NAMES.get(tensor.dtype);
    if (name === undefined) {
      throw new NnError('unsupported_operation', `ONNX Runtime for Node has no ${tensor.dtype} tensors`);
    }
    const size = DTYPE_BYTES[tensor.dtype];
    let { bytes } = tensor;
    const aligned = bytes.byteOffset % size === 0;
    const shared = !(bytes.buffer instanceof ArrayBuffer);
    const view = aligned && !shared;
    if (!view) {
      bytes = new Uint8Array(bytes);
      if (this.counters !== undefined) this.counters.bytesCopiedIn += bytes.length;
    }
    const data = new VIEWS[tensor.dtype](bytes.buffer, bytes.byteOffset, bytes.byteLength / size);
    const made = new this.ort.Tensor(name, data, tensor.dims);
    // Where the engine has Float16Array, onnxruntime-common makes one of it, which the native side does not know.
    if (tensor.dtype === 'f16' && made.data !== data) Object.assign(made, { cpuData: data });
    if (view) tensor.prepared = made;
    return made;
  }
}

function fromOrt(name: string, value: OrtTensor | undefined): HostTensor {
  if (value === undefined) throw new NnError('runtime_error', `the graph gave no output '${name}'`);
  const dtype = DTYPES.get(value.type);
  if (dtype === undefined || Array.isArray(value.data)) {
    throw new NnError('unsupported_operation', `output '${name}' is of type ${value.type}`);
  }
  const { buffer, byteOffset, byteLength } = value.data;
  return { dtype, dims: value.dims, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}
