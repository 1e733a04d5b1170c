/** Y'CbCr -> RGB in SIMD; shapes are documented in yuv_scalar.ts, the arithmetic in yuv_matrix.ts. */

import { yuvToRgb as yuvToRgbPlain } from './yuv_scalar';

class Lanes {
  /** Eight i16 of one colour: luma of 4 + 4 pixels, chroma of the 4 pairs. */
  @inline static color(low: v128, high: v128, chroma: v128): v128 {
    return i16x8.narrow_i32x4_s(
      i32x4.shr_s(i32x4.add(low, v128.shuffle<i32>(chroma, chroma, 0, 0, 1, 1)), 20),
      i32x4.shr_s(i32x4.add(high, v128.shuffle<i32>(chroma, chroma, 2, 2, 3, 3)), 20),
    );
  }
}

/** See yuv_scalar.ts. Eight pixels a turn. */
export function yuvToRgb(
  luma: usize,
  lumaStep: usize,
  u: usize,
  v: usize,
  chromaStep: usize,
  dst: usize,
  width: i32,
  matrix: usize,
): void {
  const offset = v128.load_splat<u8>(matrix);
  const factor = v128.load32_splat(matrix, 4);
  const blueU = v128.load32_splat(matrix, 8);
  const greenU = v128.load32_splat(matrix, 12);
  const greenV = v128.load32_splat(matrix, 16);
  const redV = v128.load32_splat(matrix, 20);
  // 2^19 and what 128 less in u and v makes: computed, not constant, as V8 would load constants anew in each turn.
  const green = load<i32>(matrix, 12) + load<i32>(matrix, 16);
  const blueBase = i32x4.splat((1 << 19) - (load<i32>(matrix, 8) << 7));
  const greenBase = i32x4.splat((1 << 19) - (green << 7));
  const redBase = i32x4.splat((1 << 19) - (load<i32>(matrix, 20) << 7));
  // Four samples `step` bytes apart into the low bytes of four lanes; an index of 128 and more gives 0.
  const rest = i32x4.splat(0x8080_8000);
  const numbers = i32x4(0, 1, 2, 3);
  const first = v128.or(i32x4.mul(numbers, i32x4.splat(<i32>lumaStep)), rest);
  const second = i32x4.add(first, i32x4.splat((<i32>lumaStep) << 2));
  const pairs = v128.or(i32x4.mul(numbers, i32x4.splat(<i32>chromaStep)), rest);
  // 8 samples of luma and 4 of chroma are in the 16 bytes loaded, which end at most 12 behind the row (I420).
  for (; width >= 8; width -= 8) {
    const y = i8x16.sub_sat_u(v128.load(luma), offset);
    const cb = i8x16.swizzle(v128.load(u), pairs);
    const cr = i8x16.swizzle(v128.load(v), pairs);
    const low = i32x4.mul(i8x16.swizzle(y, first), factor);
    const high = i32x4.mul(i8x16.swizzle(y, second), factor);
    const redChroma = i32x4.add(i32x4.mul(cr, redV), redBase);
    const greenChroma = i32x4.add(i32x4.add(i32x4.mul(cb, greenU), i32x4.mul(cr, greenV)), greenBase);
    const blueChroma = i32x4.add(i32x4.mul(cb, blueU), blueBase);
    const redGreen = i8x16.narrow_i16x8_u(
      Lanes.color(low, high, redChroma),
      Lanes.color(low, high, greenChroma),
    );
    const blue = Lanes.color(low, high, blueChroma);
    const blues = i8x16.narrow_i16x8_u(blue, blue);
    // 16 + 8 bytes: the 8 pixels, no more.
    v128.store(
      dst,
      v128.shuffle<u8>(redGreen, blues, 0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5),
    );
    v128.store64_lane(
      dst,
      v128.shuffle<u8>(redGreen, blues, 13, 21, 6, 14, 22, 7, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0),
      0,
      16,
    );
    luma += lumaStep << 3;
    u += chromaStep << 2;
    v += chromaStep << 2;
    dst += 24;
  }
  yuvToRgbPlain(luma, lumaStep, u, v, chromaStep, dst, width, matrix);
}
