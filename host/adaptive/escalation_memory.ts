/** Which escalations were of use: how often the larger model said something else, by how sure the smaller one was. */

/** Bins of confidence between 0 and the threshold. */
const BINS = 4;
/** Observations that a new one makes older ones half as heavy as. */
const HALF_LIFE = 256;
/** Before anything is known, one of two escalations is taken to be of use. */
const PRIOR = { changed: 1, all: 2 };
/** Nothing is suppressed before so many observations. */
const LEAST_OBSERVATIONS = 20;
/** Escalations that were suppressed come back when they are so many times as useful as the bound. */
const RESUME = 1.5;

interface Bin {
  changed: number;
  all: number;
  seen: number;
  suppressed: boolean;
}

/** What {@link EscalationMemory} says of one case. */
export interface Usefulness {
  /** Share of such escalations that changed the answer. */
  changes: number;
  /** Observations that this is made of. */
  seen: number;
  /** Whether it is worth to ask the larger model. */
  worth: boolean;
}

/**
 * The rule: escalations of a bin whose share of changed answers (a decayed beta mean) falls below `leastChange` are left out,
 * and come back above 1.5 times that. What is left out is observed further by shadow runs. That the larger model says
 * something else is an upper bound of what it gains: there is no truth to compare with while serving.
 */
export class EscalationMemory {
  readonly #bins: Bin[] = Array.from({ length: BINS }, () => ({
    changed: 0,
    all: 0,
    seen: 0,
    suppressed: false,
  }));
  readonly #leastChange: number;
  readonly #threshold: number;

  constructor(threshold: number, leastChange: number) {
    this.#threshold = threshold;
    this.#leastChange = leastChange;
  }

  /** What is known of escalations from this confidence. */
  usefulness(confidence: number): Usefulness {
    const bin = this.#bin(confidence);
    return { changes: share(bin), seen: bin.seen, worth: !bin.suppressed };
  }

  /** Learns what an escalation from this confidence came to. */
  observe(confidence: number, changed: boolean): void {
    const bin = this.#bin(confidence);
    const keep = 2 ** (-1 / HALF_LIFE);
    bin.changed = bin.changed * keep + (changed ? 1 : 0);
    bin.all = bin.all * keep + 1;
    bin.seen++;
    if (bin.seen < LEAST_OBSERVATIONS) return;
    const bound = bin.suppressed ? this.#leastChange * RESUME : this.#leastChange;
    bin.suppressed = share(bin) < bound;
  }

  /** Bins from the least sure on. */
  summary(): Usefulness[] {
    return this.#bins.map((bin) => ({ changes: share(bin), seen: bin.seen, worth: !bin.suppressed }));
  }

  #bin(confidence: number): Bin {
    const place = this.#threshold > 0 ? Math.floor((confidence / this.#threshold) * BINS) : 0;
    return this.#bins[Math.min(Math.max(place, 0), BINS - 1)] as Bin;
  }
}

function share({ changed, all }: Bin): number {
  return (changed + PRIOR.changed) / (all + PRIOR.all);
}
