/** Counts that outlive a worker: shared memory, a row a target. */

/** Statuses 0 .. MOST_STATUSES - 1 have a count of their own, others share the last one. */
export const MOST_STATUSES = 512;
const DONE = 0;
const LAST_INDEX = 1;
const PEAK = 2;
const STATUSES = 4;
const ROW = STATUSES + MOST_STATUSES;

/** Counts of one worker; doubles, as they may pass 2^32. */
export class Tally {
  readonly buffer: SharedArrayBuffer;
  readonly #counts: Float64Array;

  constructor(targets: number, buffer = new SharedArrayBuffer(targets * ROW * 8)) {
    this.buffer = buffer;
    this.#counts = new Float64Array(buffer);
  }

  /** Input `index` of a target is begun; nothing is counted yet. */
  begin(target: number, index: number): void {
    // One more than the number: 0 means none.
    this.#counts[target * ROW + LAST_INDEX] = index + 1;
  }

  end(target: number, status: number, peak: number): void {
    const row = target * ROW;
    const slot = status >= 0 && status < MOST_STATUSES ? status : MOST_STATUSES - 1;
    this.#counts[row + STATUSES + slot]! += 1;
    this.#counts[row + DONE]! += 1;
    if (peak > this.#counts[row + PEAK]!) this.#counts[row + PEAK] = peak;
  }

  /** Inputs of a target that were looked at. */
  done(target: number): number {
    return this.#counts[target * ROW + DONE]!;
  }

  /** The input that was begun last, -1 for none. */
  lastIndex(target: number): number {
    return this.#counts[target * ROW + LAST_INDEX]! - 1;
  }

  peak(target: number): number {
    return this.#counts[target * ROW + PEAK]!;
  }

  count(target: number, status: number): number {
    return this.#counts[target * ROW + STATUSES + status]!;
  }

  /** A number that changes with every input: a worker that stands still has met one without end. */
  pulse(targets: number): string {
    return Array.from({ length: targets }, (_, i) => `${this.done(i)}/${this.lastIndex(i)}`).join(' ');
  }
}
