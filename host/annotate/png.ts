/** Pixels to PNG files: 8 bit gray or RGB, 16 bit gray. */
import { crc32, deflateSync } from 'node:zlib';

/** Pixels of a file, rows from top to bottom without gaps. */
export interface PngPixels {
  width: number;
  height: number;
  /** 1: gray, 3: RGB. */
  channels: 1 | 3;
  /** Uint16Array: 16 bit gray. */
  data: Uint8Array | Uint16Array;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOR_TYPE = { 1: 0, 3: 2 } as const;
const SUB = 1;

function chunk(type: string, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(body.length + 12);
  bytes.writeUInt32BE(body.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, body.length + 8)), body.length + 8);
  return bytes;
}

/** Rows behind their filter type; colours as differences from the pixel on the left, which photographs pack better as. */
function filteredRows({ width, height, channels, data }: PngPixels): Uint8Array {
  const wide = data instanceof Uint16Array;
  const row = width * channels * (wide ? 2 : 1);
  const rows = new Uint8Array((row + 1) * height);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const from = y * width * channels;
    rows[at++] = channels === 3 ? SUB : 0;
    for (let i = 0; i < width * channels; i++) {
      const value = data[from + i] ?? 0;
      if (wide) rows[at++] = value >> 8;
      rows[at++] = channels === 3 && i >= 3 ? value - (data[from + i - 3] ?? 0) : value;
    }
  }
  return rows;
}

/**
 * A PNG file.
 *
 * @param pixels `data` holds width * height * channels values
 */
export function encodePng(pixels: PngPixels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(pixels.width, 0);
  header.writeUInt32BE(pixels.height, 4);
  header[8] = pixels.data instanceof Uint16Array ? 16 : 8;
  header[9] = COLOR_TYPE[pixels.channels];
  const body = deflateSync(filteredRows(pixels), { level: 6 });
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', body),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
