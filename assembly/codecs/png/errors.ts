/**
 * Status codes of the PNG decoder (140..169) and their texts.
 */
import { asciiItem, TextList } from '../../text/ascii';
import { OUT_OF_MEMORY, generalErrorText } from '../../status';

/** The eight magic bytes are damaged. */
export const PNG_SIGNATURE: i32 = 140;
/** A chunk or the image data goes past the end of the file. */
export const PNG_TRUNCATED: i32 = 141;
/** A chunk's length is above 2^31-1 or its type is not four letters. */
export const PNG_CHUNK: i32 = 142;
/** A critical chunk fails its CRC-32. */
export const PNG_CRC: i32 = 143;
/** The first chunk is not a 13-byte IHDR, or there is a second one. */
export const PNG_IHDR: i32 = 144;
/** Width or height is 0 or above 2^31-1. */
export const PNG_SIZE: i32 = 145;
/** More pixels than MAX_PIXELS, or a row longer than MAX_ROW_BYTES. */
export const PNG_TOO_LARGE: i32 = 146;
/** No such pair of colour type and bit depth. */
export const PNG_COLOR: i32 = 147;
/** Compression, filter or interlace method that PNG does not define. */
export const PNG_METHOD: i32 = 148;
/** A critical chunk that PNG does not define. */
export const PNG_CRITICAL: i32 = 149;
/** PLTE is missing, doubled, empty or not a multiple of three bytes. */
export const PNG_PALETTE: i32 = 150;
/** There is no IDAT chunk. */
export const PNG_NO_DATA: i32 = 151;
/** IDAT chunks with another chunk between them. */
export const PNG_IDAT_ORDER: i32 = 152;
/** The zlib stream ends before the last row. */
export const PNG_DATA_SHORT: i32 = 153;
/** The zlib header is wrong or asks for a preset dictionary. */
export const PNG_ZLIB_HEADER: i32 = 154;
/** Block type 3, or a stored block whose length check fails. */
export const PNG_BLOCK: i32 = 155;
/** A set of code lengths that is no Huffman code. */
export const PNG_HUFFMAN: i32 = 156;
/** A bit pattern or symbol that the block's codes do not define. */
export const PNG_SYMBOL: i32 = 157;
/** A match that begins before the first byte. */
export const PNG_DISTANCE: i32 = 158;
/** The Adler-32 of the image data is wrong. */
export const PNG_ADLER: i32 = 159;
/** A row's filter byte is above 4. */
export const PNG_FILTER: i32 = 160;
/** Rows were asked for beyond the last one. */
export const PNG_NO_MORE_ROWS: i32 = 161;
/** More dynamic Huffman codes than the image's size explains. */
export const PNG_CODES: i32 = 162;

/** One sentence for a status of the PNG decoder, without a full stop. */
export function pngErrorText(status: i32): string {
  // Texts in the order of the codes from PNG_SIGNATURE to PNG_CODES, then that of any other.
  const texts: TextList = `the PNG signature is damaged, as after a transfer in text mode
the PNG file is cut off
a PNG chunk has an impossible length or type
the checksum of a critical PNG chunk is wrong
the PNG header chunk (IHDR) is missing, misplaced or of the wrong length
the PNG header gives a width or height of zero or above 2147483647
the PNG is larger than 268435456 pixels or 67108864 bytes a row
the PNG header gives a color type and bit depth that do not exist together
the PNG header gives an unknown compression, filter or interlace method
the PNG has a critical chunk that is not known
the PNG palette (PLTE) is missing, doubled or malformed
the PNG has no image data (IDAT)
the image data chunks (IDAT) of the PNG are not consecutive
the image data of the PNG ends before the last row
the image data of the PNG does not begin with a valid zlib header
the image data of the PNG has an invalid deflate block
the image data of the PNG has an invalid Huffman code
the image data of the PNG has an undefined Huffman symbol
the image data of the PNG refers to bytes before its beginning
the checksum of the image data of the PNG is wrong
a row of the PNG has an unknown filter type
all rows of the PNG have been read
the image data of the PNG changes its Huffman codes more than 1024 times and once in 32 bytes
unexpected failure of the PNG decoder`;
  if (status == OUT_OF_MEMORY) return generalErrorText(status);
  return asciiItem(texts, status - PNG_SIGNATURE, PNG_CODES - PNG_SIGNATURE + 1);
}
