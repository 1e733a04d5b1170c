/**
 * Adler-32 of the image data (RFC 1950, 8.2), 16 bytes a step.
 *
 * For a block of n bytes x0..x(n-1), taken 16 at a time:
 *   a' = a + sum x            b' = b + n a + sum (n - i) x(i)
 * `before` adds up the sum of all earlier steps (times 16: the whole steps that each byte still counts for),
 * `weighted` the weights 16..1 inside a step.
 */
import { adlerUpdate as adlerScalar } from './scalar';

const MODULUS: u32 = 65521;
/** Bytes before the sums are reduced: a multiple of 16 not above 5552. */
const RUN: usize = 5552;

/** The checksum `adler` (1 at the start) carried on over `length` bytes at `from`. */
export function adlerUpdate(adler: u32, from: usize, length: usize): u32 {
  let a = adler & 0xffff;
  let b = adler >>> 16;
  const highWeights = i16x8(16, 15, 14, 13, 12, 11, 10, 9);
  const lowWeights = i16x8(8, 7, 6, 5, 4, 3, 2, 1);
  while (length >= 16) {
    const run = (length < RUN ? length : RUN) & ~15;
    const end = from + run; // loads of 16 stay below from + length
    let sum = i32x4.splat(0);
    let before = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    while (from < end) {
      const x = v128.load(from);
      before = i32x4.add(before, sum);
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(x)));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(x), highWeights));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(x), lowWeights));
      from += 16;
    }
    weighted = i32x4.add(weighted, i32x4.shl(before, 4));
    b += a * <u32>run;
    b += i32x4.extract_lane(weighted, 0) + i32x4.extract_lane(weighted, 1);
    b += i32x4.extract_lane(weighted, 2) + i32x4.extract_lane(weighted, 3);
    a += i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1);
    a += i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
    a %= MODULUS;
    b %= MODULUS;
    length -= run;
  }
  return adlerScalar((b << 16) | a, from, length);
}
