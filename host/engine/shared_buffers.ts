/** Shared memory in which pictures travel to workers: taken, given back, used again. */

const SMALLEST = 65536;

/** Bytes in shared memory; `release` gives the memory back, once. */
export interface SharedBytes {
  bytes: Uint8Array;
  release(): void;
}

/** Buffers of powers of two. Those that are given back are kept up to `spare`, the smallest go first. */
export class SharedBuffers {
  readonly #free: SharedArrayBuffer[] = [];
  #bytes = 0;
  #highWater = 0;

  constructor(readonly spare: number) {}

  /** Bytes held now, in use or spare. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Most bytes that were ever held. */
  get highWater(): number {
    return this.#highWater;
  }

  /** `size` bytes of undefined content. */
  take(size: number): SharedBytes {
    const fits = this.#free.findIndex((buffer) => buffer.byteLength >= size);
    const buffer = fits >= 0 ? (this.#free.splice(fits, 1)[0] as SharedArrayBuffer) : this.#allocate(size);
    let taken = true;
    return {
      bytes: new Uint8Array(buffer, 0, size),
      release: () => {
        if (taken) this.#giveBack(buffer);
        taken = false;
      },
    };
  }

  /** The same bytes in shared memory: those that are there already are not copied. */
  share(bytes: Uint8Array): SharedBytes {
    if (bytes.buffer instanceof SharedArrayBuffer) return { bytes, release: () => {} };
    const shared = this.take(bytes.byteLength);
    shared.bytes.set(bytes);
    return shared;
  }

  #allocate(size: number): SharedArrayBuffer {
    const buffer = new SharedArrayBuffer(Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(size))));
    this.#bytes += buffer.byteLength;
    this.#highWater = Math.max(this.#highWater, this.#bytes);
    return buffer;
  }

  /** Keeps the free buffers sorted by size: the first that fits is the smallest. */
  #giveBack(buffer: SharedArrayBuffer): void {
    const place = this.#free.findIndex((other) => other.byteLength >= buffer.byteLength);
    this.#free.splice(place < 0 ? this.#free.length : place, 0, buffer);
    if (this.#free.length > this.spare) this.#bytes -= this.#free.shift()?.byteLength ?? 0;
  }
}
