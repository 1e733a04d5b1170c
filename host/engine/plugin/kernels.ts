/** edge_kernels.wasm for models with plug-ins: pixels of pictures, tensors, and rankings of outputs. */
import { EdgeInferError, EXIT } from '../../errors.js';
import { Wasm, type WasmMemory, type WasmModule } from '../../wasm.js';
import type { ReactorImage } from '../reactor.js';
import { ResultReader } from '../result_reader.js';

interface KernelExports {
  memory: WasmMemory;
  edge_alloc(size: number): number;
  edge_reset(): void;
  edge_open_card(card: number, length: number, labels: number, labelsLength: number): number;
  edge_decode(image: number, length: number, stored: number): number;
  edge_preprocess(image: number, length: number, width: number, height: number, layout: number): number;
  edge_postprocess(output: number, length: number, top: number, threshold: number): number;
}

/** The module leaves the SHA-256 of the tensor out. */
const LAYOUT_HOST_HASHES = 1 << 24;

/** Pixels of a file: `channels` is a layout of {@link ReactorImage}. */
export interface Decoded {
  bytes: Uint8Array;
  width: number;
  height: number;
  channels: number;
}

/** An instance with at most one card. What it gives is valid until its next call. */
export class Kernels {
  readonly #exports: KernelExports;

  constructor(module: WasmModule) {
    this.#exports = new Wasm.Instance(module).exports as unknown as KernelExports;
  }

  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** @throws EdgeInferError for a card or labels that are wrong */
  openCard(card: object, labels: Uint8Array = new Uint8Array()): void {
    this.#exports.edge_reset();
    const text = new TextEncoder().encode(JSON.stringify(card));
    const [cardAt, labelsAt] = [this.#put(text), this.#put(labels)];
    this.#result(this.#exports.edge_open_card(cardAt, text.byteLength, labelsAt, labels.byteLength));
  }

  /** The pixels of an image file, turned by EXIF unless `stored`. */
  decode(file: Uint8Array, stored: boolean): Decoded {
    this.#exports.edge_reset();
    const at = this.#put(file);
    const result = this.#result(this.#exports.edge_decode(at, file.byteLength, stored ? 1 : 0));
    return {
      bytes: new Uint8Array(result.buffer, result.u32(28), result.u32(32)),
      width: result.u32(36),
      height: result.u32(40),
      channels: result.u32(44),
    };
  }

  /** The tensor that the open card makes of a picture. */
  preprocess({ bytes, width, height, layout }: ReactorImage): Uint8Array {
    this.#exports.edge_reset();
    const at = this.#put(bytes);
    const call = this.#exports.edge_preprocess(
      at,
      bytes.byteLength,
      width,
      height,
      layout | LAYOUT_HOST_HASHES,
    );
    const result = this.#result(call);
    return new Uint8Array(result.buffer, result.u32(28), result.u32(32));
  }

  /** The result of edge_postprocess: predictions at 28, their count at 32. */
  rank(output: Uint8Array, top: number, threshold: number): ResultReader {
    this.#exports.edge_reset();
    const at = this.#put(output);
    return this.#result(this.#exports.edge_postprocess(at, output.byteLength, top, threshold));
  }

  #result(address: number): ResultReader {
    const result = new ResultReader(this.#exports.memory.buffer, address >>> 0);
    result.throwIfFailed();
    return result;
  }

  #put(bytes: Uint8Array): number {
    if (bytes.byteLength === 0) return 0;
    const address = this.#exports.edge_alloc(bytes.byteLength) >>> 0;
    if (address === 0) {
      throw new EdgeInferError({
        code: 'RUNTIME_MEMORY',
        message: `no memory for ${bytes.byteLength} bytes`,
        hint: 'use a smaller picture',
        exitCode: EXIT.input,
      });
    }
    new Uint8Array(this.#exports.memory.buffer).set(bytes, address);
    return address;
  }
}
