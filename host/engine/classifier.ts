/** The embedding API: the module in this process, without JSON and without another process. */
import { readFile } from 'node:fs/promises';
import { EdgeInferError, EXIT, isSystemError, messageOf } from '../errors.js';
import { loadPackage, type ModelPackage } from '../models/package.js';
import { createWasiNN, NnError, onnxBackend, type Target, type WasiNN } from '../wasi-nn/index.js';
import { type RawImage, rawLayout } from './raw_image.js';
import { Reactor, type ReactorImage } from './reactor.js';
import { type Classification, type PreprocessedTensor, readClassification, readTensor } from './results.js';

/** A picture: the bytes of an image file, the path of one, or raw pixels. */
export type ImageSource = Uint8Array | string | RawImage;

/** Which model to use and how. */
export interface ClassifierOptions {
  /** Folder with model.json, or the name of a built-in model. Default `cifar10`. */
  model?: string;
  /** Only graphs of this precision: `fp32`, `int8`, ... Default: the first of the card that loads. */
  precision?: string;
  /** Fail rather than run somewhere else than asked. Default false. */
  strictTarget?: boolean;
}

/** How one picture is classified. */
export interface ClassifyOptions {
  /** How many answers, at least 1. Default 5. */
  top?: number;
  /** Least confidence, 0 to 1. Default 0. */
  threshold?: number;
  /** Stops before the picture is read or run; a computation that runs is not interrupted. */
  signal?: AbortSignal;
}

/** A model kept ready: one instance of the module, one session. Close it after use. */
export interface Classifier {
  /** Name and version of the model. */
  readonly model: { name: string; version: string };
  /**
   * Classifies one picture. Decoding, preprocessing and inference run in this thread.
   *
   * @throws EdgeInferError exit 3 for a bad picture, 4 for a bad model, 5 when the graph fails, 7 for a wrong hash
   */
  classify(image: ImageSource, options?: ClassifyOptions): Promise<Classification>;
  /** The exact tensor that the graph would be fed; no graph is loaded. */
  preprocess(image: ImageSource, options?: { signal?: AbortSignal }): Promise<PreprocessedTensor>;
  /** Frees the session and the instance. May be called twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a model for many pictures.
 *
 * @throws EdgeInferError exit 4 when the model is not found or its card is wrong
 * @example
 * await using classifier = await createClassifier({ model: './my-model' });
 * for (const file of files) console.log(file, (await classifier.classify(file)).predictions[0]?.label);
 */
export async function createClassifier(options: ClassifierOptions = {}): Promise<Classifier> {
  const pkg = loadPackage(options.model ?? 'cifar10');
  const nn = createNN(pkg, options);
  let reactor: Reactor | undefined = await Reactor.create(pkg.root, nn);
  const open = (): Reactor => {
    if (reactor !== undefined) return reactor;
    throw new EdgeInferError({
      code: 'CLASSIFIER_CLOSED',
      message: 'the classifier is closed',
      hint: 'make a new one with createClassifier',
      exitCode: EXIT.usage,
    });
  };
  const provider = (encoding: string) =>
    [...nn.loaded()].reverse().find((graph) => graph.encoding === encoding)?.provider.actual ?? 'unknown';
  const close = async () => {
    reactor = undefined;
    nn.close();
  };
  return {
    model: { name: pkg.card.name, version: pkg.card.version },
    async classify(image, { top = 5, threshold = 0, signal } = {}) {
      checkRange('top', top, 1, 1_000_000, Number.isInteger(top));
      checkRange('threshold', threshold, 0, 1, true);
      const source = await readImage(image, signal);
      return readClassification(open().classify(source, top, threshold), provider);
    },
    async preprocess(image, { signal } = {}) {
      return readTensor(open().preprocess(await readImage(image, signal)));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Classifies one picture with a model that is opened for it. For more than one, use {@link createClassifier}.
 *
 * @throws EdgeInferError see {@link Classifier.classify}
 * @example
 * const { predictions } = await classify('photo.jpg', { model: './my-model', top: 3 });
 */
export async function classify(
  image: ImageSource,
  options: ClassifierOptions & ClassifyOptions = {},
): Promise<Classification> {
  await using classifier = await createClassifier(options);
  return await classifier.classify(image, options);
}

/**
 * The exact tensor that a model's graph is fed for one picture.
 *
 * @example
 * const { shape, data } = await preprocess('photo.jpg', { model: './my-model' });
 */
export async function preprocess(
  image: ImageSource,
  options: ClassifierOptions & { signal?: AbortSignal } = {},
): Promise<PreprocessedTensor> {
  await using classifier = await createClassifier(options);
  return await classifier.preprocess(image, options);
}

function checkRange(name: string, value: number, low: number, high: number, kind: boolean): void {
  if (kind && value >= low && value <= high) return;
  throw new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `${name} is wrong (${value}): expected ${name === 'top' ? 'an integer' : 'a number'} from ${low} to ${high}`,
    exitCode: EXIT.usage,
  });
}

/** WASI-NN that refuses graphs of another precision than asked, told by their size and the card. */
function createNN(pkg: ModelPackage, options: ClassifierOptions): WasiNN {
  const { precision, strictTarget = false } = options;
  if (precision === undefined) return createWasiNN({ inputs: 'view', strictTarget });
  const wanted = pkg.card.graphs.filter((graph) => graph.precision === precision);
  if (wanted.length === 0) {
    const known = [...new Set(pkg.card.graphs.map((graph) => graph.precision))].join(', ');
    throw new EdgeInferError({
      code: 'MODEL_NO_GRAPH',
      message: `no graph of this precision (${precision}) in ${pkg.card.name}`,
      hint: `use one of ${known}`,
      exitCode: EXIT.model,
    });
  }
  const sizes = new Set(wanted.map((graph) => graph.files[0]?.bytes));
  const onnx = () => {
    const backend = onnxBackend();
    return {
      ...backend,
      load: (parts: readonly Uint8Array[], how: { target: Target; strictTarget: boolean }) => {
        if (sizes.has(parts[0]?.byteLength)) return backend.load(parts, how);
        throw new NnError('unsupported_operation', `not a graph of precision ${precision}`);
      },
    };
  };
  return createWasiNN({ inputs: 'view', strictTarget, backends: { onnx } });
}

async function readImage(image: ImageSource, signal: AbortSignal | undefined): Promise<ReactorImage> {
  signal?.throwIfAborted();
  if (typeof image === 'string') {
    try {
      const bytes = await readFile(image, signal === undefined ? {} : { signal });
      return { bytes, width: 0, height: 0, layout: 0 };
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      const why = isSystemError(cause) && cause.code === 'ENOENT' ? 'no such file' : messageOf(cause);
      throw new EdgeInferError({
        code: 'INPUT_UNREADABLE',
        message: `cannot read the picture (${image}): ${why}`,
        hint: 'check the path',
        exitCode: EXIT.input,
        cause,
      });
    }
  }
  if (image instanceof Uint8Array) return { bytes: image, width: 0, height: 0, layout: 0 };
  return { bytes: image.data, width: image.width, height: image.height, layout: rawLayout(image) };
}
