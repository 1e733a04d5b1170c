/** An instance of a module that reads a card: what edge_kernels.wasm and edge_postprocess.wasm have in common. */
import { ResultView } from '../engine/result_view.js';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { Wasm, type WasmMemory } from '../wasm.js';
import { fetchBytes } from './fetching.js';
import type { BrowserPackage } from './model_package.js';

/** What both modules export. */
export interface CardModuleExports {
  memory: WasmMemory;
  edge_alloc(size: number): number;
  edge_reset(): void;
  edge_open_card(card: number, length: number, labels: number, labelsLength: number): number;
}

/** One instance with one open card. */
export class CardModule<Exports extends CardModuleExports> {
  private constructor(readonly exports: Exports) {}

  /**
   * Gets and instantiates a module and opens a card.
   *
   * @throws EdgeInferError `DOWNLOAD_FAILED`, `RUNTIME_NO_WASM`, errors of the card and the labels (exit 4)
   */
  static async open<Exports extends CardModuleExports>(
    url: string,
    { cardBytes, labels }: BrowserPackage,
  ): Promise<CardModule<Exports>> {
    const bytes = await fetchBytes(url);
    let exports: Exports;
    try {
      exports = (await Wasm.instantiate(await Wasm.compile(bytes))).exports as unknown as Exports;
    } catch (cause) {
      throw new EdgeInferError({
        code: 'RUNTIME_NO_WASM',
        message: `cannot run ${url} here: ${messageOf(cause)}`,
        hint: 'use a browser with WebAssembly SIMD, and check that the address gives the module',
        exitCode: EXIT.runtime,
        cause,
      });
    }
    const opened = new CardModule(exports);
    opened.call(() =>
      exports.edge_open_card(opened.put(cardBytes), cardBytes.length, opened.put(labels), labels.length),
    );
    exports.edge_reset();
    return opened;
  }

  get memoryBytes(): number {
    return this.exports.memory.buffer.byteLength;
  }

  /** Copies bytes into the module until it is reset; their address. */
  put(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const at = this.exports.edge_alloc(bytes.length) >>> 0;
    if (at === 0) {
      throw new EdgeInferError({
        code: 'RUNTIME_MEMORY',
        message: `no memory for ${bytes.length} bytes`,
        hint: 'use a smaller picture',
        exitCode: EXIT.input,
      });
    }
    new Uint8Array(this.exports.memory.buffer).set(bytes, at);
    return at;
  }

  /** The result of a call, until the next one; whatever it was given is dropped when it failed. */
  call(body: () => number): ResultView {
    try {
      const address = body() >>> 0;
      const result = new ResultView(this.exports.memory.buffer, address);
      result.throwIfFailed();
      return result;
    } catch (cause) {
      this.exports.edge_reset();
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
