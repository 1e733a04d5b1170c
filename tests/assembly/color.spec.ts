import * as plain from '../../assembly/kernels/color/scalar';
import * as simd from '../../assembly/kernels/color/simd';
import { marked } from './support/data';

describe('color', () => {
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
