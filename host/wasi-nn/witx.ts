/**
 * The core ABI: the functions of `wasi_ephemeral_nn`. A guest sees an errno, the host's owner the text.
 *
 * Layouts (little endian, align 4):
 *   graph_builder  8 B: ptr u32 @0, len u32 @4
 *   tensor        20 B: dims ptr u32 @0, dims count u32 @4, type u8 @8 (3 bytes of padding, not zero in
 *                       real guests), data ptr u32 @12, data bytes u32 @16
 */
import { ENCODINGS, type Encoding, TARGETS, type Target } from './backends/backend.js';
import { Context, type SharedGraph } from './context.js';
import type { Counters } from './counters.js';
import { ERRNO, NnError, toNnError } from './errors.js';
import { GuestMemory, type MemoryLike } from './guest_memory.js';
import { HandleTable } from './handles.js';
import type { GraphRegistry } from './registry.js';
import { elementCount, type HostTensor, MAX_RANK, resolveWitxDtype } from './tensors.js';

/** One function of the ABI: i32 in, errno out. */
export type WitxFunction = (a: number, b: number, c: number, d: number, e: number) => number;

/** The import object of the core ABI. */
export interface WitxImports {
  [module: string]: Record<string, WitxFunction>;
  wasi_ephemeral_nn: Record<string, WitxFunction>;
}

/** How inputs get from the guest to the graph; see {@link WitxHost}. */
export type InputMode = 'copy' | 'view';

/** What a context of this ABI remembers of an input: where it lies and what the guest said of it. */
interface Slot {
  readonly tensor: HostTensor;
  /** The number that the guest gave. */
  readonly type: number;
  readonly length: number;
  /** Of views only: where it lies, and of which buffer of the memory the view is. */
  pointer: number;
  generation: number;
}

class WitxContext extends Context {
  readonly slots: (Slot | undefined)[] = [];
}

const MAX_PARTS = 1024;
const MAX_NAME_BYTES = 4096;
const MAX_CONFIG_BYTES = 1 << 20;
const TENSOR_BYTES = 20;

/**
 * The core ABI over a registry of graphs, for one instance.
 *
 * `copy` takes a copy at `set_input`: right for every guest. `view` reads the guest's memory at `compute`,
 * without a copy: only for guests that keep the buffer until then.
 */
export class WitxHost {
  /** For `WebAssembly.instantiate`. */
  readonly imports: WitxImports;
  readonly #memory = new GuestMemory();
  readonly #graphs: HandleTable<SharedGraph>;
  readonly #contexts: HandleTable<WitxContext>;
  readonly #counters: Counters;

