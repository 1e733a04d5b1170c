/** Is a tensor of a training pipeline the one that a model is served, bit for bit, and if not, which knob is it? */
import { type ImageSource, readSource } from '../engine/sources.js';
import { EdgeInferError, EXIT } from '../errors.js';
import type { CardInput, ModelCard, Resize } from '../models/card.js';
import { loadPackage } from '../models/package.js';
import { readElements } from './elements.js';
import { heatMap } from './heat_map.js';
import { Kernels } from './kernels.js';
import { type Difference, differenceOf } from './measure.js';
import { notesOf } from './notes.js';
import { type NpyArray, parseNpy, readNpy } from './npy.js';
import { diffJson, type PatchOperation } from './patch.js';
import { Picture, PixelMaker } from './pictures.js';
import { alignReference, type InputSize, inputSize, type Reference } from './reference.js';
import { Search, type SearchResult } from './search.js';
import { type Change, isEqual, type Trial } from './trials.js';
import { valuesOf } from './values.js';

export type { Difference } from './measure.js';
export type { PatchOperation } from './patch.js';
export type { Change } from './trials.js';

/** How a reference is compared. */
export interface ParityOptions {
  /** Folder with model.json, or the name of a built-in model. Default `cifar10`. */
  model?: string;
  /**
   * The tensor that the training pipeline feeds to the model for this picture: a `.npy` file (its path or its bytes) of
   * f32, f64, f16, u8 or i8, little endian, with or without a batch axis of 1, NCHW or NHWC.
   */
  against: string | Uint8Array;
  /** Largest difference of an element that still counts as equal. Default 0: bit for bit. */
  tolerance?: number;
  /** Also draw the difference: `heat_map` of the report, a PNG file. */
  draw?: boolean;
  signal?: AbortSignal;
  /** Told while pairs of knobs are tried. */
  onProgress?: (done: number, all: number) => void;
}

/** Knobs that were tried together, and what was left of the difference. */
export interface ParityTrial {
  changes: Change[];
  difference: Difference;
  /** True when the tensor is the reference with these changes. */
  equal: boolean;
}

/** What makes our tensor the reference. */
export interface ParityExplanation {
  changes: Change[];
  /** What to change in model.json (RFC 6902); null when a card cannot say it. */
  patch: PatchOperation[] | null;
}

/** What came of a comparison; the form of `edge-infer parity --json`. */
export interface ParityReport {
  /** `equal` with the card as it is, `explained` by changes, or `different` with all that were tried. */
  verdict: 'equal' | 'explained' | 'different';
  model: { name: string; version: string };
  reference: { dtype: string; shape: number[]; layout: string };
  /** SHA-256 of our tensor, as `classify` has it. */
  input_sha256: string;
  /** Of our tensor from the reference, in the reference's units; `elements` in all. */
  difference: Difference & { elements: number };
  /** The shortest explanation. */
  explanation: ParityExplanation | null;
  /** Other explanations that are equal on this picture. */
  also: ParityExplanation[];
  /** Single knobs that change something on this picture, nearest first. */
  tried: ParityTrial[];
  /** The nearest combinations of knobs. */
  nearest: ParityTrial[];
  /** Variants of pixels that were compared. */
  variants: number;
  /** What the difference means, in sentences. */
  notes: string[];
  /** With `draw`: the difference as a PNG file. */
  heat_map?: Uint8Array;
}

const MOST_INPUT_BYTES = 2 ** 28;
const MOST_NEAREST = 5;
const MOST_ALSO = 5;

/** The card's only picture, and where it stands in the card. */
function pictureInput(card: ModelCard): {
  input: CardInput & { resize: Resize };
  pointer: string;
  size: InputSize;
} {
  const list = Array.isArray(card.input) ? card.input : [card.input];
  const index = list.findIndex((input) => input.resize !== undefined);
  const input = list[index];
  const size = input === undefined ? undefined : inputSize(input);
  if (input?.resize === undefined || size === undefined) {
    throw new EdgeInferError({
      code: 'MODEL_NO_PICTURE',
      message: `the model takes no picture (${card.name}): its card has no input of four dimensions with resize`,
      hint: 'compare tensors of a model with a picture as input',
      exitCode: EXIT.model,
    });
  }
  return {
    input: { ...input, resize: input.resize },
    pointer: Array.isArray(card.input) ? `/input/${index}` : '/input',
    size,
  };
}

function checkTolerance(tolerance: number): void {
  if (tolerance >= 0 && Number.isFinite(tolerance)) return;
  throw new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `tolerance is wrong (${tolerance}): expected a number from 0`,
    exitCode: EXIT.usage,
  });
}

async function readReference(
  against: string | Uint8Array,
  signal?: AbortSignal,
): Promise<{ array: NpyArray; where: string }> {
  if (typeof against === 'string') return { array: await readNpy(against, signal), where: against };
  return { array: parseNpy(against, 'bytes'), where: 'bytes' };
}

