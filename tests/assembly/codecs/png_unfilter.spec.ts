import { unfilterRow as scalar } from '../../../assembly/codecs/png/unfilter/scalar';
import { unfilterRow as simd } from '../../../assembly/codecs/png/unfilter/simd';
import { adlerUpdate as adlerScalar } from '../../../assembly/codecs/png/adler/scalar';
import { adlerUpdate as adlerSimd } from '../../../assembly/codecs/png/adler/simd';
import { arenaAlloc, arenaMark, arenaRelease } from '../../../assembly/memory/arena';

let seed: u32 = 1;

/** Numerical Recipes' linear congruential generator: the same bytes in each run. */
function nextByte(): u8 {
  seed = seed * 1664525 + 1013904223;
  return <u8>(seed >>> 24);
}

function randomBlock(length: usize): usize {
  const block = arenaAlloc(length + 16);
  for (let i: usize = 0; i < length + 16; ++i) store<u8>(block + i, nextByte());
  return block;
}

/** Bytes in which both forms differ, over all filters, pixel sizes and short and odd lengths. */
function differences(filter: i32): i32 {
  let wrong = 0;
  for (let bpp: usize = 1; bpp <= 8; ++bpp) {
    for (let pixels: usize = 1; pixels < 40; ++pixels) {
      const mark = arenaMark();
      const length = bpp * pixels;
      const src = randomBlock(length);
      const prev = randomBlock(length);
      const one = arenaAlloc(length + 16);
      const two = arenaAlloc(length + 16);
      scalar(filter, src, prev, one, length, bpp);
      simd(filter, src, prev, two, length, bpp);
      if (memory.compare(one, two, length) != 0) ++wrong;
      arenaRelease(mark);
    }
  }
  return wrong;
}

describe('PNG unfiltering', () => {
  it('is the same in both forms for None, Sub, Up, Average and Paeth', () => {
    for (let filter = 0; filter < 5; ++filter) expect(differences(filter)).toBe(0);
  });

  it('undoes Sub: a running sum a channel', () => {
    const src = arenaAlloc(16);
    const prev = arenaAlloc(16);
    const dst = arenaAlloc(32);
    for (let i: usize = 0; i < 6; ++i) store<u8>(src + i, <u8>(i + 1));
    memory.fill(prev, 0, 16);
    simd(1, src, prev, dst, 6, 3);
    expect(load<u8>(dst, 3)).toBe(5);
    expect(load<u8>(dst, 5)).toBe(9);
  });
});

describe('Adler-32', () => {
  it('of "Wikipedia" is 0x11e60398', () => {
    const text = String.UTF8.encode('Wikipedia');
    expect(adlerSimd(1, changetype<usize>(text), 9)).toBe(0x11e60398);
  });

  it('is the same in both forms, across the reduction at 5552 bytes and for 0xff bytes', () => {
    const mark = arenaMark();
    const block = randomBlock(20000);
    for (let length: usize = 0; length < 20000; length += 997) {
      expect(adlerSimd(1, block, length)).toBe(adlerScalar(1, block, length));
    }
    memory.fill(block, 0xff, 20000);
    expect(adlerSimd(0xfff0fff0, block, 20000)).toBe(adlerScalar(0xfff0fff0, block, 20000));
    arenaRelease(mark);
  });
});
