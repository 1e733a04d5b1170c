/**
 * Which knobs make our tensor the reference. Pixels (profile, filter, geometry, orientation, ...) come from the module, what
 * follows (colour order, normalisation, type) from values.ts; a combination counts as equal only when the module, given the
 * changed card, makes the reference's bytes.
 */
import { fitLines } from './measure.js';
import { type Moved, movedBy } from './moved.js';
import {
  allNormalizations,
  isKnown,
  quantizations,
  recoveredNormalizations,
  singleNormalizations,
} from './normalizations.js';
import type { MadePixels } from './pictures.js';
import { byDistance, merge, type Trial, type TrialContext, Trials } from './trials.js';
import {
  ARITHMETIC_TEXTS,
  type Arithmetic,
  type ElementType,
  elementOf,
  type Pixels,
  type Values,
  valuesOf,
} from './values.js';
import { MOST_KEPT, nearestOf, targetOf, type Variant, type VariantContext, Variants } from './variants.js';

/** What a search came to. */
export interface SearchResult {
  /** Knobs one at a time, nearest first; those that change nothing on this picture are left out. */
  singles: Trial[];
  /** All that was tried, equal ones and nearest ones first. */
  trials: Trial[];
  /** How many variants of pixels were made. */
  variants: number;
  /** The pixels that are nearest to the reference, up to scale and offset. */
  best: {
    pixels: MadePixels;
    reversed: boolean;
    reshaped: boolean;
    /** The reference shows the same pixels elsewhere. */
    moved: Moved | undefined;
  };
}

/** What a search needs. */
export type SearchContext = TrialContext & VariantContext;

/** Share of the variance that pixels leave when they are another picture's: two knobs more will not help. */
const HOPELESS = 0.6;
/** Share that is left of the same pixels: the roundings of their elements. */
const SAME_PIXELS = 1e-6;
/** Elements on which normalisations are weeded out. */
const SAMPLES = 1024;
/** Normalisations that are looked at on all elements. */
const SURVIVORS = 12;
/** How much farther, for each field that is another, values may be that are told instead. */
const EASE = 0.03;
const ARITHMETICS = Object.keys(ARITHMETIC_TEXTS) as Arithmetic[];

/** The search over one picture and one reference. */
export class Search {
  readonly #context: SearchContext;
  readonly #trials: Trials;
  readonly #variants: Variants;
  readonly #own: Values;
  /** The type in which elements are compared: the reference's, f32 for f64. */
  readonly #dtype: ElementType;

  constructor(context: SearchContext) {
    this.#context = context;
    this.#trials = new Trials(context);
    this.#variants = new Variants(context);
    this.#own = valuesOf(context.input, context.size.channels);
    const { dtype } = context.reference;
    this.#dtype = dtype === 'f64' || dtype === 'u16' ? 'f32' : dtype;
  }

