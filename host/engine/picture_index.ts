/** Hashes of pictures by key, side by side in memory: a look for one that is alike goes over all of them. */
import { bitCount } from './picture_hash.js';

/** High and low word of a hash. */
export type PictureHash = readonly [number, number];

/** Keys and the hashes of their pictures. */
export class PictureIndex {
  readonly #places = new Map<string, number>();
  readonly #keys: string[] = [];
  /** Two words a key, in the order of the keys. */
  #words = new Uint32Array(128);

  get size(): number {
    return this.#keys.length;
  }

  set(key: string, [high, low]: PictureHash): void {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#keys.push(key) - 1;
      this.#places.set(key, place);
      if (this.#words.length < this.#keys.length * 2) {
        const larger = new Uint32Array(this.#words.length * 2);
        larger.set(this.#words);
        this.#words = larger;
      }
    }
    this.#words[place * 2] = high;
    this.#words[place * 2 + 1] = low;
  }

  /** The last one takes the place of the one that goes. */
  delete(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    const last = this.#keys.pop() as string;
    if (last === key) return;
    this.#keys[place] = last;
    this.#places.set(last, place);
    this.#words.copyWithin(place * 2, this.#keys.length * 2, this.#keys.length * 2 + 2);
  }

  /** The key whose hash differs in the fewest bits, at most `most`. */
  nearest([high, low]: PictureHash, most: number): { key: string; distance: number } | undefined {
    let [best, least] = [-1, most + 1];
    for (let place = 0; place < this.#keys.length; place++) {
      const distance =
        bitCount(high ^ (this.#words[place * 2] as number)) +
        bitCount(low ^ (this.#words[place * 2 + 1] as number));
      if (distance >= least) continue;
      best = place;
      least = distance;
    }
    return best < 0 ? undefined : { key: this.#keys[best] as string, distance: least };
  }
}
