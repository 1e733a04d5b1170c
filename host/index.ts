/**
 * edge-infer: classify pictures with the accuracy the model was trained with.
 *
 * @example
 * import { classify } from 'edge-infer';
 * const { predictions } = await classify('photo.jpg');
 * console.log(predictions[0]);
 */
export {
  type Classifier,
  type ClassifierOptions,
  type ClassifyOptions,
  classify,
  createClassifier,
  type ImageSource,
  preprocess,
} from './engine/classifier.js';
export type { PixelFormat, RawImage } from './engine/raw_image.js';
export type { Classification, Prediction, PreprocessedTensor } from './engine/results.js';
export { EdgeInferError, type ErrorJson, EXIT, type ExitCode } from './errors.js';
export type { ModelCard } from './models/card.js';
export {
  type FileCheck,
  loadPackage,
  type ModelPackage,
  resolveModel,
  verifyPackage,
} from './models/package.js';
