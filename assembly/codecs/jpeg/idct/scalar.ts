/**
 * The slow-but-accurate inverse DCT ("islow": Loeffler, Ligtenberg and Moschytz 1989, 13-bit constants,
 * two passes, 2 extra bits after the first), with dequantisation.
 *
 * For coefficients that no encoder makes, the result is that of libjpeg-turbo's SIMD code, which is what
 * everybody runs: products with the quantiser and sums before a multiplication wrap at 16 bits, results
 * of both passes saturate to 16 bits, samples to 8.
 */

/** 64 i32 between the passes. */
const WORKSPACE: usize = memory.data(256, 16);

/** Arithmetic of the transforms. */
export class Fixed {
  @inline static wrap(x: i32): i32 {
    return <i32>(<i16>x);
  }

  @inline static saturate(x: i32): i32 {
    return max(min(x, 32767), -32768);
  }

  /** Coefficient `i`, dequantised. */
  @inline static load(block: usize, quant: usize, i: usize): i32 {
    return Fixed.wrap(<i32>load<i16>(block + (i << 1)) * <i32>load<i16>(quant + (i << 1)));
  }

  /** Rounded result of a pass. */
  @inline static descale(x: i32, shift: i32): i32 {
    return Fixed.saturate((x + (1 << (shift - 1))) >> shift);
  }

  @inline static sample(x: i32): u8 {
    return <u8>(max(min(x, 127), -128) + 128);
  }
}

/** One 8-point transform; the 8 results go to `out`, `step` bytes apart. */
function transform(
  x0: i32,
  x1: i32,
  x2: i32,
  x3: i32,
  x4: i32,
  x5: i32,
  x6: i32,
  x7: i32,
  shift: i32,
  out: usize,
  step: usize,
): void {
  const even0 = Fixed.wrap(x0 + x4) << 13;
  const even1 = Fixed.wrap(x0 - x4) << 13;
  const even2 = x2 * 4433 + x6 * -10704;
  const even3 = x2 * 10703 + x6 * 4433;
  const a0 = even0 + even3;
  const a3 = even0 - even3;
  const a1 = even1 + even2;
  const a2 = even1 - even2;
  const z3 = Fixed.wrap(x3 + x7);
  const z4 = Fixed.wrap(x1 + x5);
  const y3 = z3 * -6436 + z4 * 9633;
  const y4 = z3 * 9633 + z4 * 6437;
  const b0 = x7 * -4927 + x1 * -7373 + y3;
  const b3 = x7 * -7373 + x1 * 4926 + y4;
  const b1 = x5 * -4176 + x3 * -20995 + y4;
  const b2 = x5 * -20995 + x3 * 4177 + y3;
  store<i32>(out, Fixed.descale(a0 + b3, shift));
  store<i32>(out + 7 * step, Fixed.descale(a0 - b3, shift));
  store<i32>(out + step, Fixed.descale(a1 + b2, shift));
  store<i32>(out + 6 * step, Fixed.descale(a1 - b2, shift));
  store<i32>(out + 2 * step, Fixed.descale(a2 + b1, shift));
  store<i32>(out + 5 * step, Fixed.descale(a2 - b1, shift));
  store<i32>(out + 3 * step, Fixed.descale(a3 + b0, shift));
  store<i32>(out + 4 * step, Fixed.descale(a3 - b0, shift));
}

/** True when rows 1..7 of the block hold zeros only: the first pass is then a shift, which wraps. */
function firstRowOnly(block: usize): bool {
  for (let i: usize = 16; i < 128; i += 8) if (load<u64>(block + i) != 0) return false;
  return true;
}

/**
 * Dequantises and transforms the 64 coefficients (i16, natural order) at `block` with the 64 u16 at
 * `quant` into 8 rows of 8 samples at `out`, `stride` bytes apart.
 */
export function idctFull(block: usize, quant: usize, out: usize, stride: usize): void {
  if (firstRowOnly(block)) {
    for (let i: usize = 0; i < 8; i++) {
      const value = Fixed.wrap(Fixed.load(block, quant, i) << 2);
      for (let row: usize = 0; row < 8; row++) store<i32>(WORKSPACE + ((row * 8 + i) << 2), value);
    }
  } else {
    for (let i: usize = 0; i < 8; i++) {
      transform(
        Fixed.load(block, quant, i),
        Fixed.load(block, quant, i + 8),
        Fixed.load(block, quant, i + 16),
        Fixed.load(block, quant, i + 24),
        Fixed.load(block, quant, i + 32),
        Fixed.load(block, quant, i + 40),
        Fixed.load(block, quant, i + 48),
        Fixed.load(block, quant, i + 56),
        11,
        WORKSPACE + (i << 2),
        32,
      );
    }
  }
  for (let row: usize = 0; row < 8; row++) {
    const at = WORKSPACE + (row << 5);
    const x0 = load<i32>(at);
    const x4 = load<i32>(at, 16);
    transform(
      x0,
      load<i32>(at, 4),
      load<i32>(at, 8),
      load<i32>(at, 12),
      x4,
      load<i32>(at, 20),
      load<i32>(at, 24),
      load<i32>(at, 28),
      18,
      at,
      4,
    );
    for (let i: usize = 0; i < 8; i++) store<u8>(out + i, Fixed.sample(load<i32>(at + (i << 2))));
    out += stride;
  }
}

/** Like {@link idctFull} for blocks whose coefficients outside the top left 4 x 4 are zero. */
export function idctLow(block: usize, quant: usize, out: usize, stride: usize): void {
  idctFull(block, quant, out, stride);
}

/** Like {@link idctFull} for blocks with a DC coefficient only. */
export function idctFlat(block: usize, quant: usize, out: usize, stride: usize): void {
  const dc = Fixed.wrap(Fixed.load(block, quant, 0) << 2);
  const row = <u64>Fixed.sample((dc + 16) >> 5) * 0x0101010101010101;
  for (let i = 0; i < 8; i++) {
    store<u64>(out, row);
    out += stride;
  }
}

/** Which of the 64 coefficients are not zero: bit i for coefficient i. */
export function nonZeros(block: usize): u64 {
  let mask: u64 = 0;
  for (let i = 63; i >= 0; i--) mask = (mask << 1) | <u64>(load<i16>(block + ((<usize>i) << 1)) != 0);
  return mask;
}
