/** The model card: types, and validation against `card.schema.json`. */
import { createRequire } from 'node:module';
import type { ErrorObject } from 'ajv';
import { EdgeInferError, EXIT } from '../errors.js';
import { packageFile } from '../paths.js';
import type Validate from './card_validator.cjs';

// An import would make Node look through all of it for the names that it exports, before it runs.
const validate = createRequire(import.meta.url)('./card_validator.cjs') as typeof Validate;

/** Element types a card may name. */
export type CardDtype = 'f32' | 'f16' | 'u8' | 'i8' | 'i32' | 'i64';

/** real = scale * (stored - zero_point). */
export interface Quant {
  scale: number | number[];
  zero_point: number | number[];
  axis?: number;
}

/** How a picture gets its size: `size`, `shortest` or `letterbox`, then `crop`. Sizes are [height, width]. */
export interface Resize {
  profile: 'pillow' | 'opencv' | 'torchvision' | 'tensorflow';
  filter: 'nearest' | 'box' | 'bilinear' | 'linear' | 'hamming' | 'bicubic' | 'cubic' | 'lanczos' | 'area';
  antialias?: boolean;
  /** Decode JPEG at 1/2, 1/4 or 1/8 where that is enough, as Pillow's `draft` does; false when absent. */
  draft?: boolean;
  size?: [number, number];
  shortest?: number;
  crop?: [number, number];
  origin?: 'round' | 'floor';
  letterbox?: { size: [number, number]; fill?: number | number[] };
}

/** (x / divide, or x * multiply, - mean[c]) / std[c]. */
export interface Normalize {
  divide?: number;
  multiply?: number;
  mean?: number[];
  std?: number[];
}

/** A module of the package that takes over a half of the work: see docs/plugins.md. */
export interface CardPlugin extends CardFile {
  /** Version of the interface between host and plug-in. */
  abi: 1;
  /** Most bytes of its memory, most milliseconds of a call. */
  limits: { memory_bytes: number; ms: number };
}

/** One input of the graphs. */
export interface CardInput {
  name: string;
  dtype: CardDtype;
  layout?: 'NCHW' | 'NHWC';
  shape: number[];
  color?: 'RGB' | 'BGR' | 'gray';
  orientation?: 'exif' | 'stored';
  alpha?: 'drop' | 'white' | 'black';
  resize?: Resize;
  normalize?: Normalize;
  quant?: Quant;
  /** Makes the tensor of pixels, instead of `resize`, `normalize` and `quant`. */
  plugin?: CardPlugin;
}

/** One output of the graphs. */
export interface CardOutput {
  name: string;
  dtype: CardDtype;
  shape?: number[];
  /** What it holds: tasks find their outputs by it. */
  kind: 'logits' | 'probabilities' | 'boxes' | 'mask' | 'embedding' | 'raw' | 'scores' | 'classes' | 'count';
  quant?: Quant;
  labels?: string;
  class_offset?: number;
  /** Makes the answer of the output tensors. */
  plugin?: CardPlugin;
}

/** How boxes are had from outputs of the kinds `boxes`, `scores`, `classes` and `count`: docs/tasks.md. */
export interface CardDetect {
  head: 'boxes' | 'ssd_postprocess' | 'ssd_priors' | 'yolov5' | 'yolov8';
  coordinates?: 'normalized' | 'pixels';
  box?: 'xyxy' | 'yxyx' | 'cxcywh' | 'cycxhw';
  activation?: 'none' | 'sigmoid' | 'softmax';
  iou?: number;
  threshold?: number;
  class_aware?: boolean;
  most?: number;
  priors?: string;
  center_variance?: number;
  size_variance?: number;
}

/** How a mask is had. */
export interface CardSegment {
  layout?: 'NCHW' | 'NHWC';
  upsample?: 'nearest' | 'bilinear';
}

/** A file of the package with what it must be. */
export interface CardFile {
  path: string;
  /** Lower-case hexadecimal SHA-256. */
  sha256: string;
  bytes: number;
}

