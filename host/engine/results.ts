/** What the embedding API gives, and how it is read from the guest's memory. */
import type { ResultReader } from './result_reader.js';
import type { ResultView } from './result_view.js';

/** One class and how sure the model is. */
export interface Prediction {
  class_id: number;
  /** Empty when the model has no labels. */
  label: string;
  /** 0 to 1. */
  confidence: number;
}

/** What is known of every answer that a graph gave. */
export interface Answered {
  /** Milliseconds from bytes to answer. */
  latency_ms: number;
  /** Milliseconds of the phases. */
  timings: { decode: number; preprocess: number; infer: number; postprocess: number };
  model_version: string;
  runtime: 'node';
  /** The graph that ran and the provider that really ran it. */
  graph: { encoding: string; precision: string; provider: string };
  /** SHA-256 of the exact bytes given to the graph: equal in every runtime. */
  input_sha256: string;
  /** Present when the answer comes from the cache. */
  cached?: CacheHit;
}

/** How the cache came to know the answer. */
export interface CacheHit {
  /**
   * The same bytes were asked before; or other bytes that gave the same tensor; or a picture that looks alike, whose answer
   * and `input_sha256` this is.
   */
  by: 'bytes' | 'tensor' | 'near-duplicate';
  /** Of near duplicates: in how many of 64 bits their hashes differ. */
  distance?: number;
}

/** The answer to one picture; the same fields as `edge-infer classify --json`. */
export interface Classification extends Answered {
  /** Best first; equal confidences in class order. */
  predictions: Prediction[];
}

/** A thing on a picture. */
export interface DetectedObject extends Prediction {
  /** Corners x1, y1, x2, y2 in pixels of the picture, inside it. */
  box: [number, number, number, number];
}

/** In pixels. */
export interface Size {
  width: number;
  height: number;
}

/** What was found on one picture; the same fields as `edge-infer detect --json`. */
export interface Detection extends Answered {
  /** Best first. */
  predictions: DetectedObject[];
  /** Size of the picture that boxes are on: upright, unless the card takes pictures as they are stored. */
  picture: Size;
}

/** How much of a picture a class has. */
export interface ClassArea {
  class_id: number;
  /** Empty when the model has no labels. */
  label: string;
  /** Share of the mask's pixels, 0 to 1. */
  area: number;
}

/** The classes of the pixels of one picture. */
export interface Segmentation extends Answered {
  /** Classes that there are, the largest first. */
  predictions: ClassArea[];
  picture: Size;
  mask: Size & {
    /** Class of each pixel, rows from top to bottom; 255 (65535 in 16 bits) where the model does not look. */
    data: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  };
}

/** The vector of one picture. */
export interface Embedding extends Answered {
  /** Of Euclidean length 1: the dot product of two is their cosine. */
  vector: Float32Array<ArrayBuffer>;
}

/** The exact tensor that a graph is fed. */
export interface PreprocessedTensor {
  dtype: 'f32' | 'f16' | 'u8' | 'i8';
  shape: number[];
  /** Little endian, row major; a copy. */
  data: Uint8Array<ArrayBuffer>;
  input_sha256: string;
  timings: { decode: number; preprocess: number };
  /** Size of the picture, as {@link Detection.picture}; absent where a plug-in makes the tensor. */
  picture?: Size;
}

const DTYPES = ['f32', 'f16', 'u8', 'i8'] as const;
const PREDICTION_BYTES = 16;
const DETECTION_BYTES = 32;

/** What was done before the call whose result is read: added to its times. */
export interface Spent {
  decode: number;
  preprocess: number;
}

const NOTHING: Spent = { decode: 0, preprocess: 0 };

/** Reads the rows of an answer. */
function readRows<T>(result: ResultView, bytes: number, read: (row: number) => T): T[] {
  const rows = result.u32(28);
  return Array.from({ length: result.u32(32) }, (_, i) => read(rows + i * bytes));
}

