/**
 * What a picture looks like, in 64 bits: dHash. The picture is made 9 x 8 gray by the module's own decoders and Pillow's
 * bilinear filter; each bit says whether a pixel is brighter than its left neighbour. Pictures that are alike differ in
 * few bits; docs/engine.md says how often others do too.
 */
import { EdgeInferError, EXIT } from '../errors.js';
import { Wasm, type WasmMemory, type WasmModule } from '../wasm.js';
import type { ReactorImage } from './reactor.js';
import { ResultReader } from './result_reader.js';
import type { Size } from './results.js';

interface KernelExports {
  memory: WasmMemory;
  edge_alloc(size: number): number;
  edge_reset(): void;
  edge_open_card(card: number, length: number, labels: number, labelsLength: number): number;
  edge_preprocess(image: number, length: number, width: number, height: number, layout: number): number;
}

const COLUMNS = 9;
const ROWS = 8;
/** The module leaves the SHA-256 of the 72 bytes out. */
const LAYOUT_HOST_HASHES = 1 << 24;

/** `draft`: a JPEG is decoded at an eighth of its size where that is enough. */
const CARD = JSON.stringify({
  schema: 1,
  name: 'dhash',
  version: '1.0.0',
  task: 'raw',
  input: {
    name: 'gray',
    dtype: 'u8',
    layout: 'NHWC',
    shape: [1, ROWS, COLUMNS, 1],
    color: 'gray',
    resize: { profile: 'pillow', filter: 'bilinear', size: [ROWS, COLUMNS], draft: true },
  },
  output: { name: 'none', dtype: 'u8', kind: 'raw' },
  graphs: [],
});

/** An instance of edge_kernels.wasm that hashes pictures. */
export class PictureHasher {
  readonly #exports: KernelExports;
  #image = 0;
  #capacity = -1;
  #size: Size = { width: 0, height: 0 };

  private constructor(exports: KernelExports) {
    this.#exports = exports;
  }

  static create(module: WasmModule): PictureHasher {
    const hasher = new PictureHasher(new Wasm.Instance(module).exports as unknown as KernelExports);
    hasher.#openCard();
    return hasher;
  }

  /** Of the picture that was hashed last: upright. */
  get size(): Size {
    return this.#size;
  }

  /**
   * The hash, high word first.
   *
   * @throws EdgeInferError for bytes that are no picture
   */
  hash({ bytes, width, height, layout }: ReactorImage): [number, number] {
    if (bytes.byteLength > this.#capacity) {
      this.#exports.edge_reset();
      this.#image = this.#take(bytes.byteLength);
      this.#capacity = bytes.byteLength;
    }
    new Uint8Array(this.#exports.memory.buffer).set(bytes, this.#image);
    const address = this.#exports.edge_preprocess(
      this.#image,
      bytes.byteLength,
      width,
      height,
      layout | LAYOUT_HOST_HASHES,
    );
    const result = new ResultReader(this.#exports.memory.buffer, address >>> 0);
    result.throwIfFailed();
    this.#size = { width: result.u32(72), height: result.u32(76) };
    return differenceBits(new Uint8Array(result.buffer, result.u32(28), COLUMNS * ROWS));
  }

  #openCard(): void {
    const card = new TextEncoder().encode(CARD);
    const at = this.#take(card.byteLength);
    new Uint8Array(this.#exports.memory.buffer).set(card, at);
    const address = this.#exports.edge_open_card(at, card.byteLength, 0, 0) >>> 0;
    new ResultReader(this.#exports.memory.buffer, address).throwIfFailed();
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

/** One bit for each pixel that is brighter than its left neighbour, row by row, the first one highest. */
function differenceBits(gray: Uint8Array): [number, number] {
  const words: [number, number] = [0, 0];
  for (let y = 0; y < ROWS; y++) {
    for (let x = 1; x < COLUMNS; x++) {
      const at = y * COLUMNS + x;
      const bit = (gray[at] ?? 0) > (gray[at - 1] ?? 0) ? 1 : 0;
      const word = y < ROWS / 2 ? 0 : 1;
      words[word] = ((words[word] << 1) | bit) >>> 0;
    }
  }
  return words;
}

/** In how many bits two hashes differ: 0 to 64. */
export function hammingDistance(a: readonly [number, number], b: readonly [number, number]): number {
  return bitCount(a[0] ^ b[0]) + bitCount(a[1] ^ b[1]);
}

/** Number of ones among 32 bits: pairs, then fours, then bytes are added side by side. */
export function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
