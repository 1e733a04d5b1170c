/**
 * One 16-bit float to binary32 and back; the arithmetic that half_scalar.ts and the tables of normalize share.
 *
 * A NaN keeps its sign and as much of the top of its payload as fits, and comes out quiet: what x86 (F16C, AVX512_BF16
 * apart from its flushing of subnormal numbers) and ARM do, and what IEEE 754 recommends.
 */

/** Value of the binary16 `bits`; exact, subnormal numbers included. */
export function halfToFloat(bits: u32): f32 {
  const sign = (bits & 0x8000) << 16;
  const rest = bits & 0x7fff;
  if (rest > 0x7c00) return reinterpret<f32>(sign | 0x7fc0_0000 | (rest << 13));
  if (rest == 0x7c00) return reinterpret<f32>(sign | 0x7f80_0000);
  // Exponents differ by 127 - 15 = 112.
  if (rest >= 0x0400) return reinterpret<f32>(sign | ((rest << 13) + 0x3800_0000));
  // Subnormal: rest * 2^-24, exact; f32 subnormal numbers, which are slow, do not come up.
  return reinterpret<f32>(sign | reinterpret<u32>(<f32>rest * reinterpret<f32>(0x3380_0000)));
}

/**
 * Nearest binary16 of `value`, ties to even: from 65520 on infinity, below 2^-24 / 2 (that included) zero, subnormal
 * numbers exact.
 */
export function floatToHalf(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  const sign = (bits >> 16) & 0x8000;
  const rest = bits & 0x7fff_ffff;
  if (rest > 0x7f80_0000) return sign | 0x7e00 | ((rest >> 13) & 0x03ff);
  if (rest >= 0x4780_0000) return sign | 0x7c00;
  // Below 2^-14: adding 0.5 puts the last bit of a binary16 subnormal into the last bit of the sum, rounded.
  if (rest < 0x3880_0000) return sign | (reinterpret<u32>(reinterpret<f32>(rest) + 0.5) - 0x3f00_0000);
  return sign | ((rest + 0xc800_0fff + ((rest >> 13) & 1)) >> 13);
}

/** Value of the bfloat16 `bits`; exact. */
export function bfloatToFloat(bits: u32): f32 {
  return reinterpret<f32>((bits << 16) | ((bits & 0x7fff) > 0x7f80 ? 0x0040_0000 : 0));
}

/** Nearest bfloat16 of `value`, ties to even: beyond the largest finite one infinity, subnormal numbers exact. */
export function floatToBfloat(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  if ((bits & 0x7fff_ffff) > 0x7f80_0000) return (bits >> 16) | 0x0040;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}
