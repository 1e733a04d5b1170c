/**
 * edge-infer in a browser: the module's own decoders and preprocessing, the graph in ONNX Runtime Web, in a worker.
 *
 * @example
 * import { createBrowserEngine } from 'edge-infer/browser';
 * await using engine = await createBrowserEngine({ model: '/models/cifar10/' });
 * console.log((await engine.classify(file)).predictions[0]);
 */

export type { Prediction } from '../engine/results.js';
export { EdgeInferError, type ErrorJson, EXIT, type ExitCode } from '../errors.js';
export type { Bitmap, DrawableSource, Frame, PixelData, Video } from './dom.js';
export {
  type BrowserClassifyOptions,
  type BrowserDetectOptions,
  BrowserEngine,
  type BrowserEngineStats,
  type BrowserRequestOptions,
  type BrowserSegmentOptions,
  createBrowserEngine,
} from './engine.js';
export { type BrowserRun, type BrowserRunOptions, canSuspend, runInBrowser } from './jspi/run.js';
export type { BrowserEngineOptions, BrowserProvider } from './options.js';
export type { BrowserImageSource } from './pictures.js';
export type {
  BrowserAnswered,
  BrowserAnswers,
  BrowserClassification,
  BrowserTensor,
  OpenedModel,
} from './pipeline.js';
export type { BrowserTask, TaskAnswers } from './postprocess.js';
