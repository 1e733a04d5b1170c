/** Rounds in which the subjects take turns, so that whatever else the machine does slows all of them alike. */

/** Something that can be measured again and again: a sample is milliseconds, or more than that. */
export interface Measurable<T = number> {
  /** Runs once and says what it took. */
  sample(): Promise<T>;
}

/** How often, and what is told on the way. */
export interface RoundsOptions {
  /** Counted rounds, at least 1. */
  rounds: number;
  /** Rounds that are not counted. Default 1. */
  warmup?: number;
  signal?: AbortSignal;
  /** Hears the number of rounds that are done, warm-up not counted. */
  onRound?: (done: number) => void;
}

/**
 * Samples of every subject: first one, second one, ..., then the first again.
 *
 * @returns one list of `rounds` samples a subject, in the subjects' order
 * @example
 * const [ours, theirs] = await alternate([a, b], { rounds: 21 });
 */
export async function alternate<T>(
  subjects: readonly Measurable<T>[],
  { rounds, warmup = 1, signal, onRound }: RoundsOptions,
): Promise<T[][]> {
  const samples: T[][] = subjects.map(() => []);
  for (let round = -warmup; round < rounds; round++) {
    for (const [i, subject] of subjects.entries()) {
      signal?.throwIfAborted();
      const taken = await subject.sample();
      if (round >= 0) samples[i]?.push(taken);
    }
    if (round >= 0) onRound?.(round + 1);
  }
  return samples;
}
