/** What may be spent: requests and bytes in any stretch of time. */
import type { Clock } from '../clock.js';

/** A sliding window over what was spent. */
export class Allowance {
  readonly #clock: Clock;
  readonly #limits: { requests: number; bytes: number; per: number };
  readonly #spent: { at: number; bytes: number }[] = [];
  #bytes = 0;

  constructor(clock: Clock, limits: { requests: number; bytes: number; per: number }) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Undefined when a request of so many bytes may be sent; otherwise why not. */
  refusal(bytes: number): string | undefined {
    this.#forget();
    const { requests, bytes: most, per } = this.#limits;
    const seconds = `${per / 1000} s`;
    if (this.#spent.length >= requests) return `the allowance of ${requests} requests in ${seconds} is spent`;
    if (this.#bytes + bytes > most) {
      return `${bytes} bytes are more than is left of ${most} bytes in ${seconds}`;
    }
    return undefined;
  }

  spend(bytes: number): void {
    this.#spent.push({ at: this.#clock.now(), bytes });
    this.#bytes += bytes;
  }

  #forget(): void {
    const since = this.#clock.now() - this.#limits.per;
    while ((this.#spent[0]?.at ?? Number.POSITIVE_INFINITY) <= since) {
      this.#bytes -= this.#spent.shift()?.bytes ?? 0;
    }
  }
}
