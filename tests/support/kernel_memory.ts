/** Kernels of assembly/entries/kernel_testing.ts with data in their memory, and the generator of scripts/golden/postprocess.py. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { instantiateForTest, type TestGuest } from './assembly.js';

/** An instance whose memory is given back after each run. */
export class KernelMemory {
  readonly #guest: TestGuest;

  private constructor(guest: TestGuest) {
    this.#guest = guest;
  }

  static async load(): Promise<KernelMemory> {
    return new KernelMemory(await instantiateForTest('assembly/entries/kernel_testing.ts'));
  }

  /** Runs `body` and drops all memory that it took. */
  run<T>(body: () => T): T {
    const mark = this.call('arenaMark');
    try {
      return body();
    } finally {
      this.call('arenaRelease', mark);
    }
  }

  call(kernel: string, ...args: number[]): number {
    const fn = this.#guest.call[kernel];
    assert.ok(fn, `kernel_testing.ts exports no ${kernel}`);
    return fn(...args);
  }

  alloc(bytes: number): number {
    const at = this.call('arenaAlloc', bytes);
    assert.notEqual(at, 0, 'no memory');
    return at;
  }

  /** Copies data in; its address. */
  place(data: ArrayBufferView): number {
    const at = this.alloc(data.byteLength);
    new Uint8Array(this.#guest.memory.buffer, at).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    return at;
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#guest.memory.buffer).slice(at, at + length);
  }

  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.bytes(at, count * 4).buffer);
  }

  integers(at: number, count: number): Int32Array {
    return new Int32Array(this.bytes(at, count * 4).buffer);
  }

  /** Rows {i32, f32}, as topK writes them. */
  ranked(at: number, count: number): { readonly index: number; readonly value: number }[] {
    const [indices, values] = [this.integers(at, count * 2), this.floats(at, count * 2)];
    return Array.from({ length: count }, (_, i) => ({ index: indices[2 * i]!, value: values[2 * i + 1]! }));
  }
}

/** x = 1664525 x + 1013904223 mod 2^32, one state after the other. */
export class Generator {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  state(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state;
  }

  /** 0 to 1, exact in f32. */
  unit(): number {
    return (this.state() >>> 8) / 2 ** 24;
  }

  integer(below: number): number {
    return Math.floor(this.unit() * below);
  }

  /** f32 between -reach and reach. */
  logits(count: number, reach: number): Float32Array {
    return Float32Array.from({ length: count }, () => (this.unit() * 2 - 1) * reach);
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.state() >>> 24);
  }
}

export const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Fails unless both are as long and differ by at most `error` times the greater of 1 and the expected magnitude. */
export function assertClose(actual: ArrayLike<number>, expected: readonly number[], error: number): void {
  assert.equal(actual.length, expected.length);
  for (const [i, wanted] of expected.entries()) {
    const limit = error * Math.max(1, Math.abs(wanted));
    assert.ok(Math.abs(actual[i]! - wanted) <= limit, `${i}: ${actual[i]} instead of ${wanted}`);
  }
}
