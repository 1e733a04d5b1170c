/** Picture to answer in one thread of a browser: kernels, graph, kernels. */
import type { Answered, Prediction } from '../engine/results.js';
import { EdgeInferError, EXIT } from '../errors.js';
import { GraphSession } from './graph_session.js';
import { BrowserKernels } from './kernels.js';
import { type BrowserPackage, fetchPackage } from './model_package.js';
import type { BrowserSettings } from './options.js';
import { type PictureMessage, pixelsOf } from './pictures.js';

/** The answer to one picture: the form of the Node engine's, from another runtime. */
export interface BrowserClassification extends Omit<Answered, 'runtime' | 'cached'> {
  /** Best first; equal confidences in class order. */
  predictions: Prediction[];
  runtime: 'browser';
}

/** The exact tensor that the graph is fed. */
export interface BrowserTensor {
  dtype: 'f32' | 'f16' | 'u8' | 'i8';
  shape: number[];
  /** Little endian, row major; a copy. */
  data: Uint8Array<ArrayBuffer>;
  input_sha256: string;
  /** Milliseconds. Decoding is part of `preprocess`: the module has no clock. */
  timings: { decode: number; preprocess: number };
}

/** What an engine has opened. */
export interface OpenedModel {
  name: string;
  version: string;
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
  ) {}

  /** Gets everything and compiles it. */
  static async open(settings: BrowserSettings): Promise<Pipeline> {
    const model = await fetchPackage(settings.model, settings.precision);
    const kernels = await BrowserKernels.open(settings.kernels, model);
    return new Pipeline(model, kernels, await GraphSession.open(settings, model));
  }

  get opened(): OpenedModel {
    const { card, graph, labels } = this.model;
    const { provider } = this.session;
    const lines = new TextDecoder().decode(labels).trimEnd();
    return {
      name: card.name,
      version: card.version,
      provider,
      precision: graph.precision,
      labels: lines === '' ? 0 : lines.split('\n').length,
    };
  }

  /** Bytes of the module's memory. */
  get memoryBytes(): number {
    return this.kernels.memoryBytes;
  }

  async preprocess(picture: PictureMessage): Promise<BrowserTensor> {
    const began = performance.now();
    const tensor = await this.kernels.preprocess(pixelsOf(picture));
    return { ...tensor, timings: { decode: 0, preprocess: performance.now() - began } };
  }

  /** @throws EdgeInferError `TASK_UNSUPPORTED` (exit 2) for a model of another task */
  async classify(picture: PictureMessage, top: number, threshold: number): Promise<BrowserClassification> {
    const { card, graph } = this.model;
    if (card.task !== 'classify') {
      throw new EdgeInferError({
        code: 'TASK_UNSUPPORTED',
        message: `${card.name} is no classifier (its task is ${card.task})`,
        hint: 'use preprocess, or a model whose task is classify',
        exitCode: EXIT.usage,
      });
    }
    const began = performance.now();
    const tensor = await this.kernels.preprocess(pixelsOf(picture));
    const prepared = performance.now();
    const output = await this.session.run(tensor);
    const computed = performance.now();
    const predictions = this.kernels.postprocess(output, top, threshold);
    const ended = performance.now();
    return {
      predictions,
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

  close(): Promise<void> {
    return this.session.close();
  }
}
