/** binary16, which Node 20 has no array of. */

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** Value of the binary16 `bits`. */
export function halfToNumber(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The nearest number that binary16 has, ties to even; from 65520 on infinity. `value` counts as a binary32. */
export function roundToHalf(value: number): number {
  FLOAT[0] = value;
  const magnitude = Math.abs(FLOAT[0]);
  if (!(magnitude < 65520)) return Number.isNaN(value) ? value : Math.sign(value) * Number.POSITIVE_INFINITY;
  // One unit in the last place: 2^(e - 10), at least that of the subnormal numbers.
  const exponent = Math.max(((BITS[0]! >> 23) & 255) - 127, -14);
  const unit = 2 ** (exponent - 10);
  const rounded = roundToEven(magnitude / unit) * unit;
  return BITS[0]! >> 31 === 0 ? rounded : -rounded;
}

/** The nearest integer, ties to even; exact for numbers below 2^52. */
export function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
