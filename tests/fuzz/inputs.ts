/** Input number n of a target, made from the run's seed alone: the same on every machine with the same seed files. */
import { seeded } from '../support/pictures.js';
import { Mutant, type Random } from './mutant.js';
import type { Target } from './target.js';

/** A well mixed 32-bit number of several. */
function mixed(...numbers: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const number of numbers) {
    hash = Math.imul(hash ^ number, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** Makes inputs of one target, one at a time. */
export class InputMaker {
  readonly seeds: readonly Uint8Array[];
  readonly #target: Target;
  readonly #salt: number;
  readonly #mutant = new Mutant();

  constructor(target: Target, seed: number) {
    this.#target = target;
    this.seeds = target.seeds();
    this.#salt = mixed(seed, ...Buffer.from(target.name));
  }

  /** Input `index`; the bytes are valid until the next call. The first ones are the seeds themselves. */
  make(index: number): Uint8Array {
    const m = this.#mutant;
    if (index < this.seeds.length) {
      m.load(this.seeds[index]!);
      return m.file;
    }
    const random: Random = seeded(mixed(this.#salt, index, Math.floor(index / 0x100000000)));
    m.load(this.seeds[random() % this.seeds.length]!);
    this.#target.mutate(m, random, this.seeds);
    return m.file;
  }
}
