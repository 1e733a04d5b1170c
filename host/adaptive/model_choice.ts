/** Which model a request starts with: the latency budget, the load, the strain, and hysteresis. */
import type { Strain } from './policy.js';

/** What is known of a model when a request comes. */
export interface Candidate {
  name: string;
  /** Milliseconds by themselves: decayed mean and p95. */
  mean_ms: number;
  p95_ms: number;
  /** Share of answers after which the next larger model was or would be asked; 0 for the largest one. */
  unsure: number;
}

/** What the choice depends on beside the models. */
export interface Circumstances {
  now: number;
  /** Milliseconds until an instance is free. */
  wait_ms: number;
  /** The engine's latency budget; Infinity: none. */
  budget_ms: number;
  /** What this one request has, when it is less. */
  request_ms: number;
  strain: Strain;
  /** Requests a millisecond, and how many are computed at once. */
  arrivals: number;
  parallel: number;
}

/** Why a model was chosen. */
export type StartReason =
  | 'largest_within_budget'
  | 'cheapest_cascade'
  | 'held'
  | 'nothing_fits'
  | 'request_deadline'
  | 'busy'
  | 'strain';

/** The choice for one request. */
export interface Start {
  place: number;
  reason: StartReason;
}

/** How reluctant the choice is. */
export interface Hysteresis {
  /** A larger model is taken only when it fits into this share of the budget. */
  headroom: number;
  /** Milliseconds for which another model must have been the better one. */
  hold_ms: number;
}

export const DEFAULT_HYSTERESIS: Hysteresis = { headroom: 0.8, hold_ms: 2000 };

/** Share of the processors' time that a model may need to be taken up. */
const MOST_UTILISATION = 0.8;
/** Another start of a cascade must be cheaper by this factor. */
const CHEAPER = 0.9;
/** Holds grow to at most so many times `hold_ms`. */
const MOST_BACKOFF = 64;
/** A model that does not fit because of the queue is left when so many requests say so ... */
const BUSY_REQUESTS = 4;
/** ... where each request that it does fit counts so much against that. */
const FITTING = 0.25;
/** Time in which another model is not the better one counts so many times against it. */
const DOUBT = 3;
/** A larger model that stayed for so many holds was a good choice: the hold is back at its first length. */
const SETTLED_HOLDS = 4;

/**
 * Down at once, up with patience. A model whose own latency no longer fits is left with the very next request; one that does
 * not fit because others wait is passed over request by request, and left after a few. Another model is taken when it has been
 * the better one, with headroom, for `hold_ms` on balance, and each time that a move up has to be taken back the hold
 * doubles: a load at the edge causes at most log2(time / hold) moves up and as many down.
 */
export class ModelChoice {
  readonly #hysteresis: Hysteresis;
  readonly #cascade: boolean;
  #current: number;
  #better: { up: boolean; credit_ms: number } | undefined;
  #seenAt = 0;
  #busy = 0;
  #backoff = 1;
  #movedUpAt: number | undefined;
  #switches = 0;

  /** @param cascade small first, larger ones when unsure; otherwise the largest one that fits */
  constructor(models: number, cascade: boolean, hysteresis: Hysteresis) {
    this.#cascade = cascade;
    this.#hysteresis = hysteresis;
    this.#current = cascade ? 0 : models - 1;
  }

  /** Place of the model that requests start with. */
  get current(): number {
    return this.#current;
  }

  /** How many times {@link current} has changed. */
  get switches(): number {
    return this.#switches;
  }

  /** Chooses for one request. `candidates` are in order of size, smallest first. */
  start(candidates: readonly Candidate[], at: Circumstances): Start {
    if (at.strain === 'least') return { place: 0, reason: 'strain' };
    this.#settle(at.now);
    const p95 = (place: number) => candidates[place]?.p95_ms ?? 0;
    const fits = (place: number, share: number) => at.wait_ms + p95(place) <= at.budget_ms * share;
    const target = this.#target(candidates, at, fits);
    const before = this.#current;
    this.#busy = fits(before, 1) ? Math.max(0, this.#busy - FITTING) : this.#busy + 1;
    const tooSlow = p95(before) > at.budget_ms || this.#busy >= BUSY_REQUESTS;
    if (tooSlow && before > 0) this.#move(Math.min(target, before - 1));
    else this.#consider(target, at.now);
    this.#seenAt = at.now;
    return this.#withinRequest(candidates, at, target);
  }

