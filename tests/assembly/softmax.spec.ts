import { arenaAlloc, arenaMark, arenaRelease } from '../../assembly/memory/arena';
import { logSoftmax, softmax } from '../../assembly/kernels/softmax';
import { expF32, logF64 } from '../../assembly/kernels/softmax/math';
import * as plain from '../../assembly/kernels/softmax/scalar';
import * as simd from '../../assembly/kernels/softmax/simd';
import { difference, floatDifference, hardFloats, marked, random, seed, softFloats } from './support/data';

function floats(a: f32, b: f32, c: f32, d: f32, e: f32): usize {
  const block = arenaAlloc(36);
  store<f32>(block, a);
  store<f32>(block, b, 4);
  store<f32>(block, c, 8);
  store<f32>(block, d, 12);
  store<f32>(block, e, 16);
  return block;
}

function expectFloats(block: usize, a: f32, b: f32, c: f32, d: f32, e: f32): void {
  expect(floatDifference(block, floats(a, b, c, d, e), 5)).toBe(-1);
}

const INF: f32 = Infinity;
const NOT: f32 = NaN;

describe('softmax', () => {
  it('scalar == SIMD: every pass, 0..40 elements and 1000, hard and soft values', () => {
    seed(41);
    for (let round = 0; round < 120; round++) {
      const n = round < 82 ? round >> 1 : 1000;
      const mark = arenaMark();
      const src = round & 1 ? hardFloats(n, <i32>random(4) * 4) : softFloats(n, 40);
      const a = marked(n * 4);
      const b = marked(n * 4);
      const top = plain.greatest(src, n);
      expect(simd.greatest(src, n)).toBe(top);
      expect(simd.countNaN(src, n)).toBe(plain.countNaN(src, n));
      const sum = plain.exponentials(src, n, top, 1.5, a);
      expect(reinterpret<u64>(simd.exponentials(src, n, top, 1.5, b))).toBe(reinterpret<u64>(sum));
      expect(difference(a, b, n * 4 + 48)).toBe(-1);
      plain.scaleAll(a, n, 3.25);
      simd.scaleAll(b, n, 3.25);
      expect(difference(a, b, n * 4 + 48)).toBe(-1);
      plain.logarithms(src, n, top, 0.7, 1.25, a);
      simd.logarithms(src, n, top, 0.7, 1.25, b);
      expect(floatDifference(a, b, n)).toBe(-1);
      plain.sigmoid(src, n, a);
      simd.sigmoid(src, n, b);
      expect(difference(a, b, n * 4 + 48)).toBe(-1);
      arenaRelease(mark);
    }
  });

  it('sums to 1 within 1e-6, any size and temperature', () => {
    seed(42);
    for (let round = 0; round < 60; round++) {
      const n = 1 + <i32>random(round % 10 == 0 ? 30000 : 1500);
      const mark = arenaMark();
      const src = softFloats(n, <f32>random(50));
      expect(softmax(src, n, <f32>(<u32>1 + random(30)) / 10, src)).toBe(0);
      let sum: f64 = 0;
      for (let i = 0; i < n; i++) sum += <f64>load<f32>(src + (i << 2));
      expect(abs(sum - 1)).toBeLessThan(1e-6);
      arenaRelease(mark);
    }
  });

  it('what is not finite follows the documented rules', () => {
    const out = arenaAlloc(36);
    expect(softmax(floats(1, NOT, 1, -INF, 1), 5, 1, out)).toBe(1);
    const third: f32 = <f32>1 / 3;
    expectFloats(out, third, 0, third, 0, third);
    expect(softmax(floats(INF, 5, INF, NOT, -INF), 5, 1, out)).toBe(1);
    expectFloats(out, 0.5, 0, 0.5, 0, 0);
    softmax(floats(-INF, -INF, -INF, -INF, NOT), 5, 1, out);
    expectFloats(out, 0.25, 0.25, 0.25, 0.25, 0);
    expect(softmax(floats(NOT, NOT, NOT, NOT, NOT), 5, 1, out)).toBe(5);
    expectFloats(out, NOT, NOT, NOT, NOT, NOT);
    softmax(floats(3e38, -3e38, 0, 0, 0), 5, 1, out);
    expectFloats(out, 1, 0, 0, 0, 0);
    expect(softmax(out, 0, 1, out)).toBe(0);
    expect(softmax(out, 5, 0, out)).toBe(-1);
    expect(softmax(out, 5, NOT, out)).toBe(-1);
  });

  it('log-softmax is the logarithm, without underflow', () => {
    const out = arenaAlloc(36);
    const scratch = arenaAlloc(36);
    logSoftmax(floats(0, -500, 0, NOT, -INF), 5, 1, scratch, out);
    const half: f32 = <f32>-0.6931471805599453;
    expectFloats(out, half, -500 + half, half, -INF, -INF);
    logSoftmax(floats(INF, 0, INF, 0, 0), 5, 1, scratch, out);
    expectFloats(out, half, -INF, half, -INF, -INF);
  });

  it('exp and log are accurate', () => {
    let worst: f64 = 0;
    for (let x: f32 = 0; x > -87.3; x -= 0.00317) {
      const exact = Math.exp(x);
      worst = max(worst, abs(<f64>expF32(x) - exact) / exact);
    }
    expect(worst).toBeLessThan(1.3e-7);
    for (let x: f64 = 1; x < 1e6; x *= 1.0371) expect(abs(logF64(x) - Math.log(x))).toBeLessThan(4e-15);
    expect(expF32(0)).toBe(1);
    expect(expF32(-200)).toBe(0);
  });

  it('sigmoid', () => {
    const out = arenaAlloc(36);
    simd.sigmoid(floats(0, INF, -INF, NOT, -200), 5, out);
    expectFloats(out, 0.5, 1, 0, NOT, 0);
  });
});