/**
 * Compares a reference tensor with ours and looks for the knobs that explain a difference: resize profile, filter and
 * geometry, antialiasing, crop rounding, colour order, scaling, mean and std, layout, element type, EXIF orientation, alpha,
 * and some habits of pipelines that cards have no words for.
 *
 * @throws EdgeInferError exit 3 for a broken picture or tensor and for a wrong shape, 4 for a bad model
 * @example
 * const { verdict, explanation } = await parity('photo.jpg', { model: './my-model', against: 'tensor.npy' });
 * if (verdict === 'explained') console.log(JSON.stringify(explanation?.patch));
 */
export async function parity(image: ImageSource, options: ParityOptions): Promise<ParityReport> {
  const { signal, tolerance = 0 } = options;
  checkTolerance(tolerance);
  const { card } = loadPackage(options.model ?? 'cifar10');
  const { input, pointer, size } = pictureInput(card);
  const { array, where } = await readReference(options.against, signal);
  const reference = alignReference(array, input, size, where);
  const { bytes, form } = await readSource(image, {
    limit: MOST_INPUT_BYTES,
    signal: signal ?? new AbortController().signal,
    allocate: (size) => new Uint8Array(size),
  });
  const source = { bytes, ...form };
  const kernels = await Kernels.create();
  const tensor = kernels.preprocess(source, input);
  const ours = readElements(tensor.bytes, input, size);
  const difference = differenceOf(ours, reference.values);
  const report: ParityReport = {
    verdict: 'equal',
    model: { name: card.name, version: card.version },
    reference: { dtype: reference.dtype, shape: reference.shape, layout: reference.layout },
    input_sha256: tensor.sha256,
    difference: { ...difference, elements: ours.length },
    explanation: null,
    also: [],
    tried: [],
    nearest: [],
    variants: 1,
    notes: [],
  };
  if (options.draw === true) report.heat_map = heatMap(ours, reference.values, size, difference.max);
  const sameForm = reference.layout === (input.layout ?? 'NCHW') && sameType(reference, input);
  if (sameForm && isEqual(difference, tolerance)) return report;
  const picture = new Picture(kernels, source);
  const maker = new PixelMaker(kernels, picture, size);
  const { width, height, orientation, hasAlpha, isJpeg } = picture;
  const facts = { input, size, width, height, orientation, hasAlpha, isJpeg };
  const search = new Search({
    ...facts,
    kernels,
    maker,
    source,
    reference,
    tolerance,
    signal,
    onProgress: options.onProgress,
  });
  const result = search.run();
  Object.assign(report, conclusionOf(result, input, pointer));
  report.notes = notesOf(result, reference, valuesOf(input, size.channels), isJpeg);
  return report;
}

/** A reference of f64 stands for f32. */
const sameType = ({ dtype }: Reference, input: CardInput): boolean =>
  (dtype === 'f64' ? 'f32' : dtype) === input.dtype;

function explain(trial: Trial, input: CardInput, pointer: string): ParityExplanation {
  return {
    changes: trial.changes,
    patch: trial.input === undefined ? null : diffJson(input, trial.input, pointer),
  };
}

/** The knobs of an explanation, by name. */
const knobsOf = ({ changes }: Trial): string => changes.map((change) => change.knob).join(' ');

/** Trials one for each mean difference: of those that come to nearly the same, the one with the fewest knobs. */
function distinct(trials: readonly Trial[]): Trial[] {
  const kept: Trial[] = [];
  const close = (a: Trial, b: Trial) =>
    Math.abs(a.difference.mean - b.difference.mean) <= 0.01 * Math.max(a.difference.mean, b.difference.mean);
  for (const trial of trials) {
    const place = kept.findIndex((other) => close(other, trial));
    if (place < 0) kept.push(trial);
    else if (trial.changes.length < kept[place]!.changes.length) kept[place] = trial;
  }
  return kept;
}

function conclusionOf(
  { singles, trials, variants }: SearchResult,
  input: CardInput,
  pointer: string,
): Pick<ParityReport, 'verdict' | 'explanation' | 'also' | 'tried' | 'nearest' | 'variants'> {
  const brief = ({ changes, difference, equal }: Trial): ParityTrial => ({ changes, difference, equal });
  const [first, ...others] = trials.filter((trial) => trial.equal);
  // Of other explanations only those that are as short, and of other knobs.
  const also = others.filter(
    (trial, i) =>
      trial.changes.length === first?.changes.length &&
      ![first, ...others.slice(0, i)].some((earlier) => knobsOf(earlier) === knobsOf(trial)),
  );
  return {
    verdict: first === undefined ? 'different' : 'explained',
    explanation: first === undefined ? null : explain(first, input, pointer),
    also: also.slice(0, MOST_ALSO).map((trial) => explain(trial, input, pointer)),
    tried: singles.map(brief),
    nearest: distinct(trials).slice(0, MOST_NEAREST).map(brief),
    variants,
  };
}
