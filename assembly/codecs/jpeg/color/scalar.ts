/**
 * Colour conversion of one row: libjpeg's 16-bit fixed-point YCbCr -> RGB (JFIF, ITU-R BT.601 full range)
 * with each chroma term rounded alone, and interleaving.
 *
 * All read `width` samples of each plane row and write 3 * `width` bytes; SIMD twins may read up to 15
 * bytes past each input and write up to 47 past the output.
 */

class Limit {
  @inline static sample(x: i32): u8 {
    return <u8>max(min(x, 255), 0);
  }
}

/** YCbCr planes to interleaved RGB. */
export function yccToRgb(y: usize, cb: usize, cr: usize, width: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>width; i++) {
    const luma = <i32>load<u8>(y + i);
    const b = <i32>load<u8>(cb + i) - 128;
    const r = <i32>load<u8>(cr + i) - 128;
    store<u8>(out, Limit.sample(luma + ((91881 * r + 32768) >> 16)));
    store<u8>(out, Limit.sample(luma + ((-22554 * b - 46802 * r + 32768) >> 16)), 1);
    store<u8>(out, Limit.sample(luma + ((116130 * b + 32768) >> 16)), 2);
    out += 3;
  }
}

/** Three planes interleaved. */
export function interleave(a: usize, b: usize, c: usize, width: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>width; i++) {
    store<u8>(out, load<u8>(a + i));
    store<u8>(out, load<u8>(b + i), 1);
    store<u8>(out, load<u8>(c + i), 2);
    out += 3;
  }
}
