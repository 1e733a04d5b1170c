/** `wasi_ephemeral_nn` over ONNX Runtime Web: `load` and `compute` wait, so they suspend the guest. */
import { ERRNO, NnError, toNnError } from '../../wasi-nn/errors.js';
import { GuestMemory } from '../../wasi-nn/guest_memory.js';
import { HandleTable } from '../../wasi-nn/handles.js';
import { type Dtype, elementCount, MAX_RANK, resolveWitxDtype } from '../../wasi-nn/tensors.js';
import type { WasmMemory } from '../../wasm.js';
import { type Ort, type OrtSession, type OrtTensor, sessionOptions } from '../onnxruntime_web.js';
import type { BrowserProvider } from '../options.js';

interface Context {
  readonly session: OrtSession;
  readonly inputs: Record<string, OrtTensor>;
  outputs: Uint8Array[];
}

type Call = (...args: number[]) => number;
type Elements = new (buffer: ArrayBuffer) => object;

const MAX_OPEN = 16;
const MAX_PARTS = 16;
const MAX_NAME_BYTES = 4096;
const TENSOR_BYTES = 20;
const ONNX = 1;
const TYPES: Readonly<Partial<Record<Dtype, readonly [name: string, elements: Elements]>>> = {
  f16: ['float16', Uint16Array],
  f32: ['float32', Float32Array],
  f64: ['float64', Float64Array],
  u8: ['uint8', Uint8Array],
  i32: ['int32', Int32Array],
  i64: ['int64', BigInt64Array],
};

/** The functions of one instance. Those of `suspending` give promises. */
export class BrowserNn {
  readonly #memory = new GuestMemory();
  readonly #graphs = new HandleTable<OrtSession>('graph', MAX_OPEN);
  readonly #contexts = new HandleTable<Context>('context', MAX_OPEN);
  readonly #ort: () => Promise<Ort>;
  #tensor: Ort['Tensor'] | undefined;

  readonly immediate: Readonly<Record<string, Call>>;
  readonly suspending: Readonly<Record<string, (...args: number[]) => Promise<number>>>;

  /** @param ort loads the library when the first graph is loaded */
  constructor(
    ort: () => Promise<Ort>,
    readonly provider: BrowserProvider,
  ) {
    this.#ort = ort;
    const now =
      (call: (...args: number[]) => void): Call =>
      (...args) => {
        try {
          call(...args);
          return ERRNO.success;
        } catch (thrown) {
          return toNnError(thrown).errno;
        }
      };
    const later =
      (call: (...args: number[]) => Promise<void>) =>
      (...args: number[]) =>
        call(...args).then(
          () => ERRNO.success,
          (thrown) => toNnError(thrown).errno,
        );
    this.immediate = {
      load_by_name: now((name = 0, length = 0) => this.#loadByName(name, length)),
      init_execution_context: now((graph = 0, out = 0) => this.#init(graph, out)),
      set_input: now((context = 0, index = 0, tensor = 0) => this.#setInput(context, index, tensor)),
      get_output: now((context = 0, index = 0, buffer = 0, size = 0, written = 0) =>
        this.#getOutput(context, index, buffer, size, written),
      ),
    };
    this.suspending = {
      load: later((builder = 0, count = 0, encoding = 0, _target = 0, out = 0) =>
        this.#load(builder, count, encoding, out),
      ),
      compute: later((context = 0) => this.#compute(context)),
    };
  }

  bind(memory: WasmMemory): void {
    this.#memory.bind(memory);
  }

  async close(): Promise<void> {
    for (const session of this.#graphs.values()) await session.release();
  }

  async #load(builder: number, count: number, encoding: number, out: number): Promise<void> {
    if (encoding !== ONNX)
      throw new NnError('invalid_encoding', `a browser has no graphs of encoding ${encoding}`);
    if (count < 1 || count > MAX_PARTS) throw new NnError('invalid_argument', `a graph of ${count} parts`);
    const memory = this.#memory;
    memory.check(out, 4);
    memory.check(builder, count * 8);
    this.#graphs.reserve();
    // Taken before anything is awaited: the guest's memory may change meanwhile.
    const model = memory.bytes(memory.u32(builder), memory.u32(builder + 4)).slice();
    const ort = await this.#ort();
    this.#tensor = ort.Tensor;
    const session = await ort.InferenceSession.create(model, sessionOptions(this.provider));
    memory.setU32(out, this.#graphs.add(session));
  }

  /** There are none: the guest then reads the files of the package, and checks their hashes. */
  #loadByName(name: number, length: number): never {
    const text = this.#memory.text(name, length, MAX_NAME_BYTES);
    throw new NnError('not_found', `no graph is named ${text}`);
  }

  #init(graph: number, out: number): void {
    const session = this.#graphs.get(graph >>> 0);
    this.#memory.check(out, 4);
    this.#memory.setU32(out, this.#contexts.add({ session, inputs: {}, outputs: [] }));
  }

  #setInput(handle: number, index: number, at: number): void {
    const context = this.#contexts.get(handle >>> 0);
    const { inputNames, inputMetadata } = context.session;
    const name = inputNames[index];
    if (name === undefined) throw new NnError('invalid_argument', `the graph has no input ${index}`);
    const memory = this.#memory;
    memory.check(at, TENSOR_BYTES);
    const [dimsAt, rank, type] = [memory.u32(at), memory.u32(at + 4), memory.u8(at + 8)];
    const [dataAt, length] = [memory.u32(at + 12), memory.u32(at + 16)];
    if (rank > MAX_RANK) throw new NnError('invalid_argument', `a tensor of ${rank} dimensions`);
    const dims = Array.from({ length: rank }, (_, d) => memory.u32(dimsAt + d * 4));
    const dtype = resolveWitxDtype(type, elementCount(dims), length);
    const found = TYPES[dtype];
    if (found === undefined) throw new NnError('invalid_argument', `a tensor of ${dtype}`);
    // The ABI has no i8: it travels as u8.
    const signed = dtype === 'u8' && inputMetadata[index]?.type === 'int8';
    const [typeName, Elements] = signed ? (['int8', Int8Array] as const) : found;
    const data = new Elements(memory.bytes(dataAt, length).slice().buffer as ArrayBuffer);
    const Tensor = this.#tensor;
    if (Tensor === undefined) throw new NnError('runtime_error', 'no graph is loaded');
    context.inputs[name] = new Tensor(typeName, data, dims);
  }

  async #compute(handle: number): Promise<void> {
    const context = this.#contexts.get(handle >>> 0);
    const results = await context.session.run(context.inputs);
    const outputs: Uint8Array[] = [];
    for (const name of context.session.outputNames) {
      const tensor = results[name];
      if (tensor === undefined) throw new NnError('runtime_error', `the graph gave no ${name}`);
      const { buffer, byteOffset, byteLength } = await tensor.getData();
      outputs.push(new Uint8Array(buffer, byteOffset, byteLength).slice());
      tensor.dispose();
    }
    context.outputs = outputs;
  }

  #getOutput(handle: number, index: number, buffer: number, size: number, written: number): void {
    const bytes = this.#contexts.get(handle >>> 0).outputs[index >>> 0];
    if (bytes === undefined) throw new NnError('runtime_error', 'nothing was computed');
    const memory = this.#memory;
    memory.setU32(written, bytes.length);
    if (bytes.length > size >>> 0) throw new NnError('too_large', `the output has ${bytes.length} bytes`);
    memory.put(buffer, bytes);
  }
}
