/**
 * Status codes of picture recognition and of the simple formats (170..189) and their texts.
 */
import { OUT_OF_MEMORY, generalErrorText } from '../status';

export const IMAGE_EMPTY: i32 = 170;
export const IMAGE_UNKNOWN: i32 = 171;
// Formats that are recognised to say that they are not supported.
export const IMAGE_GIF: i32 = 172;
export const IMAGE_WEBP: i32 = 173;
export const IMAGE_TIFF: i32 = 174;
export const IMAGE_HEIF: i32 = 175;
export const IMAGE_JPEG_2000: i32 = 176;
export const IMAGE_JPEG_XL: i32 = 177;
export const IMAGE_PSD: i32 = 178;
export const IMAGE_PDF: i32 = 179;
export const IMAGE_SVG: i32 = 180;
/** Width or height is zero, or the picture exceeds MAX_PIXELS or MAX_ROW_BYTES. */
export const IMAGE_SIZE: i32 = 181;
/** The file or buffer ends before the last row. */
export const IMAGE_SHORT: i32 = 182;
/** Rows were asked for beyond the last one, or before a picture was opened. */
export const IMAGE_NO_MORE_ROWS: i32 = 183;
/** A number of the PNM header is missing, too long or out of range. */
export const PNM_HEADER: i32 = 184;
/** A sample in text form is no number or above the maximum. */
export const PNM_VALUE: i32 = 185;
/** A BMP header of unknown size, or cut off. */
export const BMP_HEADER: i32 = 186;
/** Bits a pixel or bit masks that are not supported. */
export const BMP_LAYOUT: i32 = 187;
/** Run lengths, or JPEG or PNG in a BMP. */
export const BMP_COMPRESSED: i32 = 188;
/** Raw pixels of no known layout, out of range, or of another length than their size and layout say. */
export const RAW_LENGTH: i32 = 189;

/** One sentence for a status of 170..189, without a full stop. */
export function pictureErrorText(status: i32): string {
  if (status == OUT_OF_MEMORY) return generalErrorText(status);
  if (status == IMAGE_EMPTY) return 'the image is empty (0 bytes)';
  if (status == IMAGE_GIF) return 'GIF is not supported; JPEG, PNG, BMP and PNM are';
  if (status == IMAGE_WEBP) return 'WebP is not supported; JPEG, PNG, BMP and PNM are';
  if (status == IMAGE_TIFF) return 'TIFF is not supported; JPEG, PNG, BMP and PNM are';
  if (status == IMAGE_HEIF) return 'HEIC and AVIF are not supported; JPEG, PNG, BMP and PNM are';
  if (status == IMAGE_JPEG_2000) return 'JPEG 2000 is not supported; JPEG, PNG, BMP and PNM are';
  if (status == IMAGE_JPEG_XL) return 'JPEG XL is not supported; JPEG, PNG, BMP and PNM are';
  if (status == IMAGE_PSD) return 'PSD is not supported; JPEG, PNG, BMP and PNM are';
  if (status == IMAGE_PDF) return 'PDF is not supported; JPEG, PNG, BMP and PNM are';
  if (status == IMAGE_SVG) return 'SVG is not supported; JPEG, PNG, BMP and PNM are';
  if (status == IMAGE_SIZE)
    return 'the image has no pixels, more than 268435456, or more than 67108864 bytes a row';
  if (status == IMAGE_SHORT) return 'the image data ends before the last row';
  if (status == IMAGE_NO_MORE_ROWS) return 'all rows of the image have been read';
  if (status == PNM_HEADER)
    return 'the PNM header is malformed: a number is missing, longer than 10 digits or out of range';
  if (status == PNM_VALUE) return 'a PNM sample is no number or above the maximum';
  if (status == BMP_HEADER) return 'the BMP header is malformed or of an unknown version';
  if (status == BMP_LAYOUT) return 'the BMP has a pixel layout that is not supported';
  if (status == BMP_COMPRESSED) return 'compressed BMP is not supported; save it uncompressed';
  if (status == RAW_LENGTH) return 'the raw pixels do not match their width, height and format';
  return 'not a known image format; JPEG, PNG, BMP and PNM are supported';
}
