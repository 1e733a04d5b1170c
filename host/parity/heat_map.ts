/** The difference of two tensors as a picture: black where they are equal, through violet and orange to white at the largest. */
import { deflateSync } from 'node:zlib';
import type { InputSize } from './reference.js';

/** Pixels a side that a picture has at least: small tensors are drawn larger. */
const LEAST_SIDE = 256;
/** Colours at equal distances. */
const RAMP: readonly (readonly [number, number, number])[] = [
  ...([
    [0, 0, 0],
    [52, 16, 96],
    [136, 32, 128],
    [214, 66, 82],
    [248, 140, 36],
    [252, 220, 96],
    [255, 255, 255],
  ] as const),
];
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** An 8-bit RGB PNG file. */
function encodePng(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1)
    rows.set(rgb.subarray(y * width * 3, (y + 1) * width * 3), y * (1 + width * 3) + 1);
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

/** Colour at `share` (0 to 1) of the ramp. */
function colorAt(share: number): readonly [number, number, number] {
  const place = Math.min(1, share) * (RAMP.length - 1);
  const index = Math.min(RAMP.length - 2, Math.floor(place));
  const [a, b] = [RAMP[index]!, RAMP[index + 1]!];
  const mix = (c: 0 | 1 | 2) => Math.round(a[c] + (b[c] - a[c]) * (place - index));
  return [mix(0), mix(1), mix(2)];
}

/**
 * A PNG file of the difference, pixel by pixel: the largest of its channels. The square root of its share of the largest
 * difference is the place on the ramp, so that small differences show; not finite counts as the largest.
 */
export function heatMap(
  ours: Float32Array,
  reference: Float32Array,
  { channels, height, width }: InputSize,
  largest: number,
): Uint8Array {
  const zoom = Math.max(1, Math.ceil(LEAST_SIDE / Math.max(width, height)));
  const [w, h] = [width * zoom, height * zoom];
  const rgb = new Uint8Array(w * h * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let worst = 0;
      for (let c = 0; c < channels; c += 1) {
        const i = (y * width + x) * channels + c;
        if (Object.is(ours[i], reference[i])) continue;
        const distance = Math.abs(ours[i]! - reference[i]!);
        worst = Math.max(worst, Number.isFinite(distance) ? distance : largest);
      }
      const color = colorAt(largest > 0 ? Math.sqrt(worst / largest) : 0);
      for (let row = y * zoom; row < (y + 1) * zoom; row += 1)
        for (let column = x * zoom; column < (x + 1) * zoom; column += 1)
          rgb.set(color, (row * w + column) * 3);
    }
  }
  return encodePng(rgb, w, h);
}
