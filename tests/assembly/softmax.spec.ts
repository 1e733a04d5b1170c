import { arenaAlloc, arenaMark, arenaRelease } from '../../assembly/memory/arena';
import { logSoftmax, sigmoid, softmax, softmaxTopK } from '../../assembly/kernels/softmax';
import { expF32, logF64 } from '../../assembly/kernels/softmax/math';
import { topK } from '../../assembly/kernels/topk';
import { difference, floatDifference, hardFloats, random, seed, softFloats } from './support/data';

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
// 1e-39 has no reciprocal in f32.
const REFUSED_TEMPERATURES: StaticArray<f32> = [0, NOT, -1, INF, -INF, 1e-39];

describe('softmax', () => {
  it('sums to 1 within 1e-6, any size and temperature', () => {
    seed(42);
    for (let round = 0; round < 60; round++) {
      const n = 1 + <i32>random(round % 10 == 0 ? 30000 : 1500);
      const mark = arenaMark();
      const src = softFloats(n, <f32>random(50));
      expect(softmax(src, 1, n, <f32>(<u32>1 + random(30)) / 10, src)).toBe(true);
      let sum: f64 = 0;
      for (let i = 0; i < n; i++) sum += <f64>load<f32>(src + (i << 2));
      expect(abs(sum - 1)).toBeLessThan(1e-6);
      arenaRelease(mark);
    }
  });

  it('what is not finite follows the documented rules', () => {
    const out = arenaAlloc(36);
    softmax(floats(1, NOT, 1, -INF, 1), 1, 5, 1, out);
    const third: f32 = <f32>1 / 3;
    expectFloats(out, third, 0, third, 0, third);
    softmax(floats(INF, 5, INF, NOT, -INF), 1, 5, 1, out);
    expectFloats(out, 0.5, 0, 0.5, 0, 0);
    softmax(floats(-INF, -INF, -INF, -INF, NOT), 1, 5, 1, out);
    expectFloats(out, 0.25, 0.25, 0.25, 0.25, 0);
    softmax(floats(NOT, NOT, NOT, NOT, NOT), 1, 5, 1, out);
    expectFloats(out, NOT, NOT, NOT, NOT, NOT);
    softmax(floats(3e38, -3e38, 0, 0, 0), 1, 5, 1, out);
    expectFloats(out, 1, 0, 0, 0, 0);
    expect(softmax(out, 1, 0, 1, out)).toBe(true);
    for (let i = 0; i < 6; i++) expect(softmax(out, 1, 5, REFUSED_TEMPERATURES[i], out)).toBe(false);
    expectFloats(out, 1, 0, 0, 0, 0);
  });

  it('log-softmax is the logarithm, without underflow', () => {
    const out = arenaAlloc(36);
    const scratch = arenaAlloc(36);
    logSoftmax(floats(0, -500, 0, NOT, -INF), 1, 5, 1, scratch, out);
    const half: f32 = <f32>-0.6931471805599453;
    expectFloats(out, half, -500 + half, half, -INF, -INF);
    logSoftmax(floats(INF, 0, INF, 0, 0), 1, 5, 1, scratch, out);
    expectFloats(out, half, -INF, half, -INF, -INF);
  });

  it('rows are independent, in place or not', () => {
    seed(43);
    const src = hardFloats(7 * 19);
    const out = arenaAlloc(7 * 19 * 4);
    const row = arenaAlloc(19 * 4);
    expect(softmax(src, 7, 19, 2.5, out)).toBe(true);
    for (let i = 0; i < 7; i++) {
      softmax(src + i * 76, 1, 19, 2.5, row);
      expect(floatDifference(row, out + i * 76, 19)).toBe(-1);
    }
    expect(logSoftmax(src, 7, 19, 2.5, row, out)).toBe(true);
    softmax(src, 7, 19, 2.5, src);
    for (let i = 0; i < 7 * 19; i++) {
      const p = <f64>load<f32>(src + (i << 2));
      const q = <f64>load<f32>(out + (i << 2));
      if (p == p && p > 1e-30) expect(abs(Math.exp(q) - p)).toBeLessThan(1e-5 * p);
    }
  });

  it('softmax + top-k in one == softmax, then top-k: ties by rounding, by underflow, infinities, NaN', () => {
    seed(44);
    for (let round = 0; round < 400; round++) {
      const mark = arenaMark();
      const n = 1 + <i32>random(round % 10 == 0 ? 3000 : 100);
      const first = <i32>random(min(n, 3));
      const k = 1 + <i32>random(round & 1 ? 8 : n);
      // Near 1, many logits have the same probability; far apart, most have probability 0.
      const src =
        round % 4 == 0 ? hardFloats(n, 4) : softFloats(n, round % 4 == 1 ? 3e-6 : round % 4 == 2 ? 150 : 5);
      const scratch = arenaAlloc(n * 4);
      const fused = arenaAlloc(k * 8);
      const plain = arenaAlloc(k * 8);
      const kept = softmaxTopK(src, n, first, k, scratch, fused);
      softmax(src, 1, n, 1, scratch);
      if (kept < 0) {
        expect(load<f32>(scratch)).toBeNaN();
      } else {
        expect(topK(scratch + first * 4, n - first, 1, k, plain)).toBe(kept);
        expect(difference(plain, fused, kept * 8)).toBe(-1);
      }
      arenaRelease(mark);
    }
    expect(softmaxTopK(floats(NOT, NOT, NOT, NOT, NOT), 5, 0, 1, arenaAlloc(20), arenaAlloc(8))).toBe(-1);
  });

  it('exp and log are accurate', () => {
    let worst: f64 = 0;
    for (let x: f32 = 0; x > -87.3; x -= 0.00317) {
      const exact = Math.exp(x);
      worst = max(worst, abs(<f64>expF32(x) - exact) / exact);
    }
    expect(worst).toBeLessThan(1.3e-7);
    for (let x: f64 = 1; x < 1e6; x *= 1.0371) expect(abs(logF64(x) - Math.log(x))).toBeLessThan(4e-15);
    for (let x: f32 = 0; x < 88; x += 0.00317) {
      const exact = Math.exp(x);
      worst = max(worst, abs(<f64>expF32(x) - exact) / exact);
    }
    expect(worst).toBeLessThan(1.3e-7);
    expect(expF32(0)).toBe(1);
    expect(expF32(-200)).toBe(0);
  });

  it('sigmoid', () => {
    const out = arenaAlloc(36);
    sigmoid(floats(0, INF, -INF, NOT, -200), 5, out);
    expectFloats(out, 0.5, 1, 0, NOT, 0);
  });
});
