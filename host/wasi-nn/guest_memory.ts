/** Checked access to the memory of a guest. Every pointer and length is the guest's word: nothing is believed. */
import { NnError } from './errors.js';

/** A linear memory, as `WebAssembly.Memory` is one: `buffer` is another object after it has grown. */
export interface MemoryLike {
  readonly buffer: ArrayBufferLike;
}

/**
 * The memory of one instance. Views are made again whenever the memory has grown.
 * Pointers are u32 handed over as i32; sums are taken in double precision, where 2^33 does not overflow.
 */
export class GuestMemory {
  #memory: MemoryLike | undefined;
  #buffer: ArrayBufferLike = new ArrayBuffer(0);
  #view = new DataView(this.#buffer);
  #bytes = new Uint8Array(this.#buffer);

  /** Sets the memory that pointers are about. */
  bind(memory: MemoryLike): void {
    this.#memory = memory;
    this.#refresh();
  }

  /** The buffer of now; a grown memory has another one. */
  get buffer(): ArrayBufferLike {
    return this.#refresh().buffer;
  }

  /** `length` bytes at `pointer`, not copied. Throws `missing_memory` or `invalid_argument`. */
  bytes(pointer: number, length: number): Uint8Array {
    const at = this.#check(pointer, length);
    return new Uint8Array(this.#buffer, at, length >>> 0);
  }

  /** Checks that `length` bytes at `pointer` are inside. */
  check(pointer: number, length: number): void {
    this.#check(pointer, length);
  }

  u8(pointer: number): number {
    const at = this.#check(pointer, 1);
    return this.#view.getUint8(at);
  }

  u32(pointer: number): number {
    const at = this.#check(pointer, 4);
    return this.#view.getUint32(at, true);
  }

  setU32(pointer: number, value: number): void {
    const at = this.#check(pointer, 4);
    this.#view.setUint32(at, value, true);
  }

  /** Copies bytes of the host to `pointer`. */
  put(pointer: number, bytes: Uint8Array): void {
    const at = this.#check(pointer, bytes.byteLength);
    this.#bytes.set(bytes, at);
  }

  /** UTF-8 text; at most `limit` bytes of it. */
  text(pointer: number, length: number, limit: number): string {
    if (length >>> 0 > limit)
      throw new NnError('invalid_argument', `a name of ${length >>> 0} bytes is too long`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes(pointer, length).slice());
    } catch (error) {
      if (error instanceof NnError) throw error;
      throw new NnError('invalid_argument', 'a name is not UTF-8');
    }
  }

  #refresh(): DataView {
    if (this.#memory === undefined)
      throw new NnError('missing_memory', 'no memory is bound: call bind() first');
    const buffer = this.#memory.buffer;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#view = new DataView(buffer);
      this.#bytes = new Uint8Array(buffer);
    }
    return this.#view;
  }

  #check(pointer: number, length: number): number {
    const at = pointer >>> 0;
    const size = length >>> 0;
    const view = this.#refresh();
    if (at + size > view.byteLength) {
      throw new NnError(
        'invalid_argument',
        `${size} bytes at ${at} are outside the guest's ${view.byteLength} bytes`,
      );
    }
    return at;
  }
}
