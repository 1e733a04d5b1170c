/** edge_kernels.wasm in a browser: pictures to tensors, outputs of graphs to predictions. docs/abi.md. */
import { ResultView } from '../engine/result_view.js';
import { type Prediction, readPredictions } from '../engine/results.js';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { Wasm, type WasmMemory } from '../wasm.js';
import { fetchBytes, sha256 } from './fetching.js';
import type { BrowserPackage } from './model_package.js';

interface KernelExports {
  memory: WasmMemory;
  edge_alloc(size: number): number;
  edge_reset(): void;
  edge_open_card(card: number, length: number, labels: number, labelsLength: number): number;
  edge_preprocess(image: number, length: number, width: number, height: number, layout: number): number;
  edge_postprocess(output: number, length: number, top: number, threshold: number): number;
}

/** Pixels as the module takes them: an encoded file with layout 0, or raw pixels. */
export interface KernelPicture {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly layout: number;
}

/** A tensor as the module makes it. */
export interface KernelTensor {
  readonly dtype: 'f32' | 'f16' | 'u8' | 'i8';
  readonly shape: number[];
  /** A copy. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly input_sha256: string;
}

const DTYPES = ['f32', 'f16', 'u8', 'i8'] as const;
/** The module leaves the SHA-256 to its host, whose own is several times as fast. */
const LAYOUT_UNHASHED = 1 << 24;

/** One instance with one open card. */
export class BrowserKernels {
  readonly #exports: KernelExports;

  private constructor(exports: KernelExports) {
    this.#exports = exports;
  }

  /**
   * Instantiates the module and opens a card.
   *
   * @throws EdgeInferError `DOWNLOAD_FAILED`, `RUNTIME_NO_WASM`, errors of the card and the labels (exit 4)
   */
  static async open(url: string, { cardBytes, labels }: BrowserPackage): Promise<BrowserKernels> {
    const bytes = await fetchBytes(url);
    let kernels: BrowserKernels;
    try {
      const { exports } = await Wasm.instantiate(await Wasm.compile(bytes));
      kernels = new BrowserKernels(exports as unknown as KernelExports);
    } catch (cause) {
      throw new EdgeInferError({
        code: 'RUNTIME_NO_WASM',
        message: `cannot run ${url} here: ${messageOf(cause)}`,
        hint: 'use a browser with WebAssembly SIMD, and check that the address gives the module',
        exitCode: EXIT.runtime,
        cause,
      });
    }
    const own = kernels.#exports;
    kernels.#call(() =>
      own.edge_open_card(kernels.#put(cardBytes), cardBytes.length, kernels.#put(labels), labels.length),
    );
    own.edge_reset();
    return kernels;
  }

  /** Bytes of the instance's memory, which never shrinks. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * The tensor that the graph is fed.
   *
   * @throws EdgeInferError exit 3 for the picture
   */
  async preprocess({ bytes, width, height, layout }: KernelPicture): Promise<KernelTensor> {
    const result = this.#call(() =>
      this.#exports.edge_preprocess(this.#put(bytes), bytes.length, width, height, layout | LAYOUT_UNHASHED),
    );
    const shape: number[] = [];
    for (let i = 0; i < result.u32(44); i++) shape.push(result.u32(48 + i * 4));
    const dtype = DTYPES[result.u32(40)] ?? 'f32';
    const data = result.bytesAt(result.u32(28), result.u32(32));
    this.#exports.edge_reset();
    return { dtype, shape, data, input_sha256: await sha256(data) };
  }

  /** What the output of the graph says. */
  postprocess(output: Uint8Array, top: number, threshold: number): Prediction[] {
    const result = this.#call(() =>
      this.#exports.edge_postprocess(this.#put(output), output.length, top, threshold),
    );
    const predictions = readPredictions(result);
    this.#exports.edge_reset();
    return predictions;
  }

  #put(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const at = this.#exports.edge_alloc(bytes.length) >>> 0;
    if (at === 0) {
      throw new EdgeInferError({
        code: 'RUNTIME_MEMORY',
        message: `no memory for ${bytes.length} bytes`,
        hint: 'use a smaller picture',
        exitCode: EXIT.input,
      });
    }
    new Uint8Array(this.#exports.memory.buffer).set(bytes, at);
    return at;
  }

  /** The result of a call; whatever it was given is dropped when it failed. */
  #call(body: () => number): ResultView {
    try {
      const address = body() >>> 0;
      const result = new ResultView(this.#exports.memory.buffer, address);
      result.throwIfFailed();
      return result;
    } catch (cause) {
      this.#exports.edge_reset();
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
}