  /** A larger model than the start, for what is unsure: whether it fits into what is left. */
  escalationFits(candidate: Candidate, wait_ms: number, left_ms: number): boolean {
    return wait_ms + candidate.p95_ms <= left_ms;
  }

  #target(
    candidates: readonly Candidate[],
    at: Circumstances,
    fits: (place: number, share: number) => boolean,
  ): number {
    const sustained = (work_ms: number) => at.arrivals * work_ms <= at.parallel * MOST_UTILISATION;
    const { headroom } = this.#hysteresis;
    const costs = cascadeCosts(candidates);
    const cost = (place: number) => (this.#cascade ? (costs[place] ?? 0) : (candidates[place]?.mean_ms ?? 0));
    const open = candidates
      .map((_, place) => place)
      .filter((place) =>
        place > this.#current ? fits(place, headroom) && sustained(cost(place)) : fits(place, 1),
      );
    if (open.length === 0) return 0;
    if (!this.#cascade) return Math.max(...open);
    const cheapest = open.reduce((best, place) => (cost(place) < cost(best) ? place : best));
    const clear = !open.includes(this.#current) || cost(cheapest) < cost(this.#current) * CHEAPER;
    return clear ? cheapest : this.#current;
  }

  #consider(target: number, now: number): void {
    const passed = now - this.#seenAt;
    const up = target > this.#current;
    if (this.#better === undefined) {
      if (target !== this.#current) this.#better = { up, credit_ms: 0 };
      return;
    }
    const agrees = target !== this.#current && up === this.#better.up;
    this.#better.credit_ms += agrees ? passed : -DOUBT * passed;
    if (this.#better.credit_ms < 0) this.#better = undefined;
    else if (agrees && this.#better.credit_ms >= this.#hysteresis.hold_ms * this.#backoff) {
      this.#move(target);
      if (up) this.#movedUpAt = now;
    }
  }

  #move(place: number): void {
    if (place < this.#current && this.#movedUpAt !== undefined) {
      this.#backoff = Math.min(this.#backoff * 2, MOST_BACKOFF);
      this.#movedUpAt = undefined;
    }
    this.#current = place;
    this.#better = undefined;
    this.#busy = 0;
    this.#switches++;
  }

  #settle(now: number): void {
    const long = this.#hysteresis.hold_ms * SETTLED_HOLDS * this.#backoff;
    if (this.#movedUpAt === undefined || now - this.#movedUpAt < long) return;
    this.#movedUpAt = undefined;
    this.#backoff = 1;
  }

  /** What this one request gets: not more than it has time for. */
  #withinRequest(candidates: readonly Candidate[], at: Circumstances, target: number): Start {
    const needs = (place: number) => at.wait_ms + (candidates[place]?.p95_ms ?? 0);
    let place = this.#current;
    while (place > 0 && needs(place) > Math.min(at.request_ms, at.budget_ms)) place--;
    if (needs(place) > at.budget_ms) return { place, reason: 'nothing_fits' };
    if (place < this.#current) {
      return { place, reason: needs(this.#current) > at.budget_ms ? 'busy' : 'request_deadline' };
    }
    if (target !== this.#current) return { place, reason: 'held' };
    return { place, reason: this.#cascade ? 'cheapest_cascade' : 'largest_within_budget' };
  }
}

/** Mean milliseconds of a cascade that starts at each place: the model, and what follows when it is unsure. */
export function cascadeCosts(candidates: readonly Candidate[]): number[] {
  const costs: number[] = [];
  let larger = 0;
  for (let place = candidates.length - 1; place >= 0; place--) {
    const { mean_ms = 0, unsure = 0 } = candidates[place] ?? {};
    larger = mean_ms + unsure * larger;
    costs[place] = larger;
  }
  return costs;
}
