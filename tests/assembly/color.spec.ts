import { arenaMark, arenaRelease } from '../../assembly/memory/arena';
import * as plain from '../../assembly/kernels/color/scalar';
import * as simd from '../../assembly/kernels/color/simd';
import { difference, marked, random, randomBytes, seed } from './support/data';

/** Both forms of operation `which`. */
function apply(which: i32, vector: bool, src: usize, dst: usize, width: i32, background: i32): void {
  if (which == 0) vector ? simd.rgbToBgr(src, dst, width) : plain.rgbToBgr(src, dst, width);
  else if (which == 1) vector ? simd.rgbToGray(src, dst, width) : plain.rgbToGray(src, dst, width);
  else if (which == 2) vector ? simd.grayToRgb(src, dst, width) : plain.grayToRgb(src, dst, width);
  else if (which == 3) vector ? simd.rgbaDrop(src, dst, width) : plain.rgbaDrop(src, dst, width);
  else if (which == 4) vector ? simd.grayAlphaDrop(src, dst, width) : plain.grayAlphaDrop(src, dst, width);
  else if (which == 5)
    vector ? simd.rgbaOver(src, dst, width, background) : plain.rgbaOver(src, dst, width, background);
  else
    vector
      ? simd.grayAlphaOver(src, dst, width, background)
      : plain.grayAlphaOver(src, dst, width, background);
}

describe('color, scalar == SIMD', () => {
  it('all operations, widths 0..69, in place too, nothing written behind the row', () => {
    for (let which = 0; which < 7; which++) {
      for (let width = 0; width < 70; width++) {
        seed(which * 100 + width);
        const mark = arenaMark();
        const src = randomBytes(width * 4, width & 15);
        const a = marked(width * 3, width & 3);
        const b = marked(width * 3, width & 3);
        const background = (width & 1) * 255;
        apply(which, false, src, a, width, background);
        apply(which, true, src, b, width, background);
        // 48 marked bytes behind the row: nothing may be written there.
        assert(difference(a, b, width * 3 + 48) == -1, 'scalar and SIMD differ');
        if (which != 2) {
          apply(which, true, src, src, width, background);
          const bytes = which == 0 || which == 3 || which == 5 ? width * 3 : width;
          assert(difference(a, src, bytes) == -1, 'in place differs');
        }
        arenaRelease(mark);
      }
    }
    expect(random(1)).toBe(0);
  });

  it("gray is Pillow's L", () => {
    const src = marked(12);
    store<u32>(src, 0x00ff_0000); // blue
    store<u8>(src + 3, 255);
    store<u8>(src + 4, 255);
    store<u8>(src + 5, 255);
    const dst = marked(2);
    plain.rgbToGray(src, dst, 2);
    expect(load<u8>(dst)).toBe(29);
    expect(load<u8>(dst, 1)).toBe(255);
  });

  it('blending is the exactly rounded division by 255, for every sample and alpha', () => {
    const src = marked(512);
    const dst = marked(256);
    for (let background = 0; background <= 255; background += 255) {
      for (let alpha = 0; alpha < 256; alpha++) {
        for (let value = 0; value < 256; value++) {
          store<u8>(src + value * 2, value);
          store<u8>(src + value * 2 + 1, alpha);
        }
        simd.grayAlphaOver(src, dst, 256, background);
        for (let value = 0; value < 256; value++) {
          const sum = value * alpha + background * (255 - alpha);
          assert(<i32>load<u8>(dst + value) == (2 * sum + 255) / 510, 'not rounded');
        }
      }
    }
    expect(load<u8>(dst)).toBe(0);
  });
});
