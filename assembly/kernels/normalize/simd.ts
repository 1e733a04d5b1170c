/**
 * Fused u8 HWC row -> tensor row; shapes are documented in scalar.ts. Where factor * x + offset equals the f32 table
 * for all 256 values (found when the table was built) three channels are computed in SIMD, otherwise each
 * sample is one look-up.
 */

import { DTYPE_F32, LAYOUT_NCHW } from '../types';
import { elementShift } from './tables';

class Affine {
  @inline static apply(samples: v128, factor: v128, offset: v128): v128 {
    return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(samples), factor), offset);
  }
}

/** One channel of a row: `from` and `to` step by their own strides; width elements of type T. */
function lookUp<T>(from: usize, step: usize, table: usize, to: usize, stride: usize, width: i32): void {
  // A sample is below 256: inside the table; x < width: inside row and tensor.
  for (; width > 0; width--, from += step, to += stride) {
    store<T>(to, load<T>(table + <usize>load<u8>(from) * sizeof<T>()));
  }
}

/** Three f32 planes from RGB; returns how many pixels were done (whole groups of 4). */
function affinePlanes(src: usize, width: i32, affine: usize, to: usize, plane: usize): i32 {
  const a0 = v128.load32_splat(affine);
  const b0 = v128.load32_splat(affine, 4);
  const a1 = v128.load32_splat(affine, 16);
  const b1 = v128.load32_splat(affine, 20);
  const a2 = v128.load32_splat(affine, 32);
  const b2 = v128.load32_splat(affine, 36);
  let x = 0;
  // 4 pixels are 12 bytes, 16 are loaded: at most 4 behind the row.
  for (; x + 4 <= width; x += 4, src += 12, to += 16) {
    const p = v128.load(src);
    const r = i8x16.swizzle(
      p,
      i8x16(0, -128, -128, -128, 3, -128, -128, -128, 6, -128, -128, -128, 9, -128, -128, -128),
    );
    const g = i8x16.swizzle(
      p,
      i8x16(1, -128, -128, -128, 4, -128, -128, -128, 7, -128, -128, -128, 10, -128, -128, -128),
    );
    const b = i8x16.swizzle(
      p,
      i8x16(2, -128, -128, -128, 5, -128, -128, -128, 8, -128, -128, -128, 11, -128, -128, -128),
    );
    v128.store(to, Affine.apply(r, a0, b0));
    v128.store(to + plane, Affine.apply(g, a1, b1));
    v128.store(to + plane * 2, Affine.apply(b, a2, b2));
  }
  return x;
}

/** Interleaved f32 from RGB; returns how many pixels were done (whole groups of 4). */
function affinePixels(src: usize, width: i32, affine: usize, to: usize): i32 {
  // Factors of the channels 0 1 2 0 | 1 2 0 1 | 2 0 1 2, offsets likewise.
  const low = v128.shuffle<i32>(v128.load(affine), v128.load(affine, 16), 0, 4, 1, 5); // a0 a1 b0 b1
  const last = v128.load(affine, 32); // a2 b2
  const fa = v128.shuffle<i32>(low, last, 0, 1, 4, 0);
  const fb = v128.shuffle<i32>(low, last, 1, 4, 0, 1);
  const fc = v128.shuffle<i32>(low, last, 4, 0, 1, 4);
  const oa = v128.shuffle<i32>(low, last, 2, 3, 5, 2);
  const ob = v128.shuffle<i32>(low, last, 3, 5, 2, 3);
  const oc = v128.shuffle<i32>(low, last, 5, 2, 3, 5);
  let x = 0;
  for (; x + 4 <= width; x += 4, src += 12, to += 48) {
    const p = v128.load(src);
    const left = i16x8.extend_low_i8x16_u(p);
    const right = i16x8.extend_high_i8x16_u(p);
    v128.store(to, Affine.apply(i32x4.extend_low_i16x8_u(left), fa, oa));
    v128.store(to, Affine.apply(i32x4.extend_high_i16x8_u(left), fb, ob), 16);
    v128.store(to, Affine.apply(i32x4.extend_low_i16x8_u(right), fc, oc), 32);
  }
  return x;
}

/** See scalar.ts. */
export function normalizeRow(
  src: usize,
  width: i32,
  channels: i32,
  tables: usize,
  dst: usize,
  row: i32,
  height: i32,
  layout: i32,
  dtype: i32,
): void {
  const shift = elementShift(dtype);
  const planar = layout == LAYOUT_NCHW;
  const pixel: usize = (planar ? <usize>1 : <usize>channels) << shift;
  const channel = (planar ? <usize>height * <usize>width : <usize>1) << shift;
  let to = dst + <usize>row * <usize>width * pixel;
  if (dtype == DTYPE_F32 && channels == 3) {
    const affine = tables + 3072; // three tables of 256 f32
    // The flag at byte 8 of each channel's 16.
    if ((load<i32>(affine, 8) & load<i32>(affine, 24) & load<i32>(affine, 40)) != 0) {
      const done = planar
        ? affinePlanes(src, width, affine, to, channel)
        : affinePixels(src, width, affine, to);
      src += <usize>done * 3;
      to += <usize>done * pixel;
      width -= done;
    }
  }
  for (let c = 0; c < channels; c++, to += channel) {
    const table = tables + (((<usize>c) << 8) << shift);
    if (shift == 2) lookUp<u32>(src + c, channels, table, to, pixel, width);
    else if (shift == 1) lookUp<u16>(src + c, channels, table, to, pixel, width);
    else lookUp<u8>(src + c, channels, table, to, pixel, width);
  }
}