  run(): SearchResult {
    const { knobs, variants } = this.#variants.singles();
    const base = variants[0]!;
    const singles = [...this.#singleValues(base), ...this.#singlePixels(variants.slice(1))].sort(byDistance);
    let trials = singles;
    let all = variants;
    let moved: Moved | undefined;
    const found = () => trials.some((trial) => trial.equal);
    if (this.#onlyNotFinite(base)) return this.#result(singles, trials, base, undefined);
    if (!found()) trials = merge(trials, this.#solve(variants));
    if (!found()) moved = this.#moved(base);
    const elsewhere = moved !== undefined && moved.fit.unexplained < SAME_PIXELS;
    if (!found() && !elsewhere && nearestOf(variants).fit.unexplained < HOPELESS) {
      all = [...variants, ...this.#variants.pairs(knobs, variants)];
      trials = merge(trials, this.#solve(all));
    }
    return this.#result(singles, trials, moved === undefined ? nearestOf(all) : base, moved);
  }

  #result(
    singles: Trial[],
    trials: Trial[],
    { pixels, reversed, reshaped }: Variant,
    moved: Moved | undefined,
  ): SearchResult {
    return { singles, trials, variants: this.#variants.count, best: { pixels, reversed, reshaped, moved } };
  }

  /** True when the card's own tensor has every finite element of the reference: knobs can do nothing about the rest. */
  #onlyNotFinite(base: Variant): boolean {
    const [values] = quantizations(this.#own, this.#dtype);
    const { difference } = this.#trials.make(base, values!, false);
    return difference.max === 0 && difference.differing > 0;
  }

  #moved(variant: Variant): Moved | undefined {
    const { reference, size } = this.#context;
    const { pixels, reversed, fit } = variant;
    return movedBy(pixels, targetOf(reference, variant), size, reversed, fit.unexplained);
  }

  /** Each knob of the values alone. */
  #singleValues(base: Variant): Trial[] {
    const own = this.#own;
    const list: Values[] = [...singleNormalizations(own)];
    if (base.pixels.channels === 3) list.push({ ...own, reversed: !own.reversed });
    list.push(...ARITHMETICS.map((arithmetic) => ({ ...own, arithmetic })));
    // The reference's type belongs to every trial: elements of another type are not compared.
    const typed = list.flatMap((values) => quantizations(values, this.#dtype).slice(0, 2));
    const trials = typed
      .filter((values, i) => typed.findIndex((other) => sameValues(other, values)) === i)
      .map((values) => this.#trials.make(base, values, false));
    const turned = quantizations(own, this.#dtype).map((values) => this.#trials.make(base, values, true));
    return [...trials, ...turned].filter((trial) => trial.changes.length > 0);
  }

  /** Each knob of the pixels alone. */
  #singlePixels(variants: readonly Variant[]): Trial[] {
    const [values] = quantizations(this.#own, this.#dtype);
    return variants.map((variant) => this.#trials.make(variant, values!, false));
  }

  /** The best values for the variants that explain the reference best. */
  #solve(variants: readonly Variant[]): Trial[] {
    const order = [...variants].sort((a, b) => a.fit.unexplained - b.fit.unexplained).slice(0, MOST_KEPT);
    if (!order.includes(variants[0]!)) order.push(variants[0]!);
    return order.flatMap((variant) => this.#solveValues(variant));
  }

  #solveValues(variant: Variant): Trial[] {
    const { pixels, fit, reversed, reshaped } = variant;
    const own = { ...this.#own, reversed };
    const reference = targetOf(this.#context.reference, variant);
    const plain = allNormalizations(own);
    if (fit.unexplained < HOPELESS)
      plain.push(...recoveredNormalizations(own, fitLines(pixels, reference, reversed).lines));
    const all = plain.flatMap((values) =>
      quantizations(values, this.#dtype).flatMap((typed) =>
        ARITHMETICS.map((arithmetic) => ({ ...typed, arithmetic })),
      ),
    );
    const sample = sampleOf(pixels, reference, reversed);
    const ranked = all
      .map((values) => ({
        values,
        distance: sampleDistance(sample, values),
        cost: costOf(values, this.#own),
      }))
      .filter(({ distance }) => Number.isFinite(distance))
      // Of numbers that are nearly as near, those that are easier to say.
      .sort((a, b) => a.distance * (1 + EASE * a.cost) - b.distance * (1 + EASE * b.cost) || a.cost - b.cost);
    return ranked.slice(0, SURVIVORS).map(({ values }) => this.#trials.make(variant, values, reshaped));
  }
}

const sameValues = (a: Values, b: Values): boolean => JSON.stringify(a) === JSON.stringify(b);

/** How far values are from the card's, in fields: of equal ones the nearest is told. */
function costOf(values: Values, own: Values): number {
  const differs = (key: keyof Values) => (JSON.stringify(values[key]) === JSON.stringify(own[key]) ? 0 : 1);
  const outside = (values.arithmetic === 'f32' ? 0 : 8) + (values.rounding === 'even' ? 0 : 8);
  const moved = differs('mean') + differs('std');
  // Numbers of nobody's are an explanation of last resort, and then those behind a division by 255.
  const strange = moved === 0 || isKnown(values) ? 0 : values.divide === 255 ? 3 : 5;
  return outside + differs('divide') + differs('multiply') + moved + strange + differs('scale');
}

interface Sample {
  x: number[];
  y: number[];
  channel: number[];
  channels: number;
}

/** Elements spread over the tensor, each with the sample that it comes of. */
function sampleOf({ values, channels }: Pixels, reference: Float32Array, reversed: boolean): Sample {
  const sample: Sample = { x: [], y: [], channel: [], channels };
  // A step that is no multiple of the channels visits all of them.
  let step = Math.max(1, Math.floor(reference.length / SAMPLES));
  if (step % channels === 0) step += 1;
  for (let i = 0; i < reference.length; i += step) {
    if (!Number.isFinite(reference[i]!)) continue;
    const c = i % channels;
    sample.x.push(values[reversed ? i - c + channels - 1 - c : i]!);
    sample.y.push(reference[i]!);
    sample.channel.push(c);
  }
  return sample;
}

function sampleDistance({ x, y, channel, channels }: Sample, values: Values): number {
  const elements = Array.from({ length: channels }, (_, c) => elementOf(values, c));
  let sum = 0;
  for (let n = 0; n < x.length; n += 1) sum += Math.abs(elements[channel[n]!]!(x[n]!) - y[n]!);
  return sum / Math.max(1, x.length);
}
