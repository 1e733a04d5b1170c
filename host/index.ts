/**
 * edge-infer: classify pictures with the accuracy the model was trained with.
 *
 * @example
 * import { createEngine } from 'edge-infer';
 * await using engine = await createEngine();
 * const { predictions } = await engine.classify('photo.jpg');
 * console.log(predictions[0]);
 */
export type { AdaptiveCalls, AdaptiveEngine, AdaptiveStats } from './adaptive/adaptive_engine.js';
export type { CloudOptions, SplitOptions } from './adaptive/cloud/options.js';
export { type Decided, type Decision, explain, type Reason, type ReasonCode } from './adaptive/decision.js';
export type { AdaptiveModel, AdaptiveOptions, ConfidenceRule, FrameRule } from './adaptive/options.js';
export { defaultPolicy, type Preference, type SignalPolicy, type Strain } from './adaptive/policy.js';
export { machineSignals } from './adaptive/signals/machine.js';
export type { Reading, Signal, SignalSources } from './adaptive/signals/signal.js';
export { annotate, type Drawable, encodePng, type PicturePixels, type PngPixels } from './annotate/index.js';
export type { BatchCall, RequestOptions } from './engine/batches.js';
export type { CacheStats } from './engine/cache.js';
export { cosineSearch, EmbeddingIndex, type Neighbour } from './engine/embedding_index.js';
export {
  type ClassifyOptions,
  createEngine,
  type DetectOptions,
  type Engine,
  type SegmentOptions,
} from './engine/engine.js';
export { classify, type OneShotOptions, preprocess } from './engine/one_shot.js';
export type { CacheOptions, EngineOptions, ModelOptions } from './engine/options.js';
export type { QueueLimits } from './engine/queue.js';
export type { PixelFormat, RawImage, RgbImage, SharpOutput } from './engine/raw_image.js';
export type {
  Answered,
  CacheHit,
  ClassArea,
  Classification,
  DetectedObject,
  Detection,
  Embedding,
  Prediction,
  PreprocessedTensor,
  Segmentation,
  Size,
} from './engine/results.js';
export type { Features, Score } from './engine/score.js';
export type { ImageSource } from './engine/sources.js';
export type { EngineStats, Latency, WorkerStats } from './engine/stats.js';
export type { Tensor, TensorData, Tensors } from './engine/tensors.js';
export { EdgeInferError, type ErrorJson, EXIT, type ExitCode } from './errors.js';
export { createAdaptiveEngine, createTextEngine, createTokenizer, parity } from './lazy.js';
export type { CardPlugin, ModelCard } from './models/card.js';
export {
  type FileCheck,
  loadPackage,
  type ModelPackage,
  resolveModel,
  verifyPackage,
} from './models/package.js';
export type {
  Change,
  Difference,
  ParityExplanation,
  ParityOptions,
  ParityReport,
  ParityTrial,
  PatchOperation,
} from './parity/index.js';
export type {
  GenerateOptions,
  SearchHit,
  TextEngine,
  TextEngineOptions,
  TextLabel,
} from './text/text_engine.js';
export type {
  BatchOptions,
  DecodeOptions,
  EncodeOptions,
  Encoding,
  Tokenizer,
  TokenizerFiles,
} from './text/tokenizer.js';
