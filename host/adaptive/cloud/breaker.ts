/** A circuit breaker: after a failure the server is left alone, and nobody waits for finding out whether it is back. */
import type { Clock } from '../clock.js';

/** `closed`: it is asked. `open`: it is not. `probing`: it is not, but a probe is under way. */
export type BreakerState = 'closed' | 'open' | 'probing';

/** The rest doubles with each failure up to so many times. */
const MOST_BACKOFF = 64;

/**
 * Opens at the first failure, for `cooldown` milliseconds, twice as long each time. When they are over the next request
 * starts a probe in the background and goes without; those after a probe that succeeded are let through (half open: one
 * failure opens it again, for longer; one success forgets all failures).
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #cooldown: number;
  readonly #probe: () => Promise<void>;
  #state: BreakerState = 'closed';
  #failures = 0;
  #until = 0;
  #why = '';
  #probing: Promise<void> = Promise.resolve();

  /** @param probe rejects while the server is not there */
  constructor(clock: Clock, cooldown: number, probe: () => Promise<void>) {
    this.#clock = clock;
    this.#cooldown = cooldown;
    this.#probe = probe;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** The probe that is under way, if one is. Never rejects. */
  get probing(): Promise<void> {
    return this.#probing;
  }

  /** Undefined when the server may be asked; otherwise why not. Never waits. */
  refusal(): string | undefined {
    if (this.#state === 'closed') return undefined;
    const rest = this.#until - this.#clock.now();
    if (this.#state === 'open' && rest <= 0) this.#startProbe();
    if (this.#state === 'probing') return `it is being looked whether the server is back (${this.#why})`;
    return `left alone for ${(rest / 1000).toFixed(1)} s more (${this.#why})`;
  }

  succeed(): void {
    this.#state = 'closed';
    this.#failures = 0;
  }

  fail(why: string): void {
    const backoff = Math.min(2 ** this.#failures, MOST_BACKOFF);
    this.#failures++;
    this.#state = 'open';
    this.#why = why;
    this.#until = this.#clock.now() + this.#cooldown * backoff;
  }

  #startProbe(): void {
    this.#state = 'probing';
    this.#probing = this.#probe().then(
      () => {
        if (this.#state === 'probing') this.#state = 'closed';
      },
      (error: unknown) => {
        if (this.#state === 'probing') this.fail(error instanceof Error ? error.message : String(error));
      },
    );
  }
}
