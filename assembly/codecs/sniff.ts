/**
 * Which format a file is in, by its first bytes; file names do not count.
 */
import {
  IMAGE_EMPTY,
  IMAGE_GIF,
  IMAGE_HEIF,
  IMAGE_JPEG_2000,
  IMAGE_JPEG_XL,
  IMAGE_PDF,
  IMAGE_PSD,
  IMAGE_SVG,
  IMAGE_TIFF,
  IMAGE_UNKNOWN,
  IMAGE_WEBP,
} from './errors';

export const FORMAT_NONE: i32 = 0;
export const FORMAT_JPEG: i32 = -1;
export const FORMAT_PNG: i32 = -2;
export const FORMAT_BMP: i32 = -3;
export const FORMAT_PNM: i32 = -4;
export const FORMAT_RAW: i32 = -5;

/** How far an SVG's first tag is looked for. */
const SVG_REACH: usize = 1024;

/** At least three of the four bytes: a damaged signature is then named as such by the decoder. */
function looksLikePng(head: u32): bool {
  const differs = head ^ 0x474e5089;
  let wrong = 0;
  for (let shift = 0; shift < 32; shift += 8) if ((differs >>> shift) & 0xff) ++wrong;
  return wrong < 2;
}

function looksLikeSvg(src: usize, length: usize): bool {
  const reach = min<usize>(length, SVG_REACH);
  let at: usize = 0;
  if (reach >= 3 && load<u8>(src) == 0xef) at = 3; // byte order mark
  while (at < reach && load<u8>(src + at) <= 32) ++at;
  if (at == reach || load<u8>(src + at) != 0x3c) return false;
  // `<svg`, four bytes below src + reach.
  for (; at + 4 <= reach; ++at) if (load<u32>(src + at) == 0x6776733c) return true;
  return false;
}

/** Of the boxes of ISO base media files: HEIC, AVIF and their relatives, not video. */
function isHeifBrand(brand: u32): bool {
  const start = brand & 0xffff;
  // he.., mi.., ms.., av..
  return start == 0x6568 || start == 0x696d || start == 0x736d || start == 0x7661;
}

/**
 * The format of the `length` bytes at `src`: one of FORMAT_ (below 0) where it is supported, else the status that says
 * what is wrong (above 0).
 */
export function sniffFormat(src: usize, length: usize): i32 {
  if (length == 0) return IMAGE_EMPTY;
  if (length < 4) return IMAGE_UNKNOWN;
  // The words below are little-endian; each is read only where length allows.
  const head = load<u32>(src);
  const pair = head & 0xffff;
  if (pair == 0xd8ff) return FORMAT_JPEG;
  if (looksLikePng(head)) return FORMAT_PNG;
  if (pair == 0x4d42) return FORMAT_BMP;
  const third = (head >>> 16) & 0xff;
  if ((pair & 0xff) == 0x50 && (pair >>> 8) - 0x31 < 6 && (third == 32 || third - 9 < 5)) return FORMAT_PNM;
  if (head == 0x38464947) return IMAGE_GIF;
  if (head == 0x002a4949 || head == 0x2a004d4d || head == 0x002b4949 || head == 0x2b004d4d) return IMAGE_TIFF;
  if (head == 0x53504238) return IMAGE_PSD;
  if (head == 0x46445025) return IMAGE_PDF;
  if (head == 0x51ff4fff) return IMAGE_JPEG_2000;
  if (pair == 0x0aff) return IMAGE_JPEG_XL;
  if (length >= 12) {
    const second = load<u32>(src, 4);
    const brand = load<u32>(src, 8);
    if (head == 0x46464952 && brand == 0x50424557) return IMAGE_WEBP;
    if (second == 0x70797466 && isHeifBrand(brand)) return IMAGE_HEIF;
    if (head == 0x0c000000 && second == 0x2020506a) return IMAGE_JPEG_2000;
    if (head == 0x0c000000 && second == 0x204c584a) return IMAGE_JPEG_XL;
  }
  return looksLikeSvg(src, length) ? IMAGE_SVG : IMAGE_UNKNOWN;
}
