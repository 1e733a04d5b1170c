/** Checked access to the memory of a guest. Every pointer and length is the guest's word: nothing is believed. */
import { NnError } from './errors.js';

/** Keeps no state between calls that give it all bytes at once. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A linear memory, as `WebAssembly.Memory` is one: `buffer` is another object after it has grown. */
export interface MemoryLike {
  readonly buffer: ArrayBufferLike;
}

/**
 * The memory of one instance. Pointers are u32 handed over as i32; sums are taken in double precision, where 2^33 does
 * not overflow.
 *
 * Memory that grows gets another buffer, and the old one has no length any more: a check that fails looks for a new
 * buffer before it refuses, so that calls in between need not ask for it (asking costs more than the rest of a check).
 */
export class GuestMemory {
  #memory: MemoryLike | undefined;
  #buffer: ArrayBufferLike = new ArrayBuffer(0);
  #view = new DataView(this.#buffer);
  #bytes = new Uint8Array(this.#buffer);
  #generation = 0;

  /** Sets the memory that pointers are about. */
  bind(memory: MemoryLike): void {
    this.#memory = memory;
    this.#refresh();
  }

  /** Counts the buffers that the memory has had: views made under another number are dead. */
  get generation(): number {
    if (this.#bytes.length === 0) this.#refresh();
    return this.#generation;
  }

  /** Checks that `length` bytes at `pointer` are inside; the pointer as an offset. Throws `missing_memory` or `invalid_argument`. */
  check(pointer: number, length: number): number {
    const at = pointer >>> 0;
    const size = length >>> 0;
    if (at + size > this.#bytes.length || this.#memory === undefined) this.#lookAgain(at, size);
    return at;
  }

  /** `length` bytes at `pointer`, not copied. */
  bytes(pointer: number, length: number): Uint8Array {
    const at = this.check(pointer, length);
    return new Uint8Array(this.#buffer, at, length >>> 0);
  }

  u8(pointer: number): number {
    return this.#view.getUint8(this.check(pointer, 1));
  }

  u32(pointer: number): number {
    return this.#view.getUint32(this.check(pointer, 4), true);
  }

  setU32(pointer: number, value: number): void {
    this.#view.setUint32(this.check(pointer, 4), value, true);
  }

  /** Copies bytes of the host to `pointer`. */
  put(pointer: number, bytes: Uint8Array): void {
    const at = this.check(pointer, bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Fills `target` with the bytes at `pointer`. */
  copyTo(target: Uint8Array, pointer: number): void {
    target.set(this.bytes(pointer, target.length));
  }

  /** UTF-8 text; at most `limit` bytes of it. */
  text(pointer: number, length: number, limit: number): string {
    if (length >>> 0 > limit)
      throw new NnError('invalid_argument', `a name of ${length >>> 0} bytes is too long`);
    const bytes = this.bytes(pointer, length).slice();
    try {
      return UTF8.decode(bytes);
    } catch {
      throw new NnError('invalid_argument', 'a name is not UTF-8');
    }
  }

  #lookAgain(at: number, size: number): void {
    this.#refresh();
    if (at + size <= this.#bytes.length) return;
    throw new NnError(
      'invalid_argument',
      `${size} bytes at ${at} are outside the guest's ${this.#bytes.length} bytes`,
    );
  }

  #refresh(): void {
    if (this.#memory === undefined)
      throw new NnError('missing_memory', 'no memory is bound: call bind() first');
    const buffer = this.#memory.buffer;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#generation++;
  }
}
