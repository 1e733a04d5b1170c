import { arenaAlloc, arenaMark, arenaRelease } from '../../assembly/memory/arena';
import { INTEGER_I8, dequantizeChannels } from '../../assembly/kernels/quantize';
import * as plain from '../../assembly/kernels/quantize/scalar';
import * as simd from '../../assembly/kernels/quantize/simd';
import { difference, hardFloats, marked, random, randomBytes, seed } from './support/data';

function bytesOut(which: i32): i32 {
  return which < 2 ? 1 : 4;
}

function apply(which: i32, vector: bool, src: usize, n: i32, scale: f32, zero: i32, dst: usize): void {
  if (which == 0)
    vector ? simd.quantizeU8(src, n, scale, zero, dst) : plain.quantizeU8(src, n, scale, zero, dst);
  else if (which == 1) {
    vector
      ? simd.quantizeI8(src, n, scale, zero - 128, dst)
      : plain.quantizeI8(src, n, scale, zero - 128, dst);
  } else if (which == 2)
    vector ? simd.dequantizeU8(src, n, scale, zero, dst) : plain.dequantizeU8(src, n, scale, zero, dst);
  else if (which == 3) {
    vector
      ? simd.dequantizeI8(src, n, scale, zero - 128, dst)
      : plain.dequantizeI8(src, n, scale, zero - 128, dst);
  } else if (which == 4)
    vector ? simd.dequantizeI16(src, n, scale, zero, dst) : plain.dequantizeI16(src, n, scale, zero, dst);
  else if (which == 5)
    vector ? simd.dequantizeI32(src, n, scale, zero, dst) : plain.dequantizeI32(src, n, scale, zero, dst);
  else if (which == 6) vector ? simd.f64ToF32(src, n, dst) : plain.f64ToF32(src, n, dst);
  else if (which == 7) vector ? simd.i32ToF32(src, n, dst) : plain.i32ToF32(src, n, dst);
  else vector ? simd.i64ToF32(src, n, dst) : plain.i64ToF32(src, n, dst);
}

describe('number formats', () => {
  it('scalar == SIMD: every kernel, 0..40 elements and 1000, unaligned, hard values', () => {
    seed(31);
    for (let which = 0; which <= 8; which++) {
      for (let round = 0; round < 60; round++) {
        const n = round < 41 ? round : 1000;
        const mark = arenaMark();
        const offset = <i32>random(16);
        const floats = which < 2;
        const src = floats ? hardFloats(n, offset) : randomBytes(n * 8, offset);
        const scale: f32 = round & 1 ? 0.5 : (<f32>random(1000) + 1) / 997;
        const zero = <i32>random(256);
        const bytes = n * bytesOut(which);
        const a = marked(bytes, round & 7);
        const b = marked(bytes, round & 7);
        apply(which, false, src, n, scale, zero, a);
        apply(which, true, src, n, scale, zero, b);
        expect(difference(a, b, bytes + 40)).toBe(-1);
        arenaRelease(mark);
      }
    }
  });

  it('quantise: half to even, saturation, NaN', () => {
    const src = arenaAlloc(64);
    const values: StaticArray<f32> = [
      0.5,
      1.5,
      2.5,
      -0.5,
      -1.5,
      1e30,
      -1e30,
      <f32>Infinity,
      <f32>-Infinity,
      <f32>NaN,
    ];
    const wanted: StaticArray<u8> = [10, 12, 12, 10, 8, 255, 0, 255, 0, 10];
    for (let i = 0; i < 10; i++) store<f32>(src + (i << 2), values[i]);
    const dst = arenaAlloc(16);
    simd.quantizeU8(src, 10, 1, 10, dst);
    for (let i = 0; i < 10; i++) expect(load<u8>(dst + i)).toBe(wanted[i]);
  });

  it('per channel: [2][3][5] with a scale and zero point each', () => {
    const src = randomBytes(30);
    const scales = arenaAlloc(12);
    const zeros = arenaAlloc(12);
    for (let c = 0; c < 3; c++) {
      store<f32>(scales + (c << 2), <f32>(c + 1) / 3);
      store<i32>(zeros + (c << 2), c - 1);
    }
    const dst = arenaAlloc(120);
    dequantizeChannels(INTEGER_I8, src, 2, 3, 5, scales, zeros, dst);
    for (let i = 0; i < 30; i++) {
      const c = (i / 5) % 3;
      expect(load<f32>(dst + (i << 2))).toBe(<f32>(<i32>load<i8>(src + i) - (c - 1)) * (<f32>(c + 1) / 3));
    }
  });
});
