/** A guest of the core ABI without code: a memory and direct calls of the imports, as a module would make them. */

import { createWasiNN, type WasiNN, type WasiNNOptions } from '../../host/wasi-nn/index.js';
import { Wasm, type WasmMemory } from '../../host/wasm.js';

const NAMES = new TextEncoder();

/** One page of memory filled by bump allocation, and the functions of `wasi_ephemeral_nn`. */
export class RawGuest {
  readonly memory: WasmMemory = new Wasm.Memory({ initial: 4 });
  readonly nn: WasiNN;
  #top = 16;

  constructor(options: WasiNNOptions = {}) {
    this.nn = createWasiNN(options);
    this.nn.bind(this.memory);
  }

  call(name: string, ...args: number[]): number {
    const fn = this.nn.witx.wasi_ephemeral_nn[name];
    if (fn === undefined) throw new Error(`no import ${name}`);
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = args;
    return fn(a | 0, b | 0, c | 0, d | 0, e | 0);
  }

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  alloc(bytes: number, align = 8): number {
    this.#top = Math.ceil(this.#top / align) * align;
    const at = this.#top;
    this.#top += bytes;
    while (this.#top > this.memory.buffer.byteLength) this.memory.grow(16);
    return at;
  }

  put(bytes: Uint8Array, align = 8): number {
    const at = this.alloc(bytes.byteLength, align);
    new Uint8Array(this.memory.buffer).set(bytes, at);
    return at;
  }

  putText(text: string): [number, number] {
    const bytes = NAMES.encode(text);
    return [this.put(bytes), bytes.byteLength];
  }

  /** A builder array of one part. */
  builder(model: Uint8Array): number {
    const part = this.put(model);
    const at = this.alloc(8, 4);
    this.view.setUint32(at, part, true);
    this.view.setUint32(at + 4, model.byteLength, true);
    return at;
  }

  /** Loads a graph (1 is ONNX) and makes a context; fails loudly. */
  open(model: Uint8Array, encoding = 1): { graph: number; context: number } {
    const out = this.alloc(4, 4);
    must(this.call('load', this.builder(model), 1, encoding, 0, out), this.nn);
    const graph = this.view.getUint32(out, true);
    must(this.call('init_execution_context', graph, out), this.nn);
    return { graph, context: this.view.getUint32(out, true) };
  }

  /** Writes a tensor struct; `type` is the raw number, `padding` what stands in bytes 9..11. */
  tensor(type: number, dims: readonly number[], data: number, length: number, padding = 0): number {
    const dimsAt = this.alloc(dims.length * 4, 4);
    for (const [i, dim] of dims.entries()) this.view.setUint32(dimsAt + i * 4, dim, true);
    const at = this.alloc(20, 4);
    const view = this.view;
    view.setUint32(at, dimsAt, true);
    view.setUint32(at + 4, dims.length, true);
    view.setUint32(at + 8, (padding << 8) | type, true);
    view.setUint32(at + 12, data, true);
    view.setUint32(at + 16, length, true);
    return at;
  }

  /** Output `index` of at most `size` bytes: errno, bytes written and a copy of them. */
  output(
    context: number,
    index: number,
    size: number,
  ): { errno: number; written: number; bytes: Uint8Array } {
    const buffer = this.alloc(size);
    const written = this.alloc(4, 4);
    const errno = this.call('get_output', context, index, buffer, size, written);
    const length = this.view.getUint32(written, true);
    return { errno, written: length, bytes: new Uint8Array(this.memory.buffer).slice(buffer, buffer + size) };
  }
}

/** Fails with the host's text unless `errno` is 0. */
export function must(errno: number, nn: WasiNN): void {
  if (errno !== 0) throw new Error(`errno ${errno}: ${nn.lastError()}`);
}

/** The bytes of a typed array. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
