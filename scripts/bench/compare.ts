/** Outputs beside each other: hashes, and how far two outputs are apart. */
import { createHash } from 'node:crypto';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function apart(x: ArrayLike<number>, y: ArrayLike<number>, unit: string): string {
  if (x.length !== y.length) return `lengths ${x.length} and ${y.length}`;
  let most = 0;
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const difference = Math.abs((x[i] ?? 0) - (y[i] ?? 0));
    if (difference > most) most = difference;
    sum += difference;
  }
  return `at most ${most.toPrecision(3)}${unit} apart, on average ${(sum / Math.max(x.length, 1)).toPrecision(3)}`;
}

/** How far bytes are apart. */
export const u8Difference = (a: Uint8Array, b: Uint8Array): string => apart(a, b, ' of 255');

/** Bytes as f32. A Buffer may be an unaligned part of another buffer: a copy is not. */
export const asF32 = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);

/** Bytes as i32. */
export const asI32 = (bytes: Uint8Array): Int32Array => new Int32Array(new Uint8Array(bytes).buffer);

/** How far f32 values are apart. */
export const f32Difference = (a: Uint8Array, b: Uint8Array): string => apart(asF32(a), asF32(b), '');

/** Five class ids (i32) a picture: on how many pictures the first one is the same. */
export function topOneAgreement(a: Uint8Array, b: Uint8Array): string {
  const [x, y] = [asI32(a), asI32(b)];
  const pictures = Math.floor(x.length / 5);
  let same = 0;
  for (let i = 0; i < pictures; i++) same += Number(x[i * 5] === y[i * 5]);
  return `the best class is the same on ${same} of ${pictures} pictures`;
}
