/** Nearest vectors by cosine, with the SIMD kernel of edge_postprocess.wasm. */
import { checkRange, usage } from './failures.js';
import { Postprocess } from './postprocess.js';

/** A vector that was found. */
export interface Neighbour<Id> {
  id: Id;
  /** Cosine of the angle to the query: -1 to 1, 0 when either vector is zero. */
  similarity: number;
}

const FIRST_ROWS = 16;

/**
 * Vectors under names, searched one by one: exact, about a millisecond for a thousand vectors of a thousand numbers.
 *
 * @example
 * const index = await EmbeddingIndex.create();
 * for (const file of files) index.add(file, (await engine.embed(file)).vector);
 * const [best] = index.search((await engine.embed('query.jpg')).vector, 1);
 */
export class EmbeddingIndex<Id = string> {
  readonly #module: Postprocess;
  readonly #ids: Id[] = [];
  #dimensions = 0;
  /** Rows of all vectors, with room for more. */
  #rows = new Float32Array();
  /** Places in the module's memory; 0: the rows are not there yet. */
  #matrixAt = 0;
  #queryAt = 0;

  private constructor(module: Postprocess) {
    this.#module = module;
  }

  /** @throws EdgeInferError `NOT_BUILT` (exit 5) */
  static async create<Id = string>(): Promise<EmbeddingIndex<Id>> {
    return new EmbeddingIndex<Id>(await Postprocess.create());
  }

  /** Vectors that there are. */
  get size(): number {
    return this.#ids.length;
  }

  /**
   * Adds a vector; it is copied. Names need not differ.
   *
   * @throws EdgeInferError `USAGE_INVALID` (exit 2) for a vector of another length than the first one
   */
  add(id: Id, vector: Float32Array): void {
    if (this.size === 0) this.#dimensions = vector.length;
    this.#check(vector);
    const used = this.size * this.#dimensions;
    if (used + vector.length > this.#rows.length) {
      const rows = new Float32Array(Math.max(FIRST_ROWS, this.size * 2) * this.#dimensions);
      rows.set(this.#rows.subarray(0, used));
      this.#rows = rows;
      this.#matrixAt = 0;
    }
    this.#rows.set(vector, used);
    this.#ids.push(id);
    if (this.#matrixAt !== 0) this.#module.write(this.#matrixAt + used * 4, bytesOf(vector));
  }

  /**
   * The `k` nearest vectors, the nearest first; equally near ones in the order in which they were added.
   *
   * @throws EdgeInferError `USAGE_INVALID` (exit 2) for a vector of another length
   */
  search(vector: Float32Array, k = 5): Neighbour<Id>[] {
    checkRange('k', k, 1, 1_000_000, true);
    if (this.size === 0) return [];
    this.#check(vector);
    if (this.#matrixAt === 0) {
      this.#module.reset();
      this.#matrixAt = this.#module.put(bytesOf(this.#rows));
      this.#queryAt = this.#module.put(bytesOf(vector));
    } else this.#module.write(this.#queryAt, bytesOf(vector));
    const found = this.#module.nearest(this.#matrixAt, this.size, this.#dimensions, this.#queryAt, k);
    return found.map(({ row, similarity }) => ({ id: this.#ids[row] as Id, similarity }));
  }

  #check({ length }: Float32Array): void {
    if (length > 0 && length === this.#dimensions) return;
    throw usage(
      `a vector of ${length} numbers among those of ${this.#dimensions}`,
      'use vectors of one model',
    );
  }
}

/**
 * The `k` of some vectors that are nearest to another one by cosine: their indices. For many searches among the same
 * vectors use {@link EmbeddingIndex}.
 *
 * @throws EdgeInferError `USAGE_INVALID` (exit 2) for vectors of different lengths
 */
export async function cosineSearch(
  query: Float32Array,
  vectors: readonly Float32Array[],
  k = 5,
): Promise<Neighbour<number>[]> {
  const index = await EmbeddingIndex.create<number>();
  for (const [i, vector] of vectors.entries()) index.add(i, vector);
  return index.search(query, k);
}

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
