/**
 * Scalar and SIMD form of a kernel on the same data: what both forms give must be the same bytes, and neither may
 * write behind its output. The forms come from assembly/entries/kernel_pairs_testing.ts, which exports `scalar_NAME`
 * and `simd_NAME`; tests/support/kernel_pairs/ lists the pairs by operation.
 */
import assert from 'node:assert/strict';
import type { TestGuest } from './assembly.js';

/** One kernel as each of its two forms runs it. */
export interface KernelPair {
  /** What the test is called. */
  readonly name: string;
  /** Elements a run; default {@link SIZES}. */
  readonly sizes?: readonly number[];
  /**
   * Runs the kernel on `size` elements and gives all that it wrote, by {@link Form.read} or {@link Form.readFloats}.
   * Data comes from the form's generator, which begins alike for both forms.
   */
  run(form: Form, size: number): Uint8Array;
}

/** None, one, every rest of a vector of 16 and of 32, and some that are long. */
export const SIZES: readonly number[] = [...Array(70).keys(), 127, 128, 129, 255, 1000];

const GUARD = 16;
const MARK = 0xa5;
/** f32 that arithmetic is likely to get wrong: bits. */
const HARD_FLOATS = [
  0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x00800000, 0x3f800000, 0xbf800000, 0x3f000000,
  0x3fc00000, 0xbf000000, 0x4b000000, 0x4f000000, 0xcf000000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000,
  0x7fc00000, 0xffc00000, 0x7f800001, 0xff812345, 0x477fe000, 0x477fefff, 0x477ff000, 0x33000000, 0x33000001,
  0x38800000, 0x387fffff,
];

/** One form of the kernels, with memory and data for one run. */
export class Form {
  readonly #guest: TestGuest;
  readonly #outputs: { at: number; length: number }[] = [];
  #state: number;

  constructor(
    readonly name: 'scalar' | 'simd',
    guest: TestGuest,
    seed: number,
  ) {
    this.#guest = guest;
    this.#state = seed >>> 0;
  }

  /** Calls this form of a kernel. */
  call(kernel: string, ...args: number[]): number {
    return this.callShared(`${this.name}_${kernel}`, ...args);
  }

  /** Calls a function that both forms share. */
  callShared(name: string, ...args: number[]): number {
    const fn = this.#guest.call[name];
    assert.ok(fn, `kernel_pairs_testing.ts exports no ${name}`);
    return fn(...args);
  }

  /** An integer of 0 .. below - 1. */
  random(below: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * below);
  }

  /** Random bytes; every fourth block holds only 0 and 255. */
  randomBytes(count: number): Uint8Array {
    const extremes = this.random(4) === 0;
    return Uint8Array.from({ length: count }, () => (extremes ? this.random(2) * 255 : this.random(256)));
  }

  /** f32 of many kinds: ordinary ones, halves, any bits, subnormal, zero, infinite, NaN. */
  hardFloats(count: number): Float32Array {
    const values = new Float32Array(count);
    const bits = new Uint32Array(values.buffer);
    for (let i = 0; i < count; i++) {
      const kind = this.random(8);
      if (kind < 3) values[i] = (this.random(2_000_001) - 1_000_000) / 10_000;
      else if (kind === 3) values[i] = (this.random(601) - 300) / 2;
      else if (kind === 4) bits[i] = this.random(2 ** 32);
      else if (kind === 5) values[i] = (this.random(2_000_001) - 1_000_000) * 2 ** (this.random(40) - 44);
      else bits[i] = HARD_FLOATS[this.random(HARD_FLOATS.length)] ?? 0;
    }
    return values;
  }

  /** Copies data into the guest, `offset` bytes past a multiple of 16 (by chance, if not given); its address. */
  place(data: ArrayBufferView, offset: number = this.random(16)): number {
    const at = this.#alloc(data.byteLength + offset) + offset;
    new Uint8Array(this.#guest.memory.buffer, at).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    return at;
  }

  /** Room for `length` bytes that a kernel writes, or a copy of `data` that it works on in place, watched around. */
  output(content: number | Uint8Array, offset: number = this.random(16)): number {
    const length = typeof content === 'number' ? content : content.length;
    const at = this.#alloc(length + offset + 2 * GUARD) + offset + GUARD;
    new Uint8Array(this.#guest.memory.buffer, at - GUARD, length + 2 * GUARD).fill(MARK);
    if (typeof content !== 'number') new Uint8Array(this.#guest.memory.buffer, at).set(content);
    this.#outputs.push({ at, length });
    return at;
  }

  /** A copy of `length` bytes. */
  read(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#guest.memory.buffer).slice(at, at + length);
  }

  /** A copy of `count` f32, every NaN as 0x7fc00000: the payload of a NaN is not a part of any contract. */
  readFloats(at: number, count: number): Uint8Array {
    const bytes = this.read(at, count * 4);
    const values = new Float32Array(bytes.buffer);
    for (const [i, value] of values.entries()) if (Number.isNaN(value)) values[i] = Number.NaN;
    return bytes;
  }

  #alloc(bytes: number): number {
    const at = this.#guest.call.arenaAlloc?.(bytes) ?? 0;
    assert.notEqual(at, 0, 'no memory');
    return at;
  }

  /** Fails when bytes around an output were written. */
  checkGuards(): void {
    for (const { at, length } of this.#outputs) {
      const around = [...this.read(at - GUARD, GUARD), ...this.read(at + length, GUARD)];
      assert.ok(
        around.every((byte) => byte === MARK),
        `${this.name} wrote outside of its output`,
      );
    }
  }
}

/** Runs both forms of a pair over all its sizes; fails at the first difference. */
export function checkPair(pair: KernelPair, guest: TestGuest): void {
  for (const size of pair.sizes ?? SIZES) {
    const [scalar, simd] = (['scalar', 'simd'] as const).map((name) => {
      const mark = guest.call.arenaMark?.() ?? 0;
      const form = new Form(name, guest, seedOf(`${pair.name} ${size}`));
      const bytes = pair.run(form, size);
      form.checkGuards();
      guest.call.arenaRelease?.(mark);
      return bytes;
    }) as [Uint8Array, Uint8Array];
    assert.equal(simd.length, scalar.length);
    const place = scalar.findIndex((byte, i) => byte !== simd[i]);
    assert.ok(
      place === -1,
      `${pair.name} of ${size}: byte ${place} is ${scalar[place]} scalar, ${simd[place]} SIMD`,
    );
  }
}

/** FNV-1a. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
