/** One combination of knobs: what it changes, what is left of the difference, and the module's word on whether it is equal. */
import type { ReactorImage } from '../engine/reactor.js';
import type { CardInput, Resize } from '../models/card.js';
import { readElements } from './elements.js';
import type { Kernels } from './kernels.js';
import type { PixelKnob, PixelSpec } from './knobs.js';
import { type Difference, differenceOf } from './measure.js';
import { formulaOf } from './normalizations.js';
import type { InputSize, Reference } from './reference.js';
import { ARITHMETIC_TEXTS, applyValues, inputWith, type Pixels, type Values, valuesOf } from './values.js';

/** One knob as it must stand. */
export interface Change {
  /** The card's field without `input.`, or what a card has no field for. */
  knob: string;
  /** What it must be. */
  to: string;
  /** What the card says. */
  from: string;
  /** False when no card can say it. */
  in_card: boolean;
}

/** Knobs and what is left of the difference with them. */
export interface Trial {
  changes: Change[];
  difference: Difference;
  /** The input that a card would need; undefined when it has no words for it. */
  input: CardInput | undefined;
  /** Elements are the reference's; by the module where there is an input. */
  equal: boolean;
}

/** What trials are made against. */
export interface TrialContext {
  kernels: Kernels;
  /** The picture as it came. */
  source: ReactorImage;
  reference: Reference;
  input: CardInput & { resize: Resize };
  size: InputSize;
  /** Largest difference that counts as none. */
  tolerance: number;
}

/** How pixels were made, and by which knobs. */
export interface PixelOrigin {
  pixels: Pixels;
  knobs: readonly PixelKnob[];
  spec: PixelSpec;
}

/** Makes trials. */
export class Trials {
  readonly #context: TrialContext;
  readonly #own: Values;
  readonly #scratch: Float32Array;

  constructor(context: TrialContext) {
    this.#context = context;
    this.#own = valuesOf(context.input, context.size.channels);
    this.#scratch = new Float32Array(context.reference.values.length);
  }

  /** One combination on all elements, proved by the module when it seems equal; `reshaped` as {@link Reference} has it. */
  make({ pixels, knobs, spec }: PixelOrigin, values: Values, reshaped: boolean): Trial {
    const { reference, input, tolerance } = this.#context;
    const changes = [
      ...knobs.map(pixelChange),
      ...this.#valueChanges(values),
      ...this.#layoutChanges(reshaped),
    ];
    applyValues(values, pixels, this.#scratch);
    const difference = differenceOf(this.#scratch, reshaped ? reference.reshaped : reference.values);
    const sayable = changes.every((change) => change.in_card);
    const made = sayable ? inputWith({ ...input, ...cardWords(input, spec) }, values) : undefined;
    const full = made === undefined ? undefined : this.#withLayout(made);
    const near = isEqual(difference, tolerance);
    const equal = near && (full === undefined || this.#prove(full));
    return { changes, difference, input: full, equal };
  }

  /** True when the module makes the reference's elements for this input. */
  #prove(input: CardInput): boolean {
    const { kernels, source, reference, size, tolerance } = this.#context;
    const tensor = kernels.preprocess(source, input);
    const ours = readElements(tensor.bytes, input, size);
    return isEqual(differenceOf(ours, reference.values), tolerance);
  }

  #withLayout(input: CardInput): CardInput {
    const { layout } = this.#context.reference;
    if (layout === (input.layout ?? 'NCHW')) return input;
    const { channels, height, width } = this.#context.size;
    const shape = layout === 'NHWC' ? [1, height, width, channels] : [1, channels, height, width];
    return { ...input, layout, shape };
  }

  #layoutChanges(reshaped: boolean): Change[] {
    const { reference, input } = this.#context;
    const own = input.layout ?? 'NCHW';
    const list: Change[] = [];
    if (reference.layout !== own)
      list.push({ knob: 'layout', to: reference.layout, from: own, in_card: true });
    if (reshaped) {
      const to = 'that of the other layout, reshaped instead of transposed';
      list.push({ knob: 'memory order', to, from: `that of ${own}`, in_card: false });
    }
    return list;
  }

  /** The fields in which values differ from the card's. */
  #valueChanges(values: Values): Change[] {
    const own = this.#own;
    const list: Change[] = [];
    const add = (knob: string, to: string, from: string, inCard = true) => {
      if (to !== from) list.push({ knob, to, from, in_card: inCard });
    };
    add('color', values.reversed ? 'BGR' : 'RGB', own.reversed ? 'BGR' : 'RGB');
    add('normalize', formulaOf(values), formulaOf(own));
    if (list.every((change) => change.knob !== 'normalize'))
      add('normalize', operationOf(values), operationOf(own));
    add('arithmetic', ARITHMETIC_TEXTS[values.arithmetic], ARITHMETIC_TEXTS[own.arithmetic], false);
    add('dtype', values.dtype, own.dtype);
    const quantised = (v: Values) =>
      v.dtype === 'u8' || v.dtype === 'i8' ? `scale ${v.scale}, zero_point ${v.zero}` : '';
    if (values.dtype === own.dtype) add('quant', quantised(values), quantised(own));
    if (values.rounding === 'cut') add('rounding', 'the fraction cut off', 'to the nearest', false);
    return list;
  }
}

const operationOf = ({ divide, multiply }: Values): string =>
  divide !== undefined ? `divide ${divide}` : multiply !== undefined ? `multiply ${multiply}` : 'neither';

/** Fields of the input that a specification of pixels stands for. */
function cardWords(input: CardInput, spec: PixelSpec): Partial<CardInput> {
  const words: Partial<CardInput> = { resize: spec.resize };
  if (input.orientation !== undefined || spec.orientation !== 'exif') words.orientation = spec.orientation;
  if (input.alpha !== undefined || spec.alpha !== 'drop') words.alpha = spec.alpha;
  return words;
}

/** True for no difference, or for none above the tolerance. */
export function isEqual({ differing, max }: Difference, tolerance: number): boolean {
  return differing === 0 || (tolerance > 0 && max <= tolerance);
}

/** Equal first, then by the mean difference, then by how few knobs there are and whether a card has them. */
export function byDistance(a: Trial, b: Trial): number {
  if (a.equal !== b.equal) return a.equal ? -1 : 1;
  const inCard = (trial: Trial) => trial.changes.filter((change) => !change.in_card).length;
  if (a.equal) return inCard(a) - inCard(b) || a.changes.length - b.changes.length;
  return (
    a.difference.mean - b.difference.mean || inCard(a) - inCard(b) || a.changes.length - b.changes.length
  );
}

/** Trials of both lists, each set of changes once, in order. */
export function merge(known: readonly Trial[], more: readonly Trial[]): Trial[] {
  const trials = new Map<string, Trial>();
  for (const trial of [...known, ...more]) {
    const key = JSON.stringify(trial.changes);
    if (!trials.has(key)) trials.set(key, trial);
  }
  return [...trials.values()].sort(byDistance);
}

const pixelChange = ({ field, to, from, inCard }: PixelKnob): Change => ({
  knob: field,
  to,
  from,
  in_card: inCard,
});
