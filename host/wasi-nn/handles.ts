/** Numbers under which a guest knows things. */
import { NnError } from './errors.js';

/** Numbers for things: from 0 up, never used twice. */
export class HandleTable<T> {
  readonly #items = new Map<number, T>();
  #next = 0;
  /** The one that was asked for last: guests call one context again and again. */
  #latest: { readonly handle: number; readonly item: T } | undefined;

  constructor(
    readonly what: string,
    readonly limit: number,
  ) {}

  /** Throws `too_large` when there is no room; call it before costly work. */
  reserve(): void {
    if (this.#items.size >= this.limit || this.#next > 0xffff_ffff) {
      throw new NnError('too_large', `more than ${this.limit} of one kind (${this.what}) are open`);
    }
  }

  add(item: T): number {
    this.reserve();
    const handle = this.#next++;
    this.#items.set(handle, item);
    return handle;
  }

  get(handle: number): T {
    if (this.#latest?.handle === handle) return this.#latest.item;
    const item = this.#items.get(handle);
    if (item === undefined) throw new NnError('invalid_argument', `no ${this.what} has the number ${handle}`);
    this.#latest = { handle, item };
    return item;
  }

  remove(handle: number): T {
    const item = this.get(handle);
    this.#items.delete(handle);
    this.#latest = undefined;
    return item;
  }

  /** How many there are. */
  get size(): number {
    return this.#items.size;
  }

  values(): IterableIterator<T> {
    return this.#items.values();
  }

  clear(): void {
    this.#items.clear();
    this.#latest = undefined;
  }
}
