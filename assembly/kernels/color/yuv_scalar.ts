/** Y'CbCr -> RGB, plain form: the reference of yuv_simd.ts. */

function clamped(sum: i32): i32 {
  const value = sum >> 20;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/**
 * One row of `width` pixels to RGB, 8 bit; two neighbours share one pair of chroma samples, as cv2.cvtColor replicates
 * them. Pixel x reads luma[x * lumaStep], u[(x >> 1) * chromaStep], v[(x >> 1) * chromaStep]; GUARD bytes behind each
 * may be read as well. Nothing is written behind the 3 * width bytes of `dst`.
 *
 * @param lumaStep   1 planes, 2 YUYV
 * @param chromaStep 1 I420, 2 NV12 and NV21, 4 YUYV
 * @param matrix     of yuvMatrix; see yuv_matrix.ts for the arithmetic
 */
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
  for (let x = 0; x < width; x++, luma += lumaStep, dst += 3) {
    const above = <i32>load<u8>(luma) - load<i32>(matrix);
    const y = (above < 0 ? 0 : above) * load<i32>(matrix, 4) + (1 << 19);
    const cb = <i32>load<u8>(u) - 128;
    const cr = <i32>load<u8>(v) - 128;
    store<u8>(dst, clamped(y + load<i32>(matrix, 20) * cr));
    store<u8>(dst, clamped(y + load<i32>(matrix, 12) * cb + load<i32>(matrix, 16) * cr), 1);
    store<u8>(dst, clamped(y + load<i32>(matrix, 8) * cb), 2);
    if (x & 1) {
      u += chromaStep;
      v += chromaStep;
    }
  }
}
