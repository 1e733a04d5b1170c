/**
 * Four-component rows to RGB the way Pillow shows them: libjpeg's CMYK is taken as Adobe's inverted form,
 * then `convert("RGB")` gives nk - nk * c / 255 with nk = 255 - k.
 */

class Ink {
  /** Pillow's MULDIV255: a * b / 255, rounded. */
  @inline static product(a: i32, b: i32): i32 {
    const t = a * b + 128;
    return ((t >> 8) + t) >> 8;
  }
}

/** Stored C, M, Y, K planes (inverted inks) to interleaved RGB. */
export function cmykToRgb(c: usize, m: usize, y: usize, k: usize, width: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>width; i++) {
    const light = <i32>load<u8>(k + i);
    store<u8>(out, <u8>(light - Ink.product(255 - <i32>load<u8>(c + i), light)));
    store<u8>(out, <u8>(light - Ink.product(255 - <i32>load<u8>(m + i), light)), 1);
    store<u8>(out, <u8>(light - Ink.product(255 - <i32>load<u8>(y + i), light)), 2);
    out += 3;
  }
}

/**
 * YCCK: `rgb` holds the row's YCbCr already converted to RGB; libjpeg stores 255 minus that as CMY, so
 * that the ink is the colour itself. Works in place on 3 * `width` bytes.
 */
export function ycckToRgb(rgb: usize, k: usize, width: i32): void {
  for (let i: usize = 0; i < <usize>width; i++) {
    const light = <i32>load<u8>(k + i);
    for (let channel: usize = 0; channel < 3; channel++, rgb++) {
      store<u8>(rgb, <u8>(light - Ink.product(<i32>load<u8>(rgb), light)));
    }
  }
}