  constructor(
    readonly registry: GraphRegistry,
    readonly mode: InputMode,
    readonly onError: (error: NnError) => void,
  ) {
    this.#counters = registry.counters;
    this.#graphs = new HandleTable('graph', registry.limits.graphs);
    this.#contexts = new HandleTable('context', registry.limits.contexts);
    this.imports = { wasi_ephemeral_nn: { ...this.#table(CALLS), ...this.#hotTable() } };
  }

  /** Sets the memory of the instance that calls. Before it, every call answers `missing_memory`. */
  bind(memory: MemoryLike): void {
    this.#memory.bind(memory);
  }

  /** Contexts that the guest has open. */
  get contexts(): number {
    return this.#contexts.size;
  }

  close(): void {
    for (const context of this.#contexts.values()) context.close();
    for (const graph of this.#graphs.values()) graph.release();
    this.#contexts.clear();
    this.#graphs.clear();
  }

  /** Wraps methods so that a failure of any kind is an errno and never an exception in the guest's stack. */
  #table(names: Readonly<Record<string, Call>>): Record<string, WitxFunction> {
    const table: Record<string, WitxFunction> = {};
    for (const [name, call] of Object.entries(names)) {
      table[name] = (a, b, c, d, e) => {
        this.#counters.calls++;
        try {
          call(this, a, b, c, d, e);
          return ERRNO.success;
        } catch (thrown) {
          return this.#fail(name, thrown);
        }
      };
    }
    return table;
  }

  /** The calls of every inference, each in a function of its own: one that serves all names is not inlined. */
  #hotTable(): Record<string, WitxFunction> {
    return {
      set_input: (context, index, tensor) => {
        this.#counters.calls++;
        try {
          this.setInput(context, index, tensor);
          return ERRNO.success;
        } catch (thrown) {
          return this.#fail('set_input', thrown);
        }
      },
      compute: (context) => {
        this.#counters.calls++;
        try {
          this.compute(context);
          return ERRNO.success;
        } catch (thrown) {
          return this.#fail('compute', thrown);
        }
      },
      get_output: (context, index, buffer, size, written) => {
        this.#counters.calls++;
        try {
          this.getOutput(context, index, buffer, size, written);
          return ERRNO.success;
        } catch (thrown) {
          return this.#fail('get_output', thrown);
        }
      },
    };
  }

  #fail(call: string, thrown: unknown): number {
    const error = toNnError(thrown);
    this.onError(new NnError(error.kind, `${call}: ${error.message}`, error));
    return error.errno;
  }

  load(builder: number, count: number, encoding: number, target: number, out: number): void {
    const what = encodingOf(encoding);
    const where = targetOf(target);
    const memory = this.#memory;
    memory.check(out, 4);
    if (count >>> 0 > MAX_PARTS) throw new NnError('too_large', `a graph of ${count >>> 0} parts`);
    memory.check(builder, (count >>> 0) * 8);
    const parts: Uint8Array[] = [];
    for (let i = 0; i < count >>> 0; i++) {
      const at = (builder >>> 0) + i * 8;
      parts.push(memory.bytes(memory.u32(at), memory.u32(at + 4)));
    }
    this.#graphs.reserve();
    const graph = this.registry.load(parts, what, where);
    memory.setU32(out, this.#graphs.add(graph));
  }

  loadByName(name: number, length: number, out: number, config?: string): void {
    const text = this.#memory.text(name, length, MAX_NAME_BYTES);
    this.#memory.check(out, 4);
    this.#graphs.reserve();
    const graph = this.registry.loadByName(text, config);
    this.#memory.setU32(out, this.#graphs.add(graph));
  }

  initExecutionContext(graph: number, out: number): void {
    const shared = this.#graphs.get(graph >>> 0);
    this.#memory.check(out, 4);
    this.#contexts.reserve();
    this.#memory.setU32(out, this.#contexts.add(new WitxContext(shared.retain())));
  }

  setInput(handle: number, index: number, tensorPointer: number): void {
    const context = this.#contexts.get(handle >>> 0);
    const memory = this.#memory;
    const i = index >>> 0;
    const at = memory.check(tensorPointer, TENSOR_BYTES);
    const dimsPointer = memory.u32(at);
    const rank = memory.u32(at + 4);
    const type = memory.u8(at + 8);
    const pointer = memory.u32(at + 12);
    const length = memory.u32(at + 16);
    const slot = context.slots[i];
    if (slot !== undefined && slot.type === type && slot.length === length) {
      if (this.#hasDims(slot, dimsPointer, rank)) {
        this.#fillAgain(slot, pointer, length);
        return;
      }
    }
    context.inputSpec(i);
    if (rank > MAX_RANK) throw new NnError('invalid_argument', `a tensor of ${rank} dimensions`);
    memory.check(dimsPointer, rank * 4);
    memory.check(pointer, length);
    if (context.isText(i)) this.#setText(context, i, pointer, length);
    else {
      const dims: number[] = [];
      for (let d = 0; d < rank; d++) dims.push(memory.u32(dimsPointer + d * 4));
      this.#setTensor(context, i, { type, dims, pointer, length });
    }
  }

  /** The same kind of tensor as before: all checks have been made, only its place and content may be new. */
  #fillAgain(slot: Slot, pointer: number, length: number): void {
    const memory = this.#memory;
    if (this.mode === 'copy') {
      memory.copyTo(slot.tensor.bytes, pointer);
      this.#counters.bytesCopiedIn += length;
    } else {
      memory.check(pointer, length);
      if (slot.pointer !== pointer || slot.generation !== memory.generation) {
        slot.pointer = pointer;
        this.#renewView(slot);
      }
    }
  }

  #setText(context: WitxContext, index: number, pointer: number, length: number): void {
    context.shared.budget.checkTensor(length);
    context.holdInput(index, length);
    context.endStream();
    context.inputs[index] = {
      dtype: 'u8',
      dims: [length],
      bytes: this.#memory.bytes(pointer, length).slice(),
    };
    this.#counters.bytesCopiedIn += length;
  }

