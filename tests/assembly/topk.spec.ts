import { arenaAlloc, arenaMark, arenaRelease } from '../../assembly/memory/arena';
import * as plain from '../../assembly/kernels/topk/scalar';
import * as simd from '../../assembly/kernels/topk/simd';
import { difference, hardFloats, marked, random, seed, softFloats } from './support/data';

/** k-th place by definition: the best index not yet taken, the first of equals, NaN last. */
function slow(scores: usize, n: i32, k: i32, indices: usize): void {
  const used = arenaAlloc(n + 1);
  memory.fill(used, 0, n);
  for (let place = 0; place < k; place++) {
    let best = -1;
    for (let i = 0; i < n; i++) {
      if (load<u8>(used + i)) continue;
      const x = load<f32>(scores + (i << 2));
      const y = best < 0 ? x : load<f32>(scores + (best << 2));
      if (best < 0 || x > y || (x == x && y != y)) best = i;
    }
    store<u8>(used + best, 1);
    store<i32>(indices + (place << 2), best);
  }
}

/** Many equal scores. */
function coarse(n: i32): usize {
  const block = arenaAlloc(n * 4);
  for (let i = 0; i < n; i++) store<f32>(block + (i << 2), <f32>random(4) - (random(3) == 0 ? <f32>NaN : 0));
  return block;
}

describe('top-k', () => {
  it('scalar == SIMD == definition: ties, NaN, infinities, k from 0 to n', () => {
    seed(51);
    for (let round = 0; round < 500; round++) {
      const mark = arenaMark();
      const n = 1 + <i32>random(round % 10 == 0 ? 700 : 40);
      const k = <i32>random(min(n, 50) + 1);
      const scores = round % 3 == 0 ? coarse(n) : round % 3 == 1 ? hardFloats(n, 4) : softFloats(n, 9);
      const a = marked(k * 4);
      const b = marked(k * 4);
      const c = marked(k * 4);
      slow(scores, n, k, a);
      expect(plain.topK(scores, n, k, b)).toBe(k);
      expect(simd.topK(scores, n, k, c)).toBe(k);
      expect(difference(a, b, k * 4 + 40)).toBe(-1);
      expect(difference(a, c, k * 4 + 40)).toBe(-1);
      slow(scores, n, 1, a);
      expect(plain.argmax(scores, n)).toBe(load<i32>(a));
      expect(simd.argmax(scores, n)).toBe(load<i32>(a));
      arenaRelease(mark);
    }
  });

  it('k above n, nothing at all', () => {
    const scores = softFloats(3, 1);
    const out = arenaAlloc(40);
    expect(simd.topK(scores, 3, 9, out)).toBe(3);
    expect(simd.topK(scores, 0, 5, out)).toBe(0);
    expect(simd.topK(scores, 3, 0, out)).toBe(0);
    expect(simd.topK(scores, 3, -1, out)).toBe(0);
    expect(simd.argmax(scores, 0)).toBe(-1);
  });
});
