/** A tensor's bytes as numbers, pixel by pixel. */
import type { CardInput } from '../models/card.js';
import { halfToNumber } from './half.js';
import type { InputSize } from './reference.js';

const BYTES = { f32: 4, f16: 2, u8: 1, i8: 1 } as const;

/** Elements of the module's tensor as rows of pixels of channels, whatever the card's layout is. */
export function readElements(bytes: Uint8Array, { dtype, layout }: CardInput, size: InputSize): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = dtype as keyof typeof BYTES;
  const read: Readonly<Record<typeof type, (i: number) => number>> = {
    f32: (i) => view.getFloat32(i * 4, true),
    f16: (i) => halfToNumber(view.getUint16(i * 2, true)),
    u8: (i) => view.getUint8(i),
    i8: (i) => view.getInt8(i),
  };
  const { channels, height, width } = size;
  const element = read[type];
  const pixels = height * width;
  const out = new Float32Array(pixels * channels);
  for (let p = 0; p < pixels; p += 1)
    for (let c = 0; c < channels; c += 1)
      out[p * channels + c] = element(layout === 'NHWC' ? p * channels + c : c * pixels + p);
  return out;
}
