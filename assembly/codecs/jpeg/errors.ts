/** Status codes of the JPEG decoder: 100..139. 0 is success. */

import { asciiItem, TextList } from '../../text/ascii';

export const JPEG_OK: i32 = 0;
export const JPEG_NOT_JPEG: i32 = 100;
export const JPEG_TRUNCATED: i32 = 101;
export const JPEG_NO_MEMORY: i32 = 102;
export const JPEG_EMPTY_SIZE: i32 = 103;
export const JPEG_TOO_LARGE: i32 = 104;
export const JPEG_ARITHMETIC: i32 = 105;
export const JPEG_LOSSLESS: i32 = 106;
export const JPEG_HIERARCHICAL: i32 = 107;
export const JPEG_PRECISION: i32 = 108;
export const JPEG_COMPONENTS: i32 = 109;
export const JPEG_SAMPLING: i32 = 110;
export const JPEG_MCU_SIZE: i32 = 111;
export const JPEG_BAD_LENGTH: i32 = 112;
export const JPEG_BAD_HUFFMAN: i32 = 113;
export const JPEG_NO_HUFFMAN: i32 = 114;
export const JPEG_BAD_QUANT: i32 = 115;
export const JPEG_NO_QUANT: i32 = 116;
export const JPEG_BAD_SCAN: i32 = 117;
export const JPEG_BAD_PROGRESSION: i32 = 118;
export const JPEG_NO_FRAME: i32 = 119;
export const JPEG_NO_SCAN: i32 = 120;
export const JPEG_SECOND_FRAME: i32 = 121;
export const JPEG_BAD_MARKER: i32 = 122;
export const JPEG_TOO_MUCH_WORK: i32 = 123;
export const JPEG_NO_MORE_ROWS: i32 = 124;
export const JPEG_TOO_SPARSE: i32 = 125;

/** One sentence without a full stop for a status of this codec; empty for 0 and for foreign codes. */
export function jpegErrorText(status: i32): string {
  // Texts in the order of the codes from JPEG_NOT_JPEG to JPEG_TOO_SPARSE, then that of any other.
  const texts: TextList = `not a JPEG file: it does not start with the bytes FF D8
JPEG file is truncated: its data ends before the picture does
not enough memory to decode this JPEG file
JPEG width or height is 0 (a height given later by DNL is not supported)
JPEG picture is too large: at most 65500 pixels a side and 2^28 pixels in all
JPEG with arithmetic coding is not supported
lossless JPEG is not supported
hierarchical JPEG is not supported
JPEG sample precision is not 8 bits
JPEG component count is not 1, 3 or 4
JPEG sampling factors are not supported: 1 to 4 each, with integral ratios
JPEG scan has more than 10 blocks in an MCU
JPEG marker segment has a wrong length
JPEG Huffman table is invalid
JPEG scan uses a Huffman table that was not defined
JPEG quantisation table number is not 0 to 3
JPEG component uses a quantisation table that was not defined
JPEG scan is unexpected, or names a component that the frame lacks, or one twice
JPEG progressive scan has invalid parameters
JPEG scan comes before the frame header
JPEG file has no picture data
JPEG file has a second frame header or start-of-image marker
JPEG file has an unknown marker
JPEG file asks for too much work: more than 1000 scans, or than 128 passes over the picture
all rows of the JPEG picture were already read
JPEG file is too short for its picture of over 2^24 pixels: less than a byte for 2048
`;
  return asciiItem(texts, status - JPEG_NOT_JPEG, JPEG_TOO_SPARSE - JPEG_NOT_JPEG + 1);
}
