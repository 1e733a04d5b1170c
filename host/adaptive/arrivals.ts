/** How many requests come. */

/** Milliseconds over which requests are counted: a burst is seen in the short one, and not forgotten before the long one. */
const WINDOWS = [1000, 5000] as const;

/** Requests a millisecond, of whichever window says more: each request counts e^(-age / window). */
export class ArrivalRate {
  readonly #weights = WINDOWS.map(() => 0);
  #at = 0;
  #since: number | undefined;

  add(now: number): void {
    this.#since ??= now;
    for (const place of WINDOWS.keys()) this.#weights[place] = this.#weightAt(place, now) + 1;
    this.#at = now;
  }

  /** Requests a millisecond; 0 until a tenth of a window has been seen. */
  perMs(now: number): number {
    const seen = this.#since === undefined ? 0 : now - this.#since;
    const rates = WINDOWS.map((window, place) => {
      if (seen < window / 10) return 0;
      // Of a window that is not full yet, only the part that was seen counts.
      return this.#weightAt(place, now) / (window * (1 - Math.exp(-seen / window)));
    });
    return Math.max(...rates);
  }

  #weightAt(place: number, now: number): number {
    return (this.#weights[place] ?? 0) * Math.exp((this.#at - now) / (WINDOWS[place] ?? 1));
  }
}
