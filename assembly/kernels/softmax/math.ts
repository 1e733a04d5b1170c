/** exp and log from basic IEEE operations only: every engine gives the same bits. */

/** Below this expF32 gives 0: exp would be subnormal. */
export const EXP_LOWEST: f32 = -87.33654;
/** Added to x, |x| < 2^22, and taken away again it rounds x to an integer, ties to even; the sum's lowest bits are that integer. */
export const ROUNDER: f32 = 12582912; // 1.5 * 2^23

/**
 * exp(x) for x <= 88 (NaN gives 0), about one unit in the last place; results below 2^-126 are 0.
 * exp(x) = 2^n * exp(r), r = x - n ln 2 in two parts, |r| <= ln 2 / 2, polynomial of Cephes' expf.
 */
export function expF32(x: f32): f32 {
  if (!(x >= EXP_LOWEST)) return 0;
  const shifted = x * <f32>1.44269504088896341 + ROUNDER;
  const n = shifted - ROUNDER;
  const r = x - n * <f32>0.693359375 - n * <f32>-2.1219444e-4;
  let y = <f32>1.98756915e-4;
  y = y * r + <f32>1.3981999507e-3;
  y = y * r + <f32>8.3334519073e-3;
  y = y * r + <f32>4.1665795894e-2;
  y = y * r + <f32>1.6666665459e-1;
  y = y * r + <f32>5.0000001201e-1;
  y = y * (r * r) + r + 1;
  // -126 <= n <= 127: the power of two is a normal number. Bits of ROUNDER below 2^9 are 0: n alone is shifted in.
  return y * reinterpret<f32>((reinterpret<i32>(shifted) + 127) << 23);
}

/** Natural logarithm of a normal x > 0, relative error below 1e-15: ln(2^e m) with ln m = 2 artanh((m - 1) / (m + 1)). */
export function logF64(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let exponent = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const s = (m - 1.0) / (m + 1.0);
  const z = s * s;
  let sum: f64 = 0.0;
  for (let odd = 21; odd >= 1; odd -= 2) sum = sum * z + 1.0 / <f64>odd;
  return <f64>exponent * 0.6931471805599453 + 2.0 * s * sum;
}
