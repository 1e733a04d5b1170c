/** One binary16 number to binary32 and back; the arithmetic that scalar.ts and the tables of normalize share. */

/** Value of the binary16 `bits`; exact, subnormal numbers included. A NaN keeps its sign and payload. */
export function halfToFloat(bits: u32): f32 {
  const sign = (bits & 0x8000) << 16;
  const rest = bits & 0x7fff;
  if (rest >= 0x7c00) return reinterpret<f32>(sign | 0x7f80_0000 | (rest << 13));
  // Exponents differ by 127 - 15 = 112.
  if (rest >= 0x0400) return reinterpret<f32>(sign | ((rest << 13) + 0x3800_0000));
  // Subnormal: rest * 2^-24, exact; f32 subnormal numbers, which are slow, do not come up.
  return reinterpret<f32>(sign | reinterpret<u32>(<f32>rest * reinterpret<f32>(0x3380_0000)));
}

/**
 * Nearest binary16 of `value`, ties to even: from 65520 on infinity, below 2^-24 / 2 (that included) zero, subnormal
 * numbers exact. Every NaN becomes 0x7e00 with its sign.
 */
export function floatToHalf(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  const sign = (bits >> 16) & 0x8000;
  const rest = bits & 0x7fff_ffff;
  if (rest > 0x7f80_0000) return sign | 0x7e00;
  if (rest >= 0x4780_0000) return sign | 0x7c00;
  // Below 2^-14: adding 0.5 puts the last bit of a binary16 subnormal into the last bit of the sum, rounded.
  if (rest < 0x3880_0000) return sign | (reinterpret<u32>(reinterpret<f32>(rest) + 0.5) - 0x3f00_0000);
  return sign | ((rest + 0xc800_0fff + ((rest >> 13) & 1)) >> 13);
}
