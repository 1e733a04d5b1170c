/** What the embedding API gives, and how it is read from the guest's memory. */
import type { ResultReader } from './reactor.js';

/** One class and how sure the model is. */
export interface Prediction {
  class_id: number;
  /** Empty when the model has no labels. */
  label: string;
  /** 0 to 1. */
  confidence: number;
}

/** The answer to one picture; the same fields as `edge-infer classify --json`. */
export interface Classification {
  /** Best first; equal confidences in class order. */
  predictions: Prediction[];
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
}

/** The exact tensor that a graph is fed. */
export interface PreprocessedTensor {
  dtype: 'f32' | 'f16' | 'u8' | 'i8';
  shape: number[];
  /** Little endian, row major; a copy. */
  data: Uint8Array<ArrayBuffer>;
  input_sha256: string;
  timings: { decode: number; preprocess: number };
}

const DTYPES = ['f32', 'f16', 'u8', 'i8'] as const;
const PREDICTION_BYTES = 16;

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Reads the result struct of edge_classify. */
export function readClassification(result: ResultReader, provider: string): Classification {
  const predictions: Prediction[] = [];
  const rows = result.u32(28);
  for (let i = 0; i < result.u32(32); i++) {
    const row = rows + i * PREDICTION_BYTES;
    predictions.push({
      class_id: result.u32At(row),
      label: result.textAt(result.u32At(row + 8), result.u32At(row + 12)),
      confidence: result.f32At(row + 4),
    });
  }
  return {
    predictions,
    latency_ms: result.f32(56),
    timings: {
      decode: result.f32(40),
      preprocess: result.f32(44),
      infer: result.f32(48),
      postprocess: result.f32(52),
    },
    model_version: result.text(76),
    runtime: 'node',
    graph: { encoding: result.text(60), precision: result.text(68), provider },
    input_sha256: hex(result.bytesAt(result.u32(36), 32)),
  };
}

/** Reads the result struct of edge_preprocess. */
export function readTensor(result: ResultReader): PreprocessedTensor {
  const rank = result.u32(44);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) shape.push(result.u32(48 + i * 4));
  return {
    dtype: DTYPES[result.u32(40)] ?? 'f32',
    shape,
    data: result.bytesAt(result.u32(28), result.u32(32)),
    input_sha256: hex(result.bytesAt(result.u32(36), 32)),
    timings: { decode: result.f32(64), preprocess: result.f32(68) },
  };
}
