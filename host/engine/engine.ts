/** The engine: a model in a pool of worker threads, behind a queue. */

import type { ModelPackage } from '../models/package.js';
import { type BatchCall, batchCall, type RequestOptions } from './batches.js';
import { EngineCore } from './engine_core.js';
import { checkRange, engineClosed } from './failures.js';
import type { Job, PictureForm } from './jobs.js';
import { type EngineOptions, type ModelOptions, settingsOf } from './options.js';
import type { Classification, Detection, Embedding, PreprocessedTensor, Segmentation } from './results.js';
import { type Features, type Score, Scorer } from './score.js';
import type { ImageSource } from './sources.js';
import type { EngineStats } from './stats.js';
import { packTensors, type Tensors, unpackTensors } from './tensors.js';

/** How one picture is classified. */
export interface ClassifyOptions extends RequestOptions {
  /** How many answers, at least 1. Default 5. */
  top?: number;
  /** Least confidence, 0 to 1. Default 0. */
  threshold?: number;
}

/** How things are found on one picture. */
export interface DetectOptions extends RequestOptions {
  /** How many boxes at most. Default: `detect.most` of the card. */
  top?: number;
  /** Least confidence, above 0 up to 1. Default: `detect.threshold` of the card. */
  threshold?: number;
  /** Boxes that overlap a better one by more are suppressed, above 0 up to 1 (1: none). Default: `detect.iou` of the card. */
  iou?: number;
}

/** How one picture is segmented. */
export interface SegmentOptions extends RequestOptions {
  /** The mask's size: that of the picture (default), or that of the graph's output. */
  size?: 'picture' | 'model';
}

