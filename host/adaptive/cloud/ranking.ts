/** Output of a graph that ran elsewhere -> predictions, by the same kernels and card as at home. */
import { readFileSync } from 'node:fs';
import { compileModules } from '../../engine/modules.js';
import { ResultReader } from '../../engine/result_reader.js';
import { type Prediction, readPredictions } from '../../engine/results.js';
import { EdgeInferError, EXIT } from '../../errors.js';
import { loadPackage, type ModelPackage, resolvePackageFile } from '../../models/package.js';
import { Wasm, type WasmMemory } from '../../wasm.js';

interface KernelExports {
  memory: WasmMemory;
  edge_alloc(size: number): number;
  edge_reset(): void;
  edge_open_card(card: number, length: number, labels: number, labelsLength: number): number;
  edge_postprocess(output: number, length: number, top: number, threshold: number): number;
}

/** An instance of edge_kernels.wasm that ranks outputs of one card. */
export class OutputRanking {
  readonly #exports: KernelExports;

  private constructor(
    exports: KernelExports,
    readonly pkg: ModelPackage,
  ) {
    this.#exports = exports;
  }

  /** @throws EdgeInferError `CLOUD_MODEL` (exit 4) for a card that does not classify by itself; exit 4 for a bad one */
  static async open(model: string): Promise<OutputRanking> {
    const pkg = loadPackage(model);
    refuseOthers(pkg);
    const { kernels } = await compileModules(true);
    const instance = new Wasm.Instance(kernels as NonNullable<typeof kernels>);
    const ranking = new OutputRanking(instance.exports as unknown as KernelExports, pkg);
    const card = readFileSync(resolvePackageFile(pkg.root, 'model.json'));
    const [output] = [pkg.card.output].flat();
    const labels =
      output?.labels === undefined
        ? new Uint8Array()
        : readFileSync(resolvePackageFile(pkg.root, output.labels));
    const cardAt = ranking.#put(card);
    const labelsAt = labels.byteLength === 0 ? 0 : ranking.#put(labels);
    const opened = ranking.#exports.edge_open_card(cardAt, card.byteLength, labelsAt, labels.byteLength);
    ranking.#read(opened).throwIfFailed();
    ranking.#exports.edge_reset();
    return ranking;
  }

  /**
   * Softmax where the card says logits, and the best classes first.
   *
   * @param output bytes of the graph's output, of the card's type
   * @throws EdgeInferError for an output that does not fit the card
   */
  rank(output: Uint8Array, top: number): Prediction[] {
    try {
      const at = this.#put(output);
      const result = this.#read(this.#exports.edge_postprocess(at, output.byteLength, top, 0));
      result.throwIfFailed();
      return readPredictions(result);
    } finally {
      this.#exports.edge_reset();
    }
  }

  #put(bytes: Uint8Array): number {
    const at = this.#exports.edge_alloc(bytes.byteLength) >>> 0;
    new Uint8Array(this.#exports.memory.buffer).set(bytes, at);
    return at;
  }

  #read(address: number): ResultReader {
    return new ResultReader(this.#exports.memory.buffer, address >>> 0);
  }
}

/** What comes back is ranked by the kernels: other tasks and plug-ins are not. */
function refuseOthers({ root, card: { task, output } }: ModelPackage): void {
  const plugin = [output].flat().some((row) => row.plugin !== undefined);
  if (task === 'classify' && !plugin) return;
  throw new EdgeInferError({
    code: 'CLOUD_MODEL',
    message: `cannot read a server's answers by this card (${root}): ${plugin ? 'its output has a plug-in' : `its task is ${task}`}`,
    hint: 'name a package of task classify without a plug-in as cloud.card',
    exitCode: EXIT.model,
  });
}
