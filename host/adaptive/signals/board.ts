/** The latest readings of all signals. */
import { whyUnread } from './machine.js';
import type { Reading, Signal } from './signal.js';

/** Latest values by name; what is absent is not there. */
export type SignalValues = Readonly<Record<string, number>>;

/** What {@link SignalBoard.stats} says of one signal. */
export type SignalStats = Reading & { unit: Signal['unit'] };

/**
 * Signals are read in the background when a decision finds the readings too old: no decision waits for a file, and no timer
 * keeps the process alive.
 */
export class SignalBoard {
  readonly #signals: readonly Signal[];
  readonly #everyMs: number;
  readonly #readings = new Map<string, Reading>();
  #values: SignalValues = {};
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(signals: readonly Signal[], everyMs: number) {
    this.#signals = signals;
    this.#everyMs = everyMs;
  }

  /** The latest values; new ones are fetched for the next call when these are old. */
  values(now: number): SignalValues {
    if (now - this.#readAt >= this.#everyMs) {
      this.#readAt = now;
      void this.refresh();
    }
    return this.#values;
  }

  /** Reads all signals now. Never rejects. */
  refresh(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  stats(): Record<string, SignalStats> {
    return Object.fromEntries(
      this.#signals.map(({ name, unit }) => [
        name,
        { ...(this.#readings.get(name) ?? { absent: 'not read yet' }), unit },
      ]),
    );
  }

  async #readAll(): Promise<void> {
    await Promise.all(
      this.#signals.map(async (signal) => {
        this.#readings.set(signal.name, await readingOf(signal));
      }),
    );
    const values: Record<string, number> = {};
    for (const [name, reading] of this.#readings) if ('value' in reading) values[name] = reading.value;
    this.#values = values;
  }
}

async function readingOf(signal: Signal): Promise<Reading> {
  try {
    const reading = await signal.read();
    return 'value' in reading && !Number.isFinite(reading.value)
      ? { absent: `not a number (${reading.value})` }
      : reading;
  } catch (error) {
    return { absent: whyUnread(error) };
  }
}
