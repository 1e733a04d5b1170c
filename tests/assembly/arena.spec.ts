import { arenaAlloc, arenaMark, arenaRelease } from '../../assembly/memory/arena';

describe('arena', () => {
  it('gives 16-byte aligned blocks and takes them back', () => {
    const mark = arenaMark();
    const block = arenaAlloc(100);
    expect(block & 15).toBe(0);
    expect(arenaAlloc(1)).toBeGreaterThan(block + 99);
    arenaRelease(mark);
    expect(arenaMark()).toBe(mark);
  });

  it('runs SIMD', () => {
    expect(i32x4.extract_lane(i32x4.add(i32x4.splat(40), i32x4.splat(2)), 3)).toBe(42);
  });
});
