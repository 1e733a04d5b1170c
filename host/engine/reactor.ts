/** One instance of the core module used as a reactor: memory layout of its calls, see docs/abi.md. */
import { readFileSync } from 'node:fs';
import { EdgeInferError, EXIT, type ExitCode, messageOf } from '../errors.js';
import { artifact } from '../runtimes/artifacts.js';
import { createWasi, wasiImports } from '../runtimes/node_wasi.js';
import type { WasiNN } from '../wasi-nn/index.js';
import { Wasm, type WasmMemory, type WasmModule } from '../wasm.js';

interface ReactorExports {
  memory: WasmMemory;
  edge_alloc(size: number): number;
  edge_reset(): void;
  edge_classify(request: number): number;
  edge_preprocess(request: number): number;
}

/** A picture as the reactor takes it: an encoded file with layout 0, or raw pixels. */
export interface ReactorImage {
  bytes: Uint8Array;
  width: number;
  height: number;
  layout: number;
}

const REQUEST_BYTES = 36;

let compiled: Promise<WasmModule> | undefined;

/** The module, compiled once a process; all threads share its code. */
export function compileCore(): Promise<WasmModule> {
  compiled ??= Wasm.compile(readFileSync(artifact('core')));
  return compiled;
}

/** The instance, with one request and one image buffer that grow when they must and are used again. */
export class Reactor {
  readonly #exports: ReactorExports;
  readonly #model: Uint8Array;
  #request = 0;
  #modelAt = 0;
  #image = 0;
  #capacity = -1;

  private constructor(exports: ReactorExports, folder: string) {
    this.#exports = exports;
    this.#model = new TextEncoder().encode(folder);
  }

  /** Makes an instance that sees one folder: that of the model. */
  static async create(module: WasmModule, folder: string, nn: WasiNN): Promise<Reactor> {
    const wasi = await createWasi({
      version: 'preview1',
      preopens: { [folder]: folder },
      returnOnExit: true,
    });
    const imports = { ...wasiImports(wasi), ...nn.witx };
    const instance = await Wasm.instantiate(module, imports);
    const exports = instance.exports as unknown as ReactorExports;
    nn.bind(exports.memory);
    // The module exports _start as well, which initialize() refuses: only the memory is shown to it.
    wasi.initialize({ exports: { memory: exports.memory } });
    return new Reactor(exports, folder);
  }

  /** Bytes of the instance's linear memory, which never shrinks. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Result struct of edge_classify. */
  classify(image: ReactorImage, top: number, threshold: number): ResultReader {
    return this.#call('edge_classify', image, top, threshold);
  }

  /** Result struct of edge_preprocess. */
  preprocess(image: ReactorImage): ResultReader {
    return this.#call('edge_preprocess', image, 0, 0);
  }

  #call(
    name: 'edge_classify' | 'edge_preprocess',
    image: ReactorImage,
    top: number,
    threshold: number,
  ): ResultReader {
    try {
      this.#place(image, top, threshold);
      // The call may grow the memory: its buffer is taken afterwards.
      const address = this.#exports[name](this.#request) >>> 0;
      const result = new ResultReader(this.#exports.memory.buffer, address);
      result.throwIfFailed();
      return result;
    } catch (cause) {
      if (cause instanceof EdgeInferError) throw cause;
      throw new EdgeInferError({
        code: 'GUEST_TRAPPED',
        message: `the guest stopped: ${messageOf(cause)}`,
        hint: 'do not send this input again, and report it',
        exitCode: EXIT.runtime,
        cause,
      });
    }
  }

  /** Writes the request into the instance. */
  #place({ bytes, width, height, layout }: ReactorImage, top: number, threshold: number): void {
    if (bytes.byteLength > this.#capacity) this.#allocate(bytes.byteLength);
    const { buffer } = this.#exports.memory;
    new Uint8Array(buffer, this.#image, bytes.byteLength).set(bytes);
    const view = new DataView(buffer, this.#request, REQUEST_BYTES);
    const words = [
      this.#image,
      bytes.byteLength,
      width,
      height,
      layout,
      this.#modelAt,
      this.#model.byteLength,
      top,
    ];
    for (const [i, word] of words.entries()) view.setUint32(i * 4, word, true);
    view.setFloat32(32, threshold, true);
  }

  #allocate(imageBytes: number): void {
    this.#exports.edge_reset();
    this.#request = this.#take(REQUEST_BYTES);
    this.#modelAt = this.#take(this.#model.byteLength);
    this.#image = this.#take(imageBytes);
    this.#capacity = imageBytes;
    new Uint8Array(this.#exports.memory.buffer, this.#modelAt, this.#model.byteLength).set(this.#model);
  }

  #take(bytes: number): number {
    const address = this.#exports.edge_alloc(bytes) >>> 0;
    if (address !== 0) return address;
    this.#capacity = -1;
    throw new EdgeInferError({
      code: 'RUNTIME_MEMORY',
      message: `no memory for a picture of ${bytes} bytes`,
      hint: 'use a smaller picture',
      exitCode: EXIT.input,
    });
  }
}

/** Reads a result struct: little endian, 4-byte fields. Valid until the next call of the instance. */
export class ResultReader {
  readonly #view: DataView;

  constructor(
    readonly buffer: ArrayBufferLike,
    readonly address: number,
  ) {
    this.#view = new DataView(buffer);
  }

  u32(offset: number): number {
    return this.#view.getUint32(this.address + offset, true);
  }

  f32(offset: number): number {
    return this.#view.getFloat32(this.address + offset, true);
  }

  /** Text of {address, length} at `offset`. */
  text(offset: number): string {
    return this.textAt(this.u32(offset), this.u32(offset + 4));
  }

  textAt(address: number, length: number): string {
    return new TextDecoder().decode(new Uint8Array(this.buffer, address, length));
  }

  /** A copy of the bytes at an address. */
  bytesAt(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.buffer, address, length).slice();
  }

  u32At(address: number): number {
    return this.#view.getUint32(address, true);
  }

  f32At(address: number): number {
    return this.#view.getFloat32(address, true);
  }

  /** Throws the guest's error, if the result is one: status, code, message, hint. */
  throwIfFailed(): void {
    const status = this.u32(0);
    if (status === 0) return;
    const hint = this.text(20);
    throw new EdgeInferError({
      code: this.text(4) || 'GUEST_FAILED',
      message: this.text(12) || 'the guest failed',
      ...(hint === '' ? {} : { hint }),
      exitCode: status as ExitCode,
    });
  }
}
