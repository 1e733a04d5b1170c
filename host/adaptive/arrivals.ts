/** How many requests come, and how much work they would be. */

/** Requests a millisecond, over the last few seconds: each request counts e^(-age / window). */
export class ArrivalRate {
  readonly #windowMs: number;
  #weight = 0;
  #at = 0;
  #since: number | undefined;

  constructor(windowMs = 5000) {
    this.#windowMs = windowMs;
  }

  add(now: number): void {
    this.#since ??= now;
    this.#weight = this.#weightAt(now) + 1;
    this.#at = now;
  }

  /** Requests a millisecond; 0 until a tenth of the window has been seen. */
  perMs(now: number): number {
    const seen = this.#since === undefined ? 0 : now - this.#since;
    if (seen < this.#windowMs / 10) return 0;
    // Of a window that is not full yet, only the part that was seen counts.
    return this.#weightAt(now) / (this.#windowMs * (1 - Math.exp(-seen / this.#windowMs)));
  }

  #weightAt(now: number): number {
    return this.#weight * Math.exp(-(now - this.#at) / this.#windowMs);
  }
}
