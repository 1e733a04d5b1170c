/** edge_postprocess.wasm in a browser: outputs of graphs to the answers of tasks other than classification. docs/abi.md. */
import {
  type Detection,
  type Embedding,
  readDetection,
  readSegmentation,
  readVector,
  type Segmentation,
  type Size,
} from '../engine/results.js';
import { CardModule, type CardModuleExports } from './card_module.js';
import type { BrowserPackage } from './model_package.js';

interface PostprocessExports extends CardModuleExports {
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
}

/** What the answer to a task holds besides times and graph. */
export interface TaskAnswers {
  detect: Pick<Detection, 'predictions' | 'picture'>;
  segment: Pick<Segmentation, 'predictions' | 'picture' | 'mask'>;
  embed: Pick<Embedding, 'vector'>;
}

/** A task that this module answers. */
export type BrowserTask = keyof TaskAnswers;

/** What is asked for; 0 stands for what the card says. */
export interface Wanted {
  readonly top: number;
  readonly threshold: number;
  readonly iou: number;
  /** 1: the mask as the graph has it. */
  readonly ownMask: number;
}

/** One instance with one open card. */
export class BrowserPostprocess {
  private constructor(
    private readonly module: CardModule<PostprocessExports>,
    private readonly priors: Uint8Array,
  ) {}

  /** @throws EdgeInferError as {@link CardModule.open} */
  static async open(url: string, model: BrowserPackage): Promise<BrowserPostprocess> {
    return new BrowserPostprocess(await CardModule.open<PostprocessExports>(url, model), model.priors);
  }

  get memoryBytes(): number {
    return this.module.memoryBytes;
  }

  /**
   * The answer to the outputs of the graph, in the order of the card.
   *
   * @param picture its size, as edge_kernels.wasm gives it
   * @throws EdgeInferError exit 4 for outputs that are not what the card says
   */
  answer<Task extends BrowserTask>(
    task: Task,
    outputs: readonly Uint8Array[],
    { width, height }: Size,
    { top, threshold, iou, ownMask }: Wanted,
  ): TaskAnswers[Task] {
    const { module, priors } = this;
    const { exports } = module;
    if (priors.length > 0) module.call(() => exports.edge_set_priors(module.put(priors), priors.length));
    const result = module.call(() => {
      const rows = outputs.flatMap((output) => [module.put(output), output.length]);
      const at = module.put(new Uint8Array(Uint32Array.from(rows).buffer));
      return exports.edge_answer(at, width, height, top, threshold, iou, ownMask);
    });
    const read: { [T in BrowserTask]: () => TaskAnswers[T] } = {
      detect: () => readDetection(result),
      segment: () => readSegmentation(result),
      embed: () => ({ vector: readVector(result) }),
    };
    const answer = read[task]();
    exports.edge_reset();
    return answer;
  }
}
