/** How long a model takes, learned online: quantiles of a histogram that forgets. */

/** What is known of a model's latency, in milliseconds. */
export interface LatencySummary {
  /** Answers seen since the engine was made. */
  count: number;
  mean: number;
  p50: number;
  p95: number;
}

/** Buckets grow by this factor, so a quantile is at most 4 % away from a value that was seen. */
const GROWTH = 1.08;
/** Milliseconds where the first bucket ends; the last one, 300, ends beyond a day. */
const FIRST = 0.01;
const BUCKETS = 300;
/** Weights grow instead of being decayed one by one; beyond this all are brought down. */
const LARGEST_UNIT = 1e12;

/** Entries lose half of their weight with so many further answers, and with so many milliseconds between answers. */
const HALF_LIFE = 32;
const HALF_LIFE_MS = 10_000;
/** Older than this, in half lives, is nothing. */
const FORGOTTEN = 60;

/**
 * A histogram with logarithmic buckets that forgets by count and by time. It is quick to believe in slowness (5 % of the
 * weight, 3 slow answers of the last 46, move the p95) and slow to believe in speed (about 140 fast ones take it back, or a
 * few after a minute and a half): part of what keeps the choice from flapping.
 */
export class LatencyEstimate {
  readonly #weights = new Float64Array(BUCKETS);
  #unit = 1;
  #total = 0;
  #sum = 0;
  #count = 0;
  #at: number | undefined;

  /** Answers seen. */
  get count(): number {
    return this.#count;
  }

  /** Adds an answer that took `ms`, at the time `now`; what is not a number from 0 on is left out. */
  add(ms: number, now: number): void {
    if (!(ms >= 0) || ms === Number.POSITIVE_INFINITY) return;
    const passed = (now - (this.#at ?? now)) / HALF_LIFE_MS;
    this.#at = now;
    this.#unit *= 2 ** Math.min(FORGOTTEN, 1 / HALF_LIFE + passed);
    if (this.#unit > LARGEST_UNIT) this.#rescale();
    const bucket = bucketOf(ms);
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + this.#unit;
    this.#total += this.#unit;
    this.#sum += this.#unit * ms;
    this.#count++;
  }

  /** Decayed mean; 0 before the first answer. */
  get mean(): number {
    return this.#total === 0 ? 0 : this.#sum / this.#total;
  }

  /** The latency that a share of the answers does not exceed; 0 before the first answer. */
  quantile(share: number): number {
    let below = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      below += this.#weights[bucket] ?? 0;
      if (below >= share * this.#total && below > 0) return middleOf(bucket);
    }
    return 0;
  }

  summary(): LatencySummary {
    return { count: this.#count, mean: this.mean, p50: this.quantile(0.5), p95: this.quantile(0.95) };
  }

  #rescale(): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#weights[bucket] = (this.#weights[bucket] ?? 0) / this.#unit;
    }
    this.#total /= this.#unit;
    this.#sum /= this.#unit;
    this.#unit = 1;
  }
}

function bucketOf(ms: number): number {
  if (ms <= FIRST) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / FIRST) / Math.log(GROWTH)));
}

/** Geometric middle of a bucket. */
function middleOf(bucket: number): number {
  return FIRST * GROWTH ** (bucket - 0.5);
}
