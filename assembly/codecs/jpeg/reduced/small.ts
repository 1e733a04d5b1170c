/**
 * Inverse DCTs that give 2 x 2 samples or 1 sample of a block: libjpeg's reduced transforms (jidctred.c), for which
 * there is so little to do that vectors gain nothing.
 *
 * For coefficients that no encoder makes: 2 x 2 is as in libjpeg-turbo's SIMD code (products with the quantiser wrap
 * at 16 bits, other sums at 32; odd columns between the passes saturate to 16), 1 x 1 as in its C code (the sample is
 * reduced to 10 bits before it is limited).
 */

/** Sums of the five columns that count (0, 1, 3, 5, 7), for the upper and the lower row. */
const UPPER: usize = memory.data(20, 4);
const LOWER: usize = memory.data(20, 4);
/** Byte offsets of those columns in a row of i16. */
const COLUMNS: usize = memory.data<u8>([0, 2, 6, 10, 14]);

class Half {
  /** Coefficient at byte `at`, dequantised. */
  static load(block: usize, quant: usize, at: usize): i32 {
    return <i32>(<i16>(<i32>load<i16>(block + at) * <i32>load<i16>(quant + at)));
  }

  /** The odd terms: what the upper or left half has more than the mean of both. */
  static odd(x1: i32, x3: i32, x5: i32, x7: i32): i32 {
    return x1 * 29692 + x3 * -10426 + x5 * 6967 + x7 * -5906;
  }

  @inline static saturate(x: i32): i32 {
    return max(min(x, 32767), -32768);
  }

  @inline static sample(x: i32): u8 {
    return <u8>(max(min((x + (1 << 19)) >> 20, 127), -128) + 128);
  }

  /** Two samples of one row of five column sums. */
  static row(sums: usize, out: usize): void {
    const mean = load<i32>(sums) << 15;
    const odd = Half.odd(
      Half.saturate(load<i32>(sums, 4)),
      Half.saturate(load<i32>(sums, 8)),
      Half.saturate(load<i32>(sums, 12)),
      Half.saturate(load<i32>(sums, 16)),
    );
    store<u8>(out, Half.sample(mean + odd));
    store<u8>(out, Half.sample(mean - odd), 1);
  }
}

/** 2 samples in each of 2 rows, `stride` bytes apart; block and quant as in scalar.ts. */
export function idct2x2(block: usize, quant: usize, out: usize, stride: usize): void {
  for (let i: usize = 0; i < 5; i++) {
    const at = <usize>load<u8>(COLUMNS + i); // at + 112 <= 126: inside the 128 bytes
    const mean = Half.load(block, quant, at) << 15;
    const odd = Half.odd(
      Half.load(block, quant, at + 16),
      Half.load(block, quant, at + 48),
      Half.load(block, quant, at + 80),
      Half.load(block, quant, at + 112),
    );
    store<i32>(UPPER + (i << 2), (mean + odd + (1 << 12)) >> 13);
    store<i32>(LOWER + (i << 2), (mean - odd + (1 << 12)) >> 13);
  }
  Half.row(UPPER, out);
  Half.row(LOWER, out + stride);
}

/** The mean of the block. */
export function idct1x1(block: usize, quant: usize, out: usize): void {
  const mean = (<i32>load<i16>(block) * <i32>load<i16>(quant) + 4) >> 3;
  store<u8>(out, <u8>max(min(((mean << 22) >> 22) + 128, 255), 0));
}