/** A model kept ready. Close it after use. */
export interface Engine {
  /** Name and version of the model that answers now. */
  readonly model: { name: string; version: string };
  /**
   * Says what is on a picture.
   *
   * @throws EdgeInferError `QUEUE_FULL`, `DEADLINE_EXCEEDED`, `WORKER_TRAPPED` (exit 5), `ENGINE_CLOSED` (exit 2);
   *   exit 3 for a bad picture, 4 for a bad model, 5 when the graph fails, 7 for a wrong hash
   * @example
   * const { predictions } = await engine.classify('photo.jpg', { top: 3, deadline: 200 });
   * const results = await engine.classify(['a.jpg', 'b.jpg']);
   */
  readonly classify: BatchCall<ImageSource, ClassifyOptions, Classification>;
  /**
   * Finds things on a picture, for a model whose card has the task `detect`: boxes in pixels of the upright picture.
   *
   * @throws EdgeInferError as {@link classify}; `MODEL_TASK` (exit 4) for a model of another task
   * @example
   * for (const { label, confidence, box } of (await engine.detect('street.jpg', { threshold: 0.6 })).predictions) {
   *   console.log(label, confidence, box); // [x1, y1, x2, y2]
   * }
   */
  readonly detect: BatchCall<ImageSource, DetectOptions, Detection>;
  /**
   * The classes of the pixels of a picture, for a model whose card has the task `segment`.
   *
   * @throws EdgeInferError as {@link detect}
   * @example
   * const { mask, predictions } = await engine.segment('street.jpg');
   * const class_id = mask.data[y * mask.width + x];
   */
  readonly segment: BatchCall<ImageSource, SegmentOptions, Segmentation>;
  /**
   * The vector of a picture, for a model whose card has the task `embed` and the output kind `embedding`: all values of
   * its first output, divided by their Euclidean norm as torch.nn.functional.normalize does.
   *
   * @throws EdgeInferError as {@link classify}; `MODEL_TASK` (exit 4) for a model of another task
   * @example
   * const [a, b] = await Promise.all([engine.embed('a.jpg'), engine.embed('b.jpg')]);
   * const cosine = a.vector.reduce((sum, value, i) => sum + value * b.vector[i], 0);
   */
  readonly embed: BatchCall<ImageSource, RequestOptions, Embedding>;
  /** The exact tensor that the graph would be fed for a picture; the graph does not run. */
  readonly preprocess: BatchCall<ImageSource, RequestOptions, PreprocessedTensor>;
  /**
   * Runs the graph of the model on tensors: any graph, whatever its card says of pictures. No input is changed on its way.
   *
   * @throws EdgeInferError `INPUT_TENSOR` (exit 3) for tensors that do not fit each other or the graph; as {@link classify}
   * @example
   * const { logits } = await engine.run({ input: { dtype: 'f32', shape: [1, 3, 32, 32], data: new Float32Array(3072) } });
   */
  readonly run: BatchCall<Tensors, RequestOptions, Tensors>;
  /**
   * What a model of the task `raw` says of features that are made elsewhere: keyword spotting, anomaly detection. They are
   * quantised, and scores made real numbers, as the card says.
   *
   * @throws EdgeInferError `INPUT_TENSOR` (exit 3) for features that do not fit, `MODEL_TASK` (exit 4); as {@link classify}
   * @example
   * const { predictions } = await engine.score(Int8Array.from(spectrogram));
   * const { reconstruction_error } = await anomaly.score(Float32Array.from(window));
   */
  readonly score: BatchCall<Features, RequestOptions, Score>;
  /**
   * Replaces the model while requests go on: new instances open it and answer a picture each, then they take over what
   * waits, and the old ones end when they have done what they have. No request fails for it.
   *
   * @throws EdgeInferError when the new model cannot be opened; the old one goes on
   */
  swapModel(model: string, options?: ModelOptions): Promise<void>;
  /** Starts all workers now rather than when there is work for them. */
  warm(): Promise<void>;
  /** Counts, times and memory. */
  stats(): EngineStats;
  /**
   * Takes no more requests, waits until all that were taken are answered, and frees everything. With `abort`, those that
   * are not answered fail with `ENGINE_CLOSED` instead. May be called twice.
   */
  close(options?: { abort?: boolean }): Promise<void>;
  /** {@link close} without options. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a model. Resolves when the first instance has answered a picture, so that a bad model fails here.
 *
 * @throws EdgeInferError exit 4 when the model is not found or wrong, 5 when no graph of it runs here, 7 for a wrong hash
 * @example
 * await using engine = await createEngine({ model: './my-model', queue: 64, deadline: 500 });
 * for (const file of files) console.log(file, (await engine.classify(file)).predictions[0]?.label);
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return await createEngineWith(options, new URL('./worker_main.js', import.meta.url));
}

/** {@link createEngine} with other code in its threads: for tests that break them. */
export async function createEngineWith(options: EngineOptions, script: URL): Promise<Engine> {
  const settings = settingsOf(options);
  // Most engines have none, and start sooner without it.
  const cache =
    settings.cache === undefined
      ? undefined
      : new (await import('./cache.js')).InferenceCache(settings.cache);
  const core = new EngineCore(settings, script, cache);
  await core.swapModel(options.model ?? 'cifar10', options);
  return faceOf(core);
}

const scorers = new WeakMap<ModelPackage, Scorer>();

function scorerOf({ package: pkg }: EngineCore): Scorer {
  if (pkg === undefined) throw engineClosed();
  const known = scorers.get(pkg) ?? new Scorer(pkg);
  scorers.set(pkg, known);
  return known;
}

function faceOf(core: EngineCore): Engine {
  const ahead = () => core.workers * 2;
  return {
    get model() {
      return core.model;
    },
    classify: batchCall<ImageSource, ClassifyOptions, Classification>((source, options, wait) => {
      const { top = 5, threshold = 0 } = options;
      checkRange('top', top, 1, 1_000_000, true);
      checkRange('threshold', threshold, 0, 1, false);
      const { asking } = core;
      const job = (part: Uint8Array, form: PictureForm): Job => {
        return { kind: 'classify', parts: [part], form, top, threshold, asking };
      };
      return core.answerPicture<'classify'>(source, job, options, wait);
    }, ahead),
    detect: batchCall<ImageSource, DetectOptions, Detection>((source, options, wait) => {
      // 0 stands for what the card says.
      const { top = 0, threshold = 0, iou = 0 } = options;
      if (options.top !== undefined) checkRange('top', top, 1, 1_000_000, true);
      checkRange('threshold', threshold, 0, 1, false);
      checkRange('iou', iou, 0, 1, false);
      const { asking } = core;
      const job = (part: Uint8Array, form: PictureForm): Job => {
        return { kind: 'detect', parts: [part], form, top, threshold, iou, asking };
      };
      return core.answerPicture<'detect'>(source, job, options, wait);
    }, ahead),
    segment: batchCall<ImageSource, SegmentOptions, Segmentation>((source, options, wait) => {
      const { size = 'picture' } = options;
      const { asking } = core;
      const job = (part: Uint8Array, form: PictureForm): Job => {
        return { kind: 'segment', parts: [part], form, size, asking };
      };
      return core.answerPicture<'segment'>(source, job, options, wait);
    }, ahead),
    embed: batchCall<ImageSource, RequestOptions, Embedding>((source, options, wait) => {
      const { asking } = core;
      const job = (part: Uint8Array, form: PictureForm): Job => {
        return { kind: 'embed', parts: [part], form, asking };
      };
      return core.answerPicture<'embed'>(source, job, options, wait);
    }, ahead),
    preprocess: batchCall<ImageSource, RequestOptions, PreprocessedTensor>((source, options, wait) => {
      const job = (part: Uint8Array, form: PictureForm): Job => {
        return { kind: 'preprocess', parts: [part], form };
      };
      return core.answerPicture<'preprocess'>(source, job, options, wait);
    }, ahead),
    run: batchCall<Tensors, RequestOptions, Tensors>(async (tensors, options, wait) => {
      const { inputs, parts } = unpackTensors(tensors);
      return packTensors(await core.answer<'run'>({ kind: 'run', parts, inputs }, options, wait));
    }, ahead),
    score: batchCall<Features, RequestOptions, Score>(async (features, options, wait) => {
      const scorer = scorerOf(core);
      const { inputs, parts } = unpackTensors(scorer.tensors(features));
      const answer = await core.answer<'run'>({ kind: 'run', parts, inputs }, options, wait);
      return scorer.read(features, packTensors(answer));
    }, ahead),
    swapModel: (name, options = {}) => core.swapModel(name, options),
    warm: () => core.warm(),
    stats: () => core.stats(),
    close: (options = {}) => core.close(options.abort === true),
    [Symbol.asyncDispose]: () => core.close(false),
  };
}
