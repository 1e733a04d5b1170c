/** edge_postprocess.wasm in this process: outputs of a graph to answers, and vectors that are near to one. docs/abi.md. */
import { readFileSync } from 'node:fs';
import { EdgeInferError, EXIT } from '../errors.js';
import type { ModelCard } from '../models/card.js';
import { artifact } from '../runtimes/artifacts.js';
import { Wasm, type WasmMemory, type WasmModule } from '../wasm.js';
import type { Wanted } from './reactor.js';
import { ResultReader } from './result_reader.js';
import {
  type Classification,
  type Detection,
  readDetection,
  readPredictions,
  readSegmentation,
  readVector,
  type Segmentation,
  type Size,
} from './results.js';

interface PostprocessExports {
  memory: WasmMemory;
  edge_alloc(size: number): number;
  edge_reset(): void;
  edge_open_card(card: number, length: number, labels: number, labelsLength: number): number;
  edge_set_priors(priors: number, length: number): number;
  edge_answer(
    outputs: number,
    width: number,
    height: number,
    top: number,
    threshold: number,
    iou: number,
    ownMask: number,
  ): number;
  edge_nearest(matrix: number, rows: number, n: number, query: number, cosine: number, k: number): number;
}

/** A row of a matrix and how near it is. */
export interface Near {
  row: number;
  similarity: number;
}

/** What an answer holds besides times and graph; which part is there goes with the task. */
export interface PostprocessAnswers {
  classify: Pick<Classification, 'predictions'>;
  detect: Pick<Detection, 'predictions' | 'picture'>;
  segment: Pick<Segmentation, 'predictions' | 'picture' | 'mask'>;
  embed: { vector: Float32Array<ArrayBuffer> };
}

let compiled: Promise<WasmModule> | undefined;

/** One instance. */
export class Postprocess {
  readonly #exports: PostprocessExports;
  #priors: Uint8Array | undefined;

  private constructor(exports: PostprocessExports) {
    this.#exports = exports;
  }

  /** @throws EdgeInferError `NOT_BUILT` (exit 5) */
  static async create(): Promise<Postprocess> {
    compiled ??= Wasm.compile(readFileSync(artifact('postprocess')));
    const instance = await Wasm.instantiate(await compiled);
    return new Postprocess(instance.exports as unknown as PostprocessExports);
  }

  /**
   * Reads a card, its labels file and, for an SSD head, its priors.
   *
   * @throws EdgeInferError `MODEL_CARD_INVALID` and others (exit 4)
   */
  openCard(card: ModelCard, labels: Uint8Array = new Uint8Array(), priors?: Uint8Array): void {
    this.#exports.edge_reset();
    const text = new TextEncoder().encode(JSON.stringify(card));
    const at = this.put(text);
    const labelsAt = labels.length === 0 ? 0 : this.put(labels);
    this.#checked(this.#exports.edge_open_card(at, text.length, labelsAt, labels.length));
    this.#priors = priors;
  }

  /**
   * The answer to the outputs of a graph, in the order of the card.
   *
   * @param picture its size as it was laid out; without: that of the graph's input
   * @throws EdgeInferError `MODEL_MISFIT`, `MODEL_OUTPUT_NAN` (exit 4)
   */
  answer<Task extends keyof PostprocessAnswers>(
    task: Task,
    outputs: readonly Uint8Array[],
    { width, height }: Size = { width: 0, height: 0 },
    { top = 0, threshold = 0, iou = 0, size = 'picture' }: Wanted = {},
  ): PostprocessAnswers[Task] {
    this.#exports.edge_reset();
    if (this.#priors !== undefined) {
      this.#checked(this.#exports.edge_set_priors(this.put(this.#priors), this.#priors.length));
    }
    const rows = outputs.flatMap((output) => [this.put(output), output.length]);
    const at = this.put(new Uint8Array(Uint32Array.from(rows).buffer));
    const own = size === 'model' ? 1 : 0;
    const result = this.#checked(this.#exports.edge_answer(at, width, height, top, threshold, iou, own));
    const read: { [T in keyof PostprocessAnswers]: () => PostprocessAnswers[T] } = {
      classify: () => ({ predictions: readPredictions(result) }),
      detect: () => readDetection(result),
      segment: () => readSegmentation(result),
      embed: () => ({ vector: readVector(result) }),
    };
    return read[task]();
  }

  /** Copies bytes to memory that stays until the next answer or card; their address. */
  put(bytes: Uint8Array): number {
    const at = this.#exports.edge_alloc(bytes.length) >>> 0;
    if (at === 0) {
      throw new EdgeInferError({
        code: 'RUNTIME_MEMORY',
        message: `no memory for ${bytes.length} bytes`,
        hint: 'use less',
        exitCode: EXIT.runtime,
      });
    }
    new Uint8Array(this.#exports.memory.buffer).set(bytes, at);
    return at;
  }

  /** Writes over what {@link put} holds. */
  write(at: number, bytes: Uint8Array): void {
    new Uint8Array(this.#exports.memory.buffer).set(bytes, at);
  }

  /** Drops what {@link put} holds. */
  reset(): void {
    this.#exports.edge_reset();
  }

  /** The `k` rows of a matrix f32[rows][n] whose cosine with f32[n] is greatest; both are addresses of {@link put}. */
  nearest(matrix: number, rows: number, n: number, query: number, k: number): Near[] {
    const result = this.#checked(this.#exports.edge_nearest(matrix, rows, n, query, 1, k));
    return Array.from({ length: result.u32(32) }, (_, i) => ({
      row: result.u32At(result.u32(28) + i * 8),
      similarity: result.f32At(result.u32(28) + i * 8 + 4),
    }));
  }

  #checked(address: number): ResultReader {
    const result = new ResultReader(this.#exports.memory.buffer, address >>> 0);
    result.throwIfFailed();
    return result;
  }
}
