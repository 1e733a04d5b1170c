/** Shadow runs: a model that did not answer gets the same picture, to learn what it would have taken and said. */

import { type RawImage, rawImageOf } from '../engine/raw_image.js';
import type { ImageSource } from '../engine/sources.js';
import { judgeable, sameBy } from './answers.js';
import type { ArrivalRate } from './arrivals.js';
import type { Clock } from './clock.js';
import type { ModelSlot } from './model_slot.js';
import type { AdaptiveSettings } from './options.js';
import type { Strain } from './policy.js';
import type { AdaptiveRequest, Picture, Standing } from './request.js';

/** A model that still is too slow is tried again after twice the time, up to so many times. */
const MOST_BACKOFF = 16;

/**
 * Bounded in three ways: at most every so many requests; in at most that share of the time; and each time that a model is
 * found too slow still, half as often. Only when nothing else runs. No request waits for a shadow run but those that come
 * while it lasts, where all processors are needed.
 */
export class Exploration {
  readonly #slots: readonly ModelSlot[];
  readonly #settings: AdaptiveSettings;
  readonly #clock: Clock;
  readonly #running = new Set<Promise<void>>();
  readonly #backoff = new Map<ModelSlot, number>();
  readonly #ended = new AbortController();
  #requests = 0;
  #notBefore = 0;

  constructor(slots: readonly ModelSlot[], settings: AdaptiveSettings, clock: Clock) {
    this.#slots = slots;
    this.#settings = settings;
    this.#clock = clock;
  }

  /**
   * Starts a shadow run after a request, if it is time for one.
   *
   * @param suppressed set when a larger model was not asked because it is taken to be of no use: then that is what is checked
   */
  consider(
    request: AdaptiveRequest,
    { answer, place }: Standing,
    suppressed: { confidence: number } | undefined,
    strain: Strain,
    arrivals: ArrivalRate,
  ): void {
    this.#requests++;
    const now = this.#clock.now();
    if (this.#requests < this.#settings.exploreEvery || now < this.#notBefore) return;
    if (strain !== 'normal' || this.#ended.signal.aborted || this.#slots.length < 2) return;
    if (this.#slots.some(({ pending }) => pending > 0)) return;
    const other = suppressed === undefined ? this.#stalest(place, arrivals.perMs(now)) : place + 1;
    const slot = this.#slots[other];
    if (slot === undefined) return;
    this.#requests = 0;
    this.#run(slot, request, ({ seen, took_ms }) => {
      this.#pause(slot, took_ms);
      const rule = this.#settings.confidence;
      if (suppressed === undefined || rule === undefined) return;
      this.#slots[place]?.escalations?.observe(suppressed.confidence, !sameBy(rule, answer, seen));
    });
  }

  /** Drops what is under way. */
  async close(): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#running);
  }

  #run(
    slot: ModelSlot,
    request: AdaptiveRequest,
    learn: (ran: { seen: object; took_ms: number }) => void,
  ): void {
    const { task, picture } = request;
    const { signal: _, deadline: __, ...asked } = request.options;
    const options = judgeable(task, asked, this.#settings.confidence, slot.temperature);
    const call = {
      task,
      source: ownCopy(picture),
      options: { ...options, signal: this.#ended.signal },
      wait: false,
    };
    slot.shadows++;
    const running = slot
      .run(call, false)
      .then(({ answer, took_ms }) => learn({ seen: answer, took_ms }))
      // It was only to be learned from.
      .catch(() => {})
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #pause(slot: ModelSlot, took_ms: number): void {
    const tooSlow = took_ms > this.#settings.budget_ms;
    const backoff = tooSlow ? Math.min((this.#backoff.get(slot) ?? 1) * 2, MOST_BACKOFF) : 1;
    this.#backoff.set(slot, backoff);
    this.#notBefore = this.#clock.now() + took_ms * this.#settings.exploreEvery * backoff;
  }

  /** The model, other than `place`, whose latency was learned longest ago and is worth to be known. */
  #stalest(place: number, arrivals: number): number {
    let oldest = -1;
    for (const [at, { latency, learnedAt }] of this.#slots.entries()) {
      // Within the budget, but more than the machine can do at this rate: it would not be chosen, only be in the way.
      const tooMuch =
        latency.mean < this.#settings.budget_ms && arrivals * latency.mean > this.#settings.parallel;
      if (at === place || tooMuch) continue;
      if (oldest < 0 || learnedAt < (this.#slots[oldest]?.learnedAt ?? 0)) oldest = at;
    }
    return oldest;
  }
}

/** The caller may write into the bytes as soon as the answer is there: a shadow run has its own. */
function ownCopy({ source, bytes, form }: Picture): ImageSource {
  const data = bytes.slice();
  // Getters, as ImageData has them, are not copied by a spread.
  const { width, height } = form;
  return form.layout === 0 ? data : { ...rawImageOf(source as RawImage), width, height, data };
}
