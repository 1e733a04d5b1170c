import { arenaAlloc, arenaMark, arenaRelease } from '../../assembly/memory/arena';
import { topK } from '../../assembly/kernels/topk';
import { difference, hardFloats, random, seed, softFloats } from './support/data';

/** By definition: place after place the best index not yet taken, the first of equals, NaN last. */
function slow(scores: usize, n: i32, factor: f32, k: i32, rows: usize): void {
  const used = arenaAlloc(n + 1);
  memory.fill(used, 0, n);
  for (let place = 0; place < k; place++) {
    let best = -1;
    let most: f32 = 0;
    for (let i = 0; i < n; i++) {
      const x = load<f32>(scores + (i << 2)) * factor;
      if (load<u8>(used + i) || !(best < 0 || x > most || (x == x && most != most))) continue;
      best = i;
      most = x;
    }
    store<u8>(used + best, 1);
    store<i32>(rows + (place << 3), best);
    store<f32>(rows + (place << 3), most, 4);
  }
}

/** Many equal scores, both zeros. */
function coarse(n: i32): usize {
  const block = arenaAlloc(n * 4);
  for (let i = 0; i < n; i++) {
    const score = <f32>random(4) - 2;
    store<f32>(block + (i << 2), random(3) == 0 ? <f32>NaN : random(2) == 0 ? -score : score);
  }
  return block;
}

describe('top-k', () => {
  it('is the definition: ties, NaN, infinities, k from 0 to n, with a factor', () => {
    seed(51);
    for (let round = 0; round < 600; round++) {
      const mark = arenaMark();
      const n = 1 + <i32>random(round % 10 == 0 ? 700 : 60);
      const k = <i32>random(round % 7 == 0 ? n + 1 : min(n, 12) + 1);
      const scores = round % 3 == 0 ? coarse(n) : round % 3 == 1 ? hardFloats(n, 4) : softFloats(n, 9);
      const factor: f32 = round % 5 == 0 ? 1e-43 : round % 5 == 1 ? 0.37 : 1;
      const expected = arenaAlloc(k * 8);
      const rows = arenaAlloc(k * 8);
      slow(scores, n, factor, k, expected);
      expect(topK(scores, n, factor, k, rows)).toBe(k);
      expect(difference(expected, rows, k * 8)).toBe(-1);
      arenaRelease(mark);
    }
  });

  it('sorted either way, all equal', () => {
    const n = 5000;
    const scores = arenaAlloc(n * 4);
    const rows = arenaAlloc(n * 8);
    for (let order = -1; order <= 1; order++) {
      for (let i = 0; i < n; i++) store<f32>(scores + (i << 2), <f32>(i * order));
      for (let k = 10; k <= n; k += n - 10) {
        expect(topK(scores, n, 1, k, rows)).toBe(k);
        for (let i = 0; i < k; i++) assert(load<i32>(rows + (i << 3)) == (order > 0 ? n - 1 - i : i));
      }
    }
  });

  it('k above n, nothing at all', () => {
    const scores = softFloats(3, 1);
    const rows = arenaAlloc(80);
    expect(topK(scores, 3, 1, 9, rows)).toBe(3);
    expect(topK(scores, 0, 1, 5, rows)).toBe(0);
    expect(topK(scores, 3, 1, 0, rows)).toBe(0);
    expect(topK(scores, 3, 1, -1, rows)).toBe(0);
  });
});
