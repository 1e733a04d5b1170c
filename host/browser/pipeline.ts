/** Picture to answer in one thread of a browser: kernels, graph, postprocessing. */
import type { Answered, Prediction, Size } from '../engine/results.js';
import { EdgeInferError, EXIT } from '../errors.js';
import { GraphSession } from './graph_session.js';
import { BrowserKernels } from './kernels.js';
import { type BrowserPackage, fetchPackage } from './model_package.js';
import type { BrowserSettings } from './options.js';
import { type PictureMessage, pixelsOf } from './pictures.js';
import { BrowserPostprocess, type BrowserTask, type TaskAnswers, type Wanted } from './postprocess.js';

/** What is known of every answer: the form of the Node engine's, from another runtime. */
export interface BrowserAnswered extends Omit<Answered, 'runtime' | 'cached'> {
  runtime: 'browser';
}

/** The answer to one picture; the same fields as `edge-infer classify --json`. */
export interface BrowserClassification extends BrowserAnswered {
  /** Best first; equal confidences in class order. */
  predictions: Prediction[];
}

/** The answers of the other tasks; the same fields as the command of the same name has with `--json`. */
export type BrowserAnswers = { [Task in BrowserTask]: BrowserAnswered & TaskAnswers[Task] };

/** The exact tensor that the graph is fed. */
export interface BrowserTensor {
  dtype: 'f32' | 'f16' | 'u8' | 'i8';
  shape: number[];
  /** Little endian, row major; a copy. */
  data: Uint8Array<ArrayBuffer>;
  input_sha256: string;
  /** Size of the picture: upright, unless the card takes pictures as they are stored. */
  picture: Size;
  /** Milliseconds. Decoding is part of `preprocess`: the module has no clock. */
  timings: { decode: number; preprocess: number };
}

/** What an engine has opened. */
export interface OpenedModel {
  name: string;
  version: string;
  task: string;
  provider: string;
  precision: string;
  labels: number;
}

/** One model, ready. Requests are answered one after another. */
export class Pipeline {
  private constructor(
    private readonly model: BrowserPackage,
    private readonly kernels: BrowserKernels,
    private readonly session: GraphSession,
    private readonly postprocess: BrowserPostprocess | undefined,
  ) {}

  /** Gets everything and compiles it. */
  static async open(settings: BrowserSettings): Promise<Pipeline> {
    const model = await fetchPackage(settings.model, settings.precision);
    const kernels = await BrowserKernels.open(settings.kernels, model);
    const answersMore = ['detect', 'segment', 'embed'].includes(model.card.task);
    const postprocess = answersMore ? await BrowserPostprocess.open(settings.postprocess, model) : undefined;
    return new Pipeline(model, kernels, await GraphSession.open(settings, model), postprocess);
  }

  get opened(): OpenedModel {
    const { card, graph, labels } = this.model;
    const { provider } = this.session;
    const lines = new TextDecoder().decode(labels).trimEnd();
    return {
      name: card.name,
      version: card.version,
      task: card.task,
      provider,
      precision: graph.precision,
      labels: lines === '' ? 0 : lines.split('\n').length,
    };
  }

  /** Bytes of the modules' memory. */
  get memoryBytes(): number {
    return this.kernels.memoryBytes + (this.postprocess?.memoryBytes ?? 0);
  }

  async preprocess(picture: PictureMessage): Promise<BrowserTensor> {
    const began = performance.now();
    const tensor = await this.kernels.preprocess(pixelsOf(picture));
    return { ...tensor, timings: { decode: 0, preprocess: performance.now() - began } };
  }

  /** @throws EdgeInferError `TASK_UNSUPPORTED` (exit 2) for a model of another task */
  async classify(picture: PictureMessage, top: number, threshold: number): Promise<BrowserClassification> {
    if (this.model.card.task !== 'classify') throw this.#otherTask('classify');
    return await this.#answer(picture, ([output]) => ({
      predictions: this.kernels.classify(output ?? new Uint8Array(), top, threshold),
    }));
  }

  /** @throws EdgeInferError `TASK_UNSUPPORTED` (exit 2) for a model of another task */
  async answer<Task extends BrowserTask>(
    task: Task,
    picture: PictureMessage,
    wanted: Wanted,
  ): Promise<BrowserAnswered & TaskAnswers[Task]> {
    const { postprocess } = this;
    if (postprocess === undefined || this.model.card.task !== task) throw this.#otherTask(task);
    return await this.#answer(picture, (outputs, size) => postprocess.answer(task, outputs, size, wanted));
  }

  async #answer<Own>(
    picture: PictureMessage,
    postprocess: (outputs: readonly Uint8Array[], size: Size) => Own,
  ): Promise<BrowserAnswered & Own> {
    const { card, graph } = this.model;
    const began = performance.now();
    const tensor = await this.kernels.preprocess(pixelsOf(picture));
    const prepared = performance.now();
    const outputs = await this.session.run(tensor);
    const computed = performance.now();
    const own = postprocess(outputs, tensor.picture);
    const ended = performance.now();
    return {
      ...own,
      latency_ms: ended - began,
      timings: {
        decode: 0,
        preprocess: prepared - began,
        infer: computed - prepared,
        postprocess: ended - computed,
      },
      model_version: card.version,
      runtime: 'browser',
      graph: { encoding: graph.encoding, precision: graph.precision, provider: this.session.provider },
      input_sha256: tensor.input_sha256,
    };
  }

  #otherTask(asked: string): EdgeInferError {
    const { name, task } = this.model.card;
    return new EdgeInferError({
      code: 'TASK_UNSUPPORTED',
      message: `${name} cannot ${asked}: the task of its card is ${task}`,
      hint: `call ${task}, or open a model whose task is ${asked}`,
      exitCode: EXIT.usage,
    });
  }

  close(): Promise<void> {
    return this.session.close();
  }
}
