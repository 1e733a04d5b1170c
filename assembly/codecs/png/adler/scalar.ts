/**
 * Adler-32 of the image data (RFC 1950, 8.2), portable form.
 */

const MODULUS: u32 = 65521;
/** Most bytes before the sums must be reduced: 255 n (n+1) / 2 + (n+1) (MODULUS-1) < 2^32. */
const RUN: usize = 5552;

/** The checksum `adler` (1 at the start) carried on over `length` bytes at `from`. */
export function adlerUpdate(adler: u32, from: usize, length: usize): u32 {
  let a = adler & 0xffff;
  let b = adler >>> 16;
  while (length > 0) {
    const run = length < RUN ? length : RUN;
    const end = from + run; // loads stay below from + length
    while (from < end) {
      a += load<u8>(from);
      b += a;
      ++from;
    }
    a %= MODULUS;
    b %= MODULUS;
    length -= run;
  }
  return (b << 16) | a;
}
