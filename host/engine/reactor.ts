/** One instance of the core module used as a reactor: memory layout of its calls, see docs/abi.md. */
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { createWasi, wasiImports } from '../runtimes/node_wasi.js';
import type { WasiNN } from '../wasi-nn/index.js';
import { Wasm, type WasmMemory, type WasmModule } from '../wasm.js';
import type { PictureForm } from './jobs.js';
import { ResultReader } from './result_reader.js';
import type { TensorPlace } from './results.js';

interface ReactorExports {
  memory: WasmMemory;
  edge_alloc(size: number): number;
  edge_reset(): void;
  edge_classify(request: number): number;
  edge_detect(request: number): number;
  edge_segment(request: number): number;
  edge_embed(request: number): number;
  edge_preprocess(request: number): number;
}

/** Calls of a picture. */
type PictureCall = 'edge_classify' | 'edge_detect' | 'edge_segment' | 'edge_embed' | 'edge_preprocess';

const REQUEST_BYTES = 44;
/** Layout of bytes that are the tensor already. */
const LAYOUT_TENSOR = 255;
/** Added to a layout: hashes of tensors and of the files of graphs ({@link GraphHost}) are left to us, who are faster. */
const LAYOUT_HOST_HASHES = 1 << 24;

/** A picture: an encoded file with layout 0, or raw pixels. */
export interface ReactorImage extends PictureForm {
  bytes: Uint8Array;
}

/** What is wanted of an answer; each call looks at what is its own. 0: what the card says. */
export interface Wanted {
  top?: number;
  threshold?: number;
  iou?: number;
  /** Of a mask. */
  size?: 'picture' | 'model';
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

  /** Result struct of a call, without the hash of the tensor. */
  call(name: PictureCall, image: ReactorImage, wanted: Wanted = {}): ResultReader {
    return this.#guarded(() => {
      const { bytes } = image;
      if (bytes.byteLength > this.#capacity) this.#allocate(bytes.byteLength);
      new Uint8Array(this.#exports.memory.buffer, this.#image, bytes.byteLength).set(bytes);
      return this.#call(name, bytes.byteLength, image, wanted);
    });
  }

  /** {@link call} with the tensor that edge_preprocess gave for a picture, `length` bytes at `address` in the memory. */
  callWithTensor(
    name: PictureCall,
    { address, length, picture }: Pick<TensorPlace, 'address' | 'length' | 'picture'>,
    wanted: Wanted = {},
  ): ResultReader {
    const form = { ...picture, layout: LAYOUT_TENSOR };
    if (length > this.#capacity) {
      // A larger buffer may come to lie over the tensor.
      const bytes = new Uint8Array(this.#exports.memory.buffer, address, length).slice();
      return this.call(name, { ...form, bytes }, wanted);
    }
    return this.#guarded(() => {
      new Uint8Array(this.#exports.memory.buffer).copyWithin(this.#image, address, address + length);
      return this.#call(name, length, form, wanted);
    });
  }

  #guarded(body: () => ResultReader): ResultReader {
    try {
      return body();
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

  /** Writes the request into the instance, for the `length` bytes that lie in the image buffer. */
  #call(
    name: PictureCall,
    length: number,
    { width, height, layout }: PictureForm,
    { top = 0, threshold = 0, iou = 0, size = 'picture' }: Wanted,
  ): ResultReader {
    const view = new DataView(this.#exports.memory.buffer, this.#request, REQUEST_BYTES);
    const words = [
      this.#image,
      length,
      width,
      height,
      layout | LAYOUT_HOST_HASHES,
      this.#modelAt,
      this.#model.byteLength,
      top,
    ];
    for (const [i, word] of words.entries()) view.setUint32(i * 4, word, true);
    view.setFloat32(32, threshold, true);
    view.setFloat32(36, iou, true);
    view.setUint32(40, size === 'model' ? 1 : 0, true);
    // The call may grow the memory: its buffer is taken afterwards.
    const address = this.#exports[name](this.#request) >>> 0;
    const result = new ResultReader(this.#exports.memory.buffer, address);
    result.throwIfFailed();
    return result;
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