/** One form of the graph. */
export interface CardGraph {
  encoding: 'onnx' | 'openvino' | 'tensorflow' | 'pytorch' | 'tensorflowlite' | 'ggml';
  precision: string;
  files: CardFile[];
  measured?: Record<string, unknown>;
}

/** How a model of the task `text` is fed, and what becomes of its output. */
export interface CardText {
  tokenizer: {
    /** Files of the package: tokenizer.json, or vocab.txt, or vocab.json and merges.txt; tokenizer_config.json beside those. */
    files: string[];
    /** Most tokens of a sequence, special ones included. */
    max_length: number;
  };
  /** Names of the graph's inputs, which are of the type that the card's `input` says. */
  inputs: { input_ids: string; attention_mask?: string; token_type_ids?: string };
  /** How the vectors of the tokens become one: their mean, the first one, or the graph gives one itself. */
  pooling: 'mean' | 'cls' | 'none';
  /** Divide the vector by its Euclidean norm. */
  normalize: boolean;
}

/** The card, schema 1. */
export interface ModelCard {
  schema: 1;
  name: string;
  version: string;
  task: 'classify' | 'detect' | 'segment' | 'embed' | 'raw' | 'text';
  license?: string;
  description?: string;
  input: CardInput | CardInput[];
  output: CardOutput | CardOutput[];
  detect?: CardDetect;
  segment?: CardSegment;
  /** Of the task `raw`: what {@link Engine.score} makes of the output. Default `classes`. */
  score?: 'classes' | 'reconstruction_error';
  graphs: CardGraph[];
  files?: CardFile[];
  /** Of the task `text`. */
  text?: CardText;
}

/** Path of the published JSON Schema. */
export function cardSchemaPath(): string {
  return packageFile('host', 'models', 'card.schema.json');
}

/**
 * Reads a card and checks it against the schema.
 *
 * @param text content of model.json
 * @param where path for the message
 * @throws EdgeInferError `CARD_INVALID` (exit 4) naming the first thing that is wrong;
 *   `PATH_ESCAPES_PACKAGE` (exit 7) for a path that is absolute or climbs with `..`
 */
export function parseCard(text: string, where: string): ModelCard {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw cardError(where, `not JSON: ${why}`, cause);
  }
  if (validate(value)) return value;
  const errors = validate.errors ?? [];
  const outside = errors.find((error) => error.keyword === 'pattern' && error.schemaPath.includes('/path'));
  if (outside !== undefined) {
    const found = valueAt(value, outside.instancePath);
    throw new EdgeInferError({
      code: 'PATH_ESCAPES_PACKAGE',
      message: `model card refused (${where}): path ${JSON.stringify(found)} at ${outside.instancePath} may lead out of the package`,
      hint: 'use a path relative to the card, without ".."',
      exitCode: EXIT.security,
    });
  }
  throw cardError(where, describe(errors));
}

function cardError(where: string, why: string, cause?: unknown): EdgeInferError {
  return new EdgeInferError({
    code: 'CARD_INVALID',
    message: `invalid model card (${where}): ${why}`,
    hint: 'compare it with edge-infer/models/card.schema.json',
    exitCode: EXIT.model,
    cause,
  });
}

/** The most telling error: the deepest one, as `oneOf` reports each branch that did not fit. */
function describe(errors: readonly ErrorObject[]): string {
  const depth = (error: ErrorObject) => error.instancePath.split('/').length;
  const useful = errors.filter((error) => !['oneOf', 'not', 'if'].includes(error.keyword));
  const pool = useful.length > 0 ? useful : errors;
  const deepest = pool.reduce((a, b) => (depth(b) > depth(a) ? b : a));
  const at = deepest.instancePath === '' ? 'the card' : deepest.instancePath;
  const params = deepest.params as { allowedValues?: unknown[]; additionalProperty?: string };
  if (params.allowedValues !== undefined) return `${at} must be one of ${params.allowedValues.join(', ')}`;
  if (params.additionalProperty !== undefined)
    return `${at} has the unknown property "${params.additionalProperty}"`;
  return `${at} ${deepest.message ?? 'is wrong'}`;
}

function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const key of pointer.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
