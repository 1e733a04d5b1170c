/** edge_kernels.wasm in this process: a card changed in memory and a picture to a tensor, in milliseconds. docs/abi.md. */
import { readFileSync } from 'node:fs';
import type { ReactorImage } from '../engine/reactor.js';
import { ResultReader } from '../engine/result_reader.js';
import { EdgeInferError, EXIT } from '../errors.js';
import type { CardInput } from '../models/card.js';
import { artifact } from '../runtimes/artifacts.js';
import { Wasm, type WasmMemory, type WasmModule } from '../wasm.js';

interface KernelExports {
  memory: WasmMemory;
  edge_alloc(size: number): number;
  edge_reset(): void;
  edge_open_card(card: number, length: number, labels: number, labelsLength: number): number;
  edge_decode(image: number, length: number, stored: number): number;
  edge_preprocess(image: number, length: number, width: number, height: number, layout: number): number;
}

/** Pixels of an image file. */
export interface DecodedPicture extends ReactorImage {
  /** EXIF orientation of the file, 1 to 8. */
  orientation: number;
}

/** A tensor as the module makes it. */
export interface KernelTensor {
  /** A copy. */
  bytes: Uint8Array<ArrayBuffer>;
  sha256: string;
}

const CARD_BYTES = 1 << 16;

let compiled: Promise<WasmModule> | undefined;

/** One instance with one picture at a time in its memory. */
export class Kernels {
  readonly #exports: KernelExports;
  #card = 0;
  #picture: ReactorImage | undefined;
  #pictureAt = 0;

  private constructor(exports: KernelExports) {
    this.#exports = exports;
  }

  static async create(): Promise<Kernels> {
    compiled ??= Wasm.compile(readFileSync(artifact('kernels')));
    const instance = await Wasm.instantiate(await compiled);
    return new Kernels(instance.exports as unknown as KernelExports);
  }

  /**
   * The pixels of an image file, upright unless `stored`.
   *
   * @throws EdgeInferError exit 3 for a broken picture
   */
  decode(file: Uint8Array, stored: boolean): DecodedPicture {
    this.#forget();
    const at = this.#put(file);
    const result = this.#result(this.#exports.edge_decode(at, file.length, stored ? 1 : 0));
    result.throwIfFailed();
    const picture = {
      bytes: result.bytesAt(result.u32(28), result.u32(32)),
      width: result.u32(36),
      height: result.u32(40),
      layout: result.u32(44),
      orientation: result.u32(48),
    };
    this.#forget();
    return picture;
  }

  /**
   * The tensor of a picture for a card's `input`.
   *
   * @throws EdgeInferError as the module has it: exit 3 for the picture, 4 for the card
   */
  preprocess(picture: ReactorImage, input: CardInput): KernelTensor {
    this.#place(picture);
    const card = Buffer.from(JSON.stringify(cardOf(input)));
    if (card.length > CARD_BYTES) throw noMemory();
    new Uint8Array(this.#exports.memory.buffer).set(card, this.#card);
    this.#result(this.#exports.edge_open_card(this.#card, card.length, 0, 0)).throwIfFailed();
    const { bytes, width, height, layout } = picture;
    const result = this.#result(
      this.#exports.edge_preprocess(this.#pictureAt, bytes.length, width, height, layout),
    );
    result.throwIfFailed();
    return {
      bytes: result.bytesAt(result.u32(28), result.u32(32)),
      sha256: Buffer.from(result.bytesAt(result.u32(36), 32)).toString('hex'),
    };
  }

  /** Puts the picture into the module's memory, unless it is there. */
  #place(picture: ReactorImage): void {
    if (this.#picture === picture) return;
    this.#forget();
    this.#card = this.#take(CARD_BYTES);
    this.#pictureAt = this.#put(picture.bytes);
    this.#picture = picture;
  }

  #forget(): void {
    this.#exports.edge_reset();
    this.#picture = undefined;
  }

  #put(bytes: Uint8Array): number {
    const at = this.#take(bytes.length);
    new Uint8Array(this.#exports.memory.buffer).set(bytes, at);
    return at;
  }

  #take(bytes: number): number {
    const at = this.#exports.edge_alloc(bytes) >>> 0;
    if (at === 0) throw noMemory();
    return at;
  }

  #result(address: number): ResultReader {
    return new ResultReader(this.#exports.memory.buffer, address >>> 0);
  }
}

function noMemory(): EdgeInferError {
  return new EdgeInferError({
    code: 'RUNTIME_MEMORY',
    message: 'no memory for the picture',
    hint: 'use a smaller picture',
    exitCode: EXIT.input,
  });
}

/** As much of a card as preprocessing looks at. */
function cardOf(input: CardInput): object {
  const output = { name: 'output', dtype: 'f32', kind: 'raw' };
  return { schema: 1, name: 'parity', version: '1', task: 'raw', input, output, graphs: [] };
}