  #setTensor(
    context: WitxContext,
    index: number,
    given: { type: number; dims: number[]; pointer: number; length: number },
  ): void {
    const { type, dims, pointer, length } = given;
    this.registry.checkTensorBytes(dims, length);
    const named = resolveWitxDtype(type, elementCount(dims), length);
    const dtype = context.fit(index, named, dims);
    const copies = this.mode === 'copy';
    context.holdInput(index, copies ? length : 0);
    let bytes = this.#memory.bytes(pointer, length);
    if (copies) {
      bytes = bytes.slice();
      this.#counters.bytesCopiedIn += length;
    }
    const tensor: HostTensor = { dtype, dims, bytes };
    context.inputs[index] = tensor;
    context.slots[index] = { tensor, type, pointer, length, generation: this.#memory.generation };
  }

  compute(handle: number): void {
    const context = this.#contexts.get(handle >>> 0);
    this.#renewViews(context);
    context.compute();
  }

  getOutput(handle: number, index: number, buffer: number, size: number, written: number): void {
    this.#write(this.#contexts.get(handle >>> 0).output(index >>> 0), buffer, size, written);
  }

  getOutputSingle(handle: number, index: number, buffer: number, size: number, written: number): void {
    this.#write(this.#contexts.get(handle >>> 0).outputSingle(index >>> 0), buffer, size, written);
  }

  #write({ bytes }: HostTensor, buffer: number, size: number, written: number): void {
    const memory = this.#memory;
    const needed = bytes.length;
    memory.check(written, 4);
    if (needed > size >>> 0) {
      memory.setU32(written, needed);
      throw new NnError('too_large', `the output has ${needed} bytes, the buffer ${size >>> 0}`);
    }
    memory.check(buffer, size);
    memory.put(buffer, bytes);
    memory.setU32(written, needed);
    this.#counters.bytesCopiedOut += needed;
  }

  unload(graph: number): void {
    this.#graphs.remove(graph >>> 0).release();
  }

  finalizeExecutionContext(handle: number): void {
    this.#contexts.remove(handle >>> 0).close();
  }

  loadByNameWithConfig(
    name: number,
    length: number,
    config: number,
    configLength: number,
    out: number,
  ): void {
    this.loadByName(name, length, out, this.#memory.text(config, configLength, MAX_CONFIG_BYTES));
  }

  computeSingle(handle: number): void {
    const context = this.#contexts.get(handle >>> 0);
    this.#renewViews(context);
    context.computeSingle();
  }

  finiSingle(handle: number): void {
    this.#contexts.get(handle >>> 0).endStream();
  }

  #hasDims(slot: Slot, pointer: number, rank: number): boolean {
    const { dims } = slot.tensor;
    if (dims.length !== rank) return false;
    for (let d = 0; d < rank; d++) if (dims[d] !== this.#memory.u32(pointer + d * 4)) return false;
    return true;
  }

  /** Memory that has grown has another buffer: views of the old one are dead. */
  #renewViews(context: WitxContext): void {
    if (this.mode !== 'view') return;
    const { slots } = context;
    const { generation } = this.#memory;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      if (slot !== undefined && slot.generation !== generation) this.#renewView(slot);
    }
  }

  #renewView(slot: Slot): void {
    slot.tensor.bytes = this.#memory.bytes(slot.pointer, slot.length);
    slot.tensor.prepared = undefined;
    slot.generation = this.#memory.generation;
  }
}

type Call = (host: WitxHost, a: number, b: number, c: number, d: number, e: number) => void;

/** The rest of the six functions that every host has, and what WasmEdge has beside them. */
const CALLS: Readonly<Record<string, Call>> = {
  load: (host, a, b, c, d, e) => host.load(a, b, c, d, e),
  load_by_name: (host, a, b, c) => host.loadByName(a, b, c),
  init_execution_context: (host, a, b) => host.initExecutionContext(a, b),
  load_by_name_with_config: (host, a, b, c, d, e) => host.loadByNameWithConfig(a, b, c, d, e),
  unload: (host, a) => host.unload(a),
  finalize_execution_context: (host, a) => host.finalizeExecutionContext(a),
  compute_single: (host, a) => host.computeSingle(a),
  get_output_single: (host, a, b, c, d, e) => host.getOutputSingle(a, b, c, d, e),
  fini_single: (host, a) => host.finiSingle(a),
};

/** 0..4 mean the same everywhere; 5 and 6 are ggml and autodetect, in an order that depends on the host. */
function encodingOf(number: number): Encoding {
  const known = ENCODINGS[number >>> 0];
  if (known !== undefined) return known;
  if (number === 5 || number === 6) return 'autodetect';
  throw new NnError('invalid_encoding', `unknown graph encoding ${number >>> 0}`);
}

function targetOf(number: number): Target {
  const target = TARGETS[number >>> 0];
  if (target === undefined) throw new NnError('invalid_argument', `unknown execution target ${number >>> 0}`);
  return target;
}
