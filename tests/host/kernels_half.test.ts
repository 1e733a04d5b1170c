/**
 * binary16 and bfloat16, both forms of the kernels, against a reference in doubles: every 16-bit number, every point
 * where rounding changes and its neighbours, random f32.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { instantiateForTest, type TestGuest } from '../support/assembly.js';
import { Form } from '../support/kernel_pairs.js';

/** A binary format of 16 bits. */
interface Format {
  readonly name: string;
  readonly fromF32: string;
  readonly toF32: string;
  readonly mantissaBits: number;
  /** Of the smallest normal number. */
  readonly minExponent: number;
  readonly maxExponent: number;
}

const FORMATS: readonly Format[] = [
  {
    name: 'binary16',
    fromF32: 'f32ToF16',
    toF32: 'f16ToF32',
    mantissaBits: 10,
    minExponent: -14,
    maxExponent: 15,
  },
  {
    name: 'bfloat16',
    fromF32: 'f32ToBf16',
    toF32: 'bf16ToF32',
    mantissaBits: 7,
    minExponent: -126,
    maxExponent: 127,
  },
];

const floatBits = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
const bitsFloat = (bits: number) => new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;
const isNaNBits = (bits: number) => (bits & 0x7fffffff) > 0x7f800000;

/** f32 bits of a number of the format, by the definition of the format. */
function widened({ mantissaBits, minExponent, maxExponent }: Format, bits: number): number {
  const sign = bits >>> 15 ? -1 : 1;
  const exponent = ((bits & 0x7fff) >>> mantissaBits) + minExponent - 1;
  const mantissa = bits & (2 ** mantissaBits - 1);
  if (exponent > maxExponent) {
    const payload = mantissa === 0 ? 0 : 0x400000 | (mantissa << (23 - mantissaBits));
    return ((sign < 0 ? 0x80000000 : 0) | 0x7f800000 | payload) >>> 0;
  }
  const scale = 2 ** -mantissaBits;
  const value =
    exponent < minExponent ? mantissa * scale * 2 ** minExponent : (1 + mantissa * scale) * 2 ** exponent;
  return floatBits(sign * value);
}

/** Bits of the number of the format that is nearest to an f32, ties to even, by division into steps. */
function narrowed(format: Format, bits: number): number {
  const { mantissaBits, minExponent, maxExponent } = format;
  const sign = bits >>> 31 ? 0x8000 : 0;
  const infinity = (maxExponent - minExponent + 2) << mantissaBits;
  if (isNaNBits(bits)) {
    const payload = (bits >>> (23 - mantissaBits)) & (2 ** mantissaBits - 1);
    return sign | infinity | payload | (1 << (mantissaBits - 1));
  }
  const value = Math.abs(bitsFloat(bits));
  if (value === Number.POSITIVE_INFINITY) return sign | infinity;
  // Below 2^-126 the exponent field is 0; such f32 are below the smallest normal number of both formats.
  const exponent = Math.max(((bits >>> 23) & 255) - 127, minExponent);
  // Exact: a double holds every f32 divided by a power of two.
  const steps = value / 2 ** (exponent - mantissaBits);
  const floor = Math.floor(steps);
  const up = steps - floor > 0.5 || (steps - floor === 0.5 && floor % 2 === 1);
  // 2^mantissaBits steps are the hidden bit; a carry goes into the exponent, and from the largest one to infinity.
  const whole = floor + (up ? 1 : 0);
  return sign | Math.min(infinity, ((exponent - minExponent) << mantissaBits) + whole);
}

/** Every f32 where the nearest number changes, every number itself, their neighbours, and random bits. */
function hardInputs(format: Format): Uint32Array {
  const inputs: number[] = [0x7f800001, 0x7fbfffff, 0x7fc00000, 0x7fffffff, 0xff800001, 0xffc12345];
  const last = (format.maxExponent - format.minExponent + 2) << format.mantissaBits;
  for (let bits = 0; bits < last; bits++) {
    const low = bitsFloat(widened(format, bits));
    // The step above the largest number counts as if the format went on.
    const high = bits + 1 < last ? bitsFloat(widened(format, bits + 1)) : 2 ** (format.maxExponent + 1);
    for (const value of [low, (low + high) / 2]) {
      const at = floatBits(value);
      for (const near of [at - 1, at, at + 1]) if (near >= 0) inputs.push(near, (near | 0x80000000) >>> 0);
    }
  }
  let state = 7;
  for (let i = 0; i < 200_000; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    inputs.push(state);
  }
  return Uint32Array.from(inputs);
}

let guest: TestGuest;
before(async () => {
  guest = await instantiateForTest('assembly/entries/kernel_pairs_testing.ts');
  guest.memory.grow(1);
});

for (const form of ['scalar', 'simd'] as const) {
  for (const format of FORMATS) {
    describe(`${form} ${format.name}`, () => {
      test('all 65536 numbers to f32', () => {
        const run = new Form(form, guest, 1);
        const dst = run.output(65536 * 4);
        const source = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
        run.call(format.toF32, run.place(source), 65536, dst);
        const got = new Uint32Array(run.read(dst, 65536 * 4).buffer);
        const wanted = Uint32Array.from(source, (bits) => widened(format, bits));
        assert.deepEqual(got, wanted);
      });

      test('f32 at every boundary, and random ones', () => {
        const run = new Form(form, guest, 1);
        const source = hardInputs(format);
        const dst = run.output(source.length * 2);
        run.call(format.fromF32, run.place(source), source.length, dst);
        const got = new Uint16Array(run.read(dst, source.length * 2).buffer);
        for (const [i, bits] of source.entries()) {
          const wanted = narrowed(format, bits);
          if (got[i] !== wanted)
            assert.fail(`f32 ${bits.toString(16)}: ${got[i]?.toString(16)}, not ${wanted.toString(16)}`);
        }
      });
    });
  }
}