function readClass(result: ResultView, row: number) {
  return {
    class_id: result.u32At(row),
    label: result.textAt(result.u32At(row + 8), result.u32At(row + 12)),
  };
}

/** Reads the predictions of edge_classify. */
export function readPredictions(result: ResultView): Prediction[] {
  return readRows(result, PREDICTION_BYTES, (row) => ({
    ...readClass(result, row),
    confidence: result.f32At(row + 4),
  }));
}

/** Reads what is edge_detect's own. */
export function readDetection(result: ResultView): Pick<Detection, 'predictions' | 'picture'> {
  const predictions = readRows(
    result,
    DETECTION_BYTES,
    (row): DetectedObject => ({
      ...readClass(result, row),
      confidence: result.f32At(row + 4),
      box: [result.f32At(row + 16), result.f32At(row + 20), result.f32At(row + 24), result.f32At(row + 28)],
    }),
  );
  return { predictions, picture: readSize(result, 92) };
}

/** Reads what is edge_segment's own. */
export function readSegmentation(result: ResultView): Pick<Segmentation, 'predictions' | 'picture' | 'mask'> {
  const predictions = readRows(result, PREDICTION_BYTES, (row) => ({
    ...readClass(result, row),
    area: result.f32At(row + 4),
  }));
  const size = readSize(result, 104);
  const wide = result.u32(112) === 2;
  const bytes = result.bytesAt(result.u32(100), size.width * size.height * (wide ? 2 : 1));
  const data = wide ? new Uint16Array(bytes.buffer) : bytes;
  return { predictions, picture: readSize(result, 92), mask: { ...size, data } };
}

function readSize(result: ResultView, offset: number): Size {
  return { width: result.u32(offset), height: result.u32(offset + 4) };
}

/** Reads the vector of edge_embed. */
export function readVector(result: ResultView): Float32Array<ArrayBuffer> {
  return new Float32Array(result.bytesAt(result.u32(28), result.u32(32) * 4).buffer);
}

/**
 * Reads what edge_classify, edge_detect, edge_segment and edge_embed have in common.
 *
 * @param input_sha256 undefined: the tensor is hashed here
 */
export function readAnswered(
  result: ResultReader,
  provider: string,
  input_sha256?: string,
  spent = NOTHING,
): Answered {
  const began = performance.now();
  const sha256 = input_sha256 ?? result.sha256At(result.u32(84), result.u32(88));
  const hashing = performance.now() - began;
  const preprocess = result.f32(44) + spent.preprocess + hashing;
  return {
    latency_ms: result.f32(56) + spent.decode + spent.preprocess + hashing,
    timings: {
      decode: result.f32(40) + spent.decode,
      preprocess,
      infer: result.f32(48),
      postprocess: result.f32(52),
    },
    model_version: result.text(76),
    runtime: 'node',
    graph: { encoding: result.text(60), precision: result.text(68), provider },
    input_sha256: sha256,
  };
}

/** Where the tensor of edge_preprocess lies, its hash, and the time that both took. */
export interface TensorPlace {
  address: number;
  length: number;
  input_sha256: string;
  timings: Spent;
  picture: Size;
}

/** Reads where the tensor of edge_preprocess lies, and hashes it. */
export function readTensorPlace(result: ResultReader): TensorPlace {
  const [address, length] = [result.u32(28), result.u32(32)];
  const began = performance.now();
  const input_sha256 = result.sha256At(address, length);
  const hashing = performance.now() - began;
  const timings = { decode: result.f32(64), preprocess: result.f32(68) + hashing };
  return { address, length, input_sha256, timings, picture: readSize(result, 72) };
}

/** Reads the result struct of edge_preprocess. */
export function readTensor(result: ResultReader): PreprocessedTensor {
  const { address, length, input_sha256, timings, picture } = readTensorPlace(result);
  const rank = result.u32(44);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) shape.push(result.u32(48 + i * 4));
  return {
    dtype: DTYPES[result.u32(40)] ?? 'f32',
    shape,
    data: result.bytesAt(address, length),
    input_sha256,
    timings,
    picture,
  };
}
