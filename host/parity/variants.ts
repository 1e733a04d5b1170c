/** Variants of the pixels: one for each knob, one for each pair of knobs, and how well each explains the reference. */
import {
  cardSpec,
  LEAN_ON_OTHERS,
  type PixelContext,
  type PixelKnob,
  type PixelSpec,
  pixelKnobs,
} from './knobs.js';
import { type Fit, fitLines } from './measure.js';
import type { MadePixels, PixelMaker } from './pictures.js';
import type { Reference } from './reference.js';
import type { Pixels } from './values.js';

/** Variants that are kept of all pairs. */
export const MOST_KEPT = 6;
/** Pixels that are looked at to rank variants. */
const FITTED = 16384;
/** How often progress is told, in variants. */
const TELL = 20;

/** How the reference's elements are taken. */
export interface Way {
  /** Channels in the order BGR. */
  reversed: boolean;
  /** The memory of the other layout. */
  reshaped: boolean;
}

/** A variant of pixels with what it explains. */
export interface Variant extends Way {
  knobs: readonly PixelKnob[];
  spec: PixelSpec;
  pixels: MadePixels;
  fit: Fit;
}

/** What variants are made of. */
export interface VariantContext extends PixelContext {
  maker: PixelMaker;
  reference: Reference;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, all: number) => void) | undefined;
}

/** The variant that explains the reference best. */
export const nearestOf = (variants: readonly Variant[]): Variant =>
  variants.reduce((a, b) => (b.fit.unexplained < a.fit.unexplained ? b : a));

/** The elements of the reference, in the memory order of a variant. */
export const targetOf = ({ values, reshaped }: Reference, way: Way): Float32Array =>
  way.reshaped ? reshaped : values;

/** Makes variants. */
export class Variants {
  readonly #context: VariantContext;
  /** The ways in which variants are compared, the card's own first. */
  #ways: readonly Way[];
  #count = 0;

  constructor(context: VariantContext) {
    this.#context = context;
    const reversed = context.input.color === 'BGR';
    const orders = context.size.channels === 3 ? [reversed, !reversed] : [false];
    this.#ways = [false, true].flatMap((reshaped) => orders.map((order) => ({ reversed: order, reshaped })));
  }

  /** How many were made. */
  get count(): number {
    return this.#count;
  }

  /** The card's own pixels first, then those of each knob; knobs that change nothing or are refused are left out. */
  singles(): { knobs: PixelKnob[]; variants: Variant[] } {
    const own = cardSpec(this.#context.input);
    const seen = new Map<string, Variant>();
    const variants: Variant[] = [this.#variant([], own)!];
    this.#fixWay(variants[0]!);
    seen.set(variants[0]!.pixels.hash, variants[0]!);
    const knobs: PixelKnob[] = [];
    for (const knob of pixelKnobs(this.#context)) {
      this.#context.signal?.throwIfAborted();
      const variant = this.#variant([knob], knob.apply(own));
      if (variant === undefined) continue;
      if (LEAN_ON_OTHERS.includes(knob.group)) knobs.push(knob);
      if (seen.has(variant.pixels.hash)) continue;
      seen.set(variant.pixels.hash, variant);
      variants.push(variant);
      if (!knobs.includes(knob)) knobs.push(knob);
    }
    return { knobs, variants };
  }

  /** Two knobs of different groups at a time. */
  pairs(knobs: readonly PixelKnob[], singles: readonly Variant[]): Variant[] {
    const { onProgress, signal } = this.#context;
    const own = cardSpec(this.#context.input);
    const pairs = knobs.flatMap((a, i) =>
      knobs
        .slice(i + 1)
        .filter((b) => b.group !== a.group)
        .map((b) => [a, b] as const),
    );
    // One picture after the other: the module holds one at a time.
    const source = (spec: PixelSpec) => `${spec.before ?? ''} ${spec.orientation} ${spec.resize.draft ?? ''}`;
    const specs = pairs.map((pair) => ({ pair, spec: pair.reduce((spec, knob) => knob.apply(spec), own) }));
    specs.sort((a, b) => source(a.spec).localeCompare(source(b.spec)));
    const seen = new Set(singles.map((variant) => variant.pixels.hash));
    const best: Variant[] = [];
    for (const [i, { pair, spec }] of specs.entries()) {
      signal?.throwIfAborted();
      if (i % TELL === 0) onProgress?.(i, specs.length);
      const variant = this.#variant(pair, spec);
      if (variant === undefined || seen.has(variant.pixels.hash)) continue;
      seen.add(variant.pixels.hash);
      best.push(variant);
      best.sort((a, b) => a.fit.unexplained - b.fit.unexplained);
      // Pixels are large: only the nearest are kept.
      if (best.length > MOST_KEPT) best.pop();
    }
    onProgress?.(specs.length, specs.length);
    return best;
  }

  #variant(knobs: readonly PixelKnob[], spec: PixelSpec): Variant | undefined {
    const pixels = this.#context.maker.make(spec);
    if (pixels === undefined) return undefined;
    this.#count += 1;
    const [first, ...others] = this.#ways.map((way) => ({ way, fit: this.#fit(pixels, way) }));
    // As the card has it, unless another way is clearly nearer: gray pictures are equal in any order.
    const best = others.reduce(
      (a, b) => (b.fit.unexplained < a.fit.unexplained * 0.9 - 1e-9 ? b : a),
      first!,
    );
    return { knobs, spec, pixels, fit: best.fit, ...best.way };
  }

  #fit(pixels: Pixels, way: Way): Fit {
    const target = targetOf(this.#context.reference, way);
    const stride = Math.max(1, Math.floor(target.length / pixels.channels / FITTED));
    return fitLines(pixels, target, way.reversed, stride);
  }

  /** Colour order and memory order are the same for all variants where the card's own pixels tell. */
  #fixWay(base: Variant): void {
    const { reversed, reshaped } = base;
    const own = this.#ways.find((way) => way.reversed === reversed && way.reshaped === reshaped)!;
    const others = this.#ways.filter((way) => way !== own);
    const clear = others.every(
      (way) => this.#fit(base.pixels, way).unexplained > 2 * base.fit.unexplained + 0.01,
    );
    if (clear) this.#ways = [own];
  }
}
