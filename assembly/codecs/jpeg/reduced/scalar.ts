/**
 * The inverse DCT at half and at a quarter of the size: libjpeg's reduced transforms (jidctred.c), the 8-point transform
 * of ../idct in which each result is the mean of two or four neighbours. Column 4 and row 4 have no part in the first,
 * columns and rows 2, 4, 6 none in the second. For coefficients that no encoder makes the result is that of
 * libjpeg-turbo's SIMD code: products with the quantiser wrap at 16 bits, sums at 32, results of the first pass saturate
 * to 16 (at a quarter not those of column 0), samples to 8.
 */
import { Fixed } from '../idct/scalar';

/** 4 rows of 8 i32 between the passes. */
const WORKSPACE: usize = memory.data(128, 16);

/** Four results of an 8-point transform, each the mean of two neighbours; they go to `out`, `step` bytes apart. */
function transformHalf(
  x0: i32,
  x1: i32,
  x2: i32,
  x3: i32,
  x5: i32,
  x6: i32,
  x7: i32,
  shift: i32,
  out: usize,
  step: usize,
): void {
  const even = x2 * 15137 + x6 * -6270;
  const a0 = (x0 << 14) + even;
  const a1 = (x0 << 14) - even;
  const b0 = x1 * 20995 + x3 * 7373 + x5 * -4926 + x7 * -4176;
  const b1 = x1 * 8697 + x3 * -17799 + x5 * 11893 + x7 * -1730;
  store<i32>(out, Fixed.descale(a0 + b0, shift));
  store<i32>(out + step, Fixed.descale(a1 + b1, shift));
  store<i32>(out + 2 * step, Fixed.descale(a1 - b1, shift));
  store<i32>(out + 3 * step, Fixed.descale(a0 - b0, shift));
}

/** True when rows 1, 2, 3, 5, 6, 7 hold zeros only (row 4 does not count): a shift, which wraps. */
function evenRowsOnly(block: usize): bool {
  for (let i: usize = 16; i < 128; i += 8) {
    if (i >> 4 != 4 && load<u64>(block + i) != 0) return false;
  }
  return true;
}

/**
 * Dequantises and transforms the 64 coefficients (i16, natural order) at `block` with the 64 u16 at `quant` into 4 rows
 * of 4 samples at `out`, `stride` bytes apart.
 */
export function idct4x4(block: usize, quant: usize, out: usize, stride: usize): void {
  const shifted = evenRowsOnly(block);
  for (let i: usize = 0; i < 8; i++) {
    const x0 = Fixed.load(block, quant, i);
    if (shifted) {
      for (let row: usize = 0; row < 4; row++)
        store<i32>(WORKSPACE + ((row * 8 + i) << 2), Fixed.wrap(x0 << 2));
      continue;
    }
    transformHalf(
      x0,
      Fixed.load(block, quant, i + 8),
      Fixed.load(block, quant, i + 16),
      Fixed.load(block, quant, i + 24),
      Fixed.load(block, quant, i + 40),
      Fixed.load(block, quant, i + 48),
      Fixed.load(block, quant, i + 56),
      12,
      WORKSPACE + (i << 2),
      32,
    );
  }
  for (let row: usize = 0; row < 4; row++) {
    const at = WORKSPACE + (row << 5);
    transformHalf(
      load<i32>(at),
      load<i32>(at, 4),
      load<i32>(at, 8),
      load<i32>(at, 12),
      load<i32>(at, 20),
      load<i32>(at, 24),
      load<i32>(at, 28),
      19,
      at,
      4,
    );
    for (let i: usize = 0; i < 4; i++) store<u8>(out + i, Fixed.sample(load<i32>(at + (i << 2))));
    out += stride;
  }
}

/** Sums of the five columns that count at a quarter (0, 1, 3, 5, 7), for the upper and the lower row. */
const UPPER: usize = memory.data(20, 4);
const LOWER: usize = memory.data(20, 4);

/** Odd terms of a quarter-size transform: what the first result has more than the mean of both. */
function oddQuarter(x1: i32, x3: i32, x5: i32, x7: i32): i32 {
  return x1 * 29692 + x3 * -10426 + x5 * 6967 + x7 * -5906;
}

/** Two samples of a row of five column sums. */
function samplePair(sums: usize, out: usize): void {
  const mean = (load<i32>(sums) << 15) + (1 << 19);
  const odd = oddQuarter(
    Fixed.saturate(load<i32>(sums, 4)),
    Fixed.saturate(load<i32>(sums, 8)),
    Fixed.saturate(load<i32>(sums, 12)),
    Fixed.saturate(load<i32>(sums, 16)),
  );
  store<u8>(out, Fixed.sample((mean + odd) >> 20));
  store<u8>(out, Fixed.sample((mean - odd) >> 20), 1);
}

/** Like {@link idct4x4}: 2 samples in each of 2 rows. */
export function idct2x2(block: usize, quant: usize, out: usize, stride: usize): void {
  for (let i: usize = 0; i < 5; i++) {
    const column: usize = i == 0 ? 0 : 2 * i - 1;
    const mean = (Fixed.load(block, quant, column) << 15) + (1 << 12);
    const odd = oddQuarter(
      Fixed.load(block, quant, column + 8),
      Fixed.load(block, quant, column + 24),
      Fixed.load(block, quant, column + 40),
      Fixed.load(block, quant, column + 56),
    );
    store<i32>(UPPER + (i << 2), (mean + odd) >> 13);
    store<i32>(LOWER + (i << 2), (mean - odd) >> 13);
  }
  samplePair(UPPER, out);
  samplePair(LOWER, out + stride);
}
