/** The reduced inverse DCTs of scalar.ts in SIMD128, with identical results; written as ../idct/simd.ts is. */
import { Halves, HALVES, Lanes } from '../idct/lanes';

/**
 * Four lanes of the half-size transform: `x0` shifted left by 14, pairs of the others; results 0..3 go to `out`, 16
 * bytes apart.
 */
function transformHalf(x0: v128, p26: v128, p13: v128, p57: v128, shift: i32, out: usize): void {
  const round = i32x4.splat(1 << (shift - 1));
  const even = Lanes.dot(p26, 15137, -6270);
  const a0 = i32x4.add(i32x4.add(x0, even), round);
  const a1 = i32x4.add(i32x4.sub(x0, even), round);
  const b0 = i32x4.add(Lanes.dot(p13, 20995, 7373), Lanes.dot(p57, -4926, -4176));
  const b1 = i32x4.add(Lanes.dot(p13, 8697, -17799), Lanes.dot(p57, 11893, -1730));
  v128.store(out, i32x4.shr_s(i32x4.add(a0, b0), shift));
  v128.store(out, i32x4.shr_s(i32x4.add(a1, b1), shift), 16);
  v128.store(out, i32x4.shr_s(i32x4.sub(a1, b1), shift), 32);
  v128.store(out, i32x4.shr_s(i32x4.sub(a0, b0), shift), 48);
}

/** See scalar.ts. Reads 128 bytes at `block` and `quant`, writes 4 bytes in each of 4 rows. */
export function idct4x4(block: usize, quant: usize, out: usize, stride: usize): void {
  const zero = i64x2.splat(0);
  const r0 = Lanes.row(block, quant, 0);
  let d0 = i16x8.shl(r0, 2);
  let d1 = d0;
  let d2 = d0;
  let d3 = d0;
  let rest = v128.or(v128.load(block, 16), v128.load(block, 32));
  rest = v128.or(rest, v128.or(v128.load(block, 48), v128.load(block, 80)));
  rest = v128.or(rest, v128.or(v128.load(block, 96), v128.load(block, 112)));
  if (v128.any_true(rest)) {
    const r1 = Lanes.row(block, quant, 1);
    const r2 = Lanes.row(block, quant, 2);
    const r3 = Lanes.row(block, quant, 3);
    const r5 = Lanes.row(block, quant, 5);
    const r6 = Lanes.row(block, quant, 6);
    const r7 = Lanes.row(block, quant, 7);
    // (0, x) >> 2 in each 32-bit lane is x << 14.
    transformHalf(
      i32x4.shr_s(Lanes.low16(zero, r0), 2),
      Lanes.low16(r2, r6),
      Lanes.low16(r1, r3),
      Lanes.low16(r5, r7),
      12,
      HALVES,
    );
    transformHalf(
      i32x4.shr_s(Lanes.high16(zero, r0), 2),
      Lanes.high16(r2, r6),
      Lanes.high16(r1, r3),
      Lanes.high16(r5, r7),
      12,
      HALVES + 128,
    );
    d0 = Halves.column(0);
    d1 = Halves.column(1);
    d2 = Halves.column(2);
    d3 = Halves.column(3);
  }
  // Columns of four, two a vector.
  const low01 = Lanes.low16(d0, d1);
  const low23 = Lanes.low16(d2, d3);
  const high01 = Lanes.high16(d0, d1);
  const high23 = Lanes.high16(d2, d3);
  const c01 = Lanes.low32(low01, low23);
  const c23 = Lanes.high32(low01, low23);
  const c45 = Lanes.low32(high01, high23);
  const c67 = Lanes.high32(high01, high23);
  transformHalf(
    i32x4.shr_s(Lanes.low16(zero, c01), 2),
    Lanes.low16(c23, c67),
    Lanes.high16(c01, c23),
    Lanes.high16(c45, c67),
    19,
    HALVES,
  );
  const e02 = Halves.narrow(0, 2);
  const e13 = Halves.narrow(1, 3);
  const left = Lanes.low16(e02, e13);
  const right = Lanes.high16(e02, e13);
  const samples = Lanes.samples(Lanes.low32(left, right), Lanes.high32(left, right));
  v128.store32_lane(out, samples, 0);
  out += stride;
  v128.store32_lane(out, samples, 1);
  out += stride;
  v128.store32_lane(out, samples, 2);
  out += stride;
  v128.store32_lane(out, samples, 3);
}

/** Two samples of a row of eight column sums, of which 0, 1, 3, 5 and 7 count. */
function samplePair(low: v128, high: v128, out: usize): void {
  const round = i32x4.splat(1 << 12);
  const first = i32x4.shr_s(i32x4.add(low, round), 13);
  const columns = i16x8.narrow_i32x4_s(first, i32x4.shr_s(i32x4.add(high, round), 13));
  const odd = i32x4.dot_i16x8_s(columns, i16x8(0, 29692, 0, -10426, 0, 6967, 0, -5906));
  const sum =
    i32x4.extract_lane(odd, 0) +
    i32x4.extract_lane(odd, 1) +
    i32x4.extract_lane(odd, 2) +
    i32x4.extract_lane(odd, 3);
  const mean = (i32x4.extract_lane(first, 0) << 15) + (1 << 19);
  store<u8>(out, <u8>(max(min((mean + sum) >> 20, 127), -128) + 128));
  store<u8>(out, <u8>(max(min((mean - sum) >> 20, 127), -128) + 128), 1);
}

/** See scalar.ts. */
export function idct2x2(block: usize, quant: usize, out: usize, stride: usize): void {
  const zero = i64x2.splat(0);
  const r0 = Lanes.row(block, quant, 0);
  const r1 = Lanes.row(block, quant, 1);
  const r3 = Lanes.row(block, quant, 3);
  const r5 = Lanes.row(block, quant, 5);
  const r7 = Lanes.row(block, quant, 7);
  // (0, x) >> 1 in each 32-bit lane is x << 15.
  const meanLow = i32x4.shr_s(Lanes.low16(zero, r0), 1);
  const meanHigh = i32x4.shr_s(Lanes.high16(zero, r0), 1);
  const oddLow = i32x4.add(
    Lanes.dot(Lanes.low16(r1, r3), 29692, -10426),
    Lanes.dot(Lanes.low16(r5, r7), 6967, -5906),
  );
  const oddHigh = i32x4.add(
    Lanes.dot(Lanes.high16(r1, r3), 29692, -10426),
    Lanes.dot(Lanes.high16(r5, r7), 6967, -5906),
  );
  samplePair(i32x4.add(meanLow, oddLow), i32x4.add(meanHigh, oddHigh), out);
  samplePair(i32x4.sub(meanLow, oddLow), i32x4.sub(meanHigh, oddHigh), out + stride);
}
