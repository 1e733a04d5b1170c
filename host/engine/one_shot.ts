/** One picture with an engine that is made for it, in the caller's thread. */
import type { RequestOptions } from './batches.js';
import { type ClassifyOptions, createEngine } from './engine.js';
import type { ModelOptions } from './options.js';
import type { Classification, PreprocessedTensor } from './results.js';
import type { ImageSource } from './sources.js';

/** Which model, for one picture. */
export interface OneShotOptions extends Omit<ModelOptions, 'preload'> {
  /** Folder with model.json, or the name of a built-in model. Default `cifar10`. */
  model?: string;
}

/**
 * Classifies one picture with a model that is opened for it, in this thread. For more than one, or for a server, use
 * {@link createEngine}.
 *
 * @throws EdgeInferError see {@link Engine.classify}
 * @example
 * const { predictions } = await classify('photo.jpg', { model: './my-model', top: 3 });
 */
export async function classify(
  image: ImageSource,
  options: OneShotOptions & ClassifyOptions = {},
): Promise<Classification> {
  await using engine = await createEngine({ ...options, workers: 0, preload: false });
  return await engine.classify(image, options);
}

/**
 * The exact tensor that a model's graph is fed for one picture; no graph is loaded.
 *
 * @example
 * const { shape, data } = await preprocess('photo.jpg', { model: './my-model' });
 */
export async function preprocess(
  image: ImageSource,
  options: OneShotOptions & RequestOptions = {},
): Promise<PreprocessedTensor> {
  await using engine = await createEngine({ ...options, workers: 0, preload: false });
  return await engine.preprocess(image, options);
}
