/**
 * Colour kernels, one row of `width` pixels of 8-bit interleaved samples, plain form: the reference of simd.ts.
 * src and dst may be the same address; otherwise they must not overlap. May read GUARD bytes behind `src`; never
 * writes behind `dst`. Every load and store below is at x * channels + c with x < width, c < channels.
 */

/** RGB -> BGR (and back). */
export function rgbToBgr(src: usize, dst: usize, width: i32): void {
  for (let end = src + <usize>width * 3; src < end; src += 3, dst += 3) {
    const first = load<u8>(src);
    const last = load<u8>(src, 2);
    store<u8>(dst, last);
    store<u8>(dst, load<u8>(src, 1), 1);
    store<u8>(dst, first, 2);
  }
}

/** BGRA -> RGBA (and back). */
export function bgraToRgba(src: usize, dst: usize, width: i32): void {
  for (let end = src + ((<usize>width) << 2); src < end; src += 4, dst += 4) {
    const pixel = load<u32>(src);
    store<u32>(dst, (pixel & 0xff00_ff00) | (rotl(pixel, 16) & 0x00ff_00ff));
  }
}

/** RGB -> gray: (19595 R + 38470 G + 7471 B + 32768) >> 16, Pillow's convert('L') (ITU-R 601). */
export function rgbToGray(src: usize, dst: usize, width: i32): void {
  for (let end = src + <usize>width * 3; src < end; src += 3, dst++) {
    const sum = <u32>load<u8>(src) * 19595 + <u32>load<u8>(src, 1) * 38470 + <u32>load<u8>(src, 2) * 7471;
    store<u8>(dst, (sum + 32768) >> 16);
  }
}

/** Gray -> RGB. Not in place: dst is three times as long. */
export function grayToRgb(src: usize, dst: usize, width: i32): void {
  for (let end = src + <usize>width; src < end; src++, dst += 3) {
    const value = load<u8>(src);
    store<u8>(dst, value);
    store<u8>(dst, value, 1);
    store<u8>(dst, value, 2);
  }
}

/** RGBA -> RGB, alpha ignored: Pillow's convert('RGB'). */
export function rgbaDrop(src: usize, dst: usize, width: i32): void {
  for (let end = src + ((<usize>width) << 2); src < end; src += 4, dst += 3) {
    store<u8>(dst, load<u8>(src));
    store<u8>(dst, load<u8>(src, 1), 1);
    store<u8>(dst, load<u8>(src, 2), 2);
  }
}

/** Gray + alpha -> gray, alpha ignored. */
export function grayAlphaDrop(src: usize, dst: usize, width: i32): void {
  for (let end = src + ((<usize>width) << 1); src < end; src += 2, dst++) store<u8>(dst, load<u8>(src));
}

/** round((value * alpha + background * (255 - alpha)) / 255); exact, the sum is at most 65025. */
function blend(value: u32, alpha: u32, background: u32): u32 {
  const t = value * alpha + background * (255 - alpha) + 128;
  return (t + (t >> 8)) >> 8;
}

/**
 * RGBA -> RGB over an opaque `background` (0..255 in all channels: 255 white, 0 black), each sample
 * round((s a + b (255 - a)) / 255): what both Image.alpha_composite and Image.paste(mask=alpha) of Pillow give.
 */
export function rgbaOver(src: usize, dst: usize, width: i32, background: i32): void {
  for (let end = src + ((<usize>width) << 2); src < end; src += 4, dst += 3) {
    const alpha: u32 = load<u8>(src, 3);
    const r = blend(load<u8>(src), alpha, background);
    const g = blend(load<u8>(src, 1), alpha, background);
    const b = blend(load<u8>(src, 2), alpha, background);
    store<u8>(dst, r);
    store<u8>(dst, g, 1);
    store<u8>(dst, b, 2);
  }
}

/** Gray + alpha -> gray over an opaque `background`, as {@link rgbaOver}. */
export function grayAlphaOver(src: usize, dst: usize, width: i32, background: i32): void {
  for (let end = src + ((<usize>width) << 1); src < end; src += 2, dst++) {
    store<u8>(dst, blend(load<u8>(src), load<u8>(src, 1), background));
  }
}
