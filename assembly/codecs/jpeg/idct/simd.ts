/**
 * The inverse DCT of scalar.ts in SIMD128, with identical results. A pass works on 8 vectors of 8 i16,
 * lanes being columns; products are pairs summed in i32 (`dot`), low and high halves apart.
 */

import { Halves, HALVES, Lanes } from './lanes';
import { Store } from './store';

/** 8 vectors between the steps. */
const WORKSPACE: usize = memory.data(128, 16);

/**
 * Shift of a pass. The second pass has SECOND bits more to lose; they go where samples are made, because engines are
 * slow at shifts that are not constant. Saturation in between changes nothing: what it cuts is cut to a sample anyway.
 */
const SHIFT: i32 = 11;
const SECOND: i32 = 7;
const ROUND_FIRST: i32 = 1 << (SHIFT - 1);
const ROUND_SECOND: i32 = 1 << (SHIFT + SECOND - 1);

/** Eight 8-point transforms side by side, from WORKSPACE to WORKSPACE. */
function fullPass(rounding: i32): void {
  const zero = i64x2.splat(0);
  const round = i32x4.splat(rounding);
  const x0 = v128.load(WORKSPACE, 0);
  const x1 = v128.load(WORKSPACE, 16);
  const x2 = v128.load(WORKSPACE, 32);
  const x3 = v128.load(WORKSPACE, 48);
  const x4 = v128.load(WORKSPACE, 64);
  const x5 = v128.load(WORKSPACE, 80);
  const x6 = v128.load(WORKSPACE, 96);
  const x7 = v128.load(WORKSPACE, 112);
  const sum = i16x8.add(x0, x4);
  const diff = i16x8.sub(x0, x4);
  // (0, x) >> 3 in each 32-bit lane is x << 13; what rounds every result is added once, here.
  const e0l = i32x4.add(i32x4.shr_s(Lanes.low16(zero, sum), 3), round);
  const e0h = i32x4.add(i32x4.shr_s(Lanes.high16(zero, sum), 3), round);
  const e1l = i32x4.add(i32x4.shr_s(Lanes.low16(zero, diff), 3), round);
  const e1h = i32x4.add(i32x4.shr_s(Lanes.high16(zero, diff), 3), round);
  const p26l = Lanes.low16(x2, x6);
  const p26h = Lanes.high16(x2, x6);
  const e2l = Lanes.dot(p26l, 4433, -10704);
  const e2h = Lanes.dot(p26h, 4433, -10704);
  const e3l = Lanes.dot(p26l, 10703, 4433);
  const e3h = Lanes.dot(p26h, 10703, 4433);

  const z3 = i16x8.add(x3, x7);
  const z4 = i16x8.add(x1, x5);
  const zl = Lanes.low16(z3, z4);
  const zh = Lanes.high16(z3, z4);
  const y3l = Lanes.dot(zl, -6436, 9633);
  const y3h = Lanes.dot(zh, -6436, 9633);
  const y4l = Lanes.dot(zl, 9633, 6437);
  const y4h = Lanes.dot(zh, 9633, 6437);
  const p71l = Lanes.low16(x7, x1);
  const p71h = Lanes.high16(x7, x1);
  const p53l = Lanes.low16(x5, x3);
  const p53h = Lanes.high16(x5, x3);

  const a0l = i32x4.add(e0l, e3l);
  const a0h = i32x4.add(e0h, e3h);
  const b3l = i32x4.add(Lanes.dot(p71l, -7373, 4926), y4l);
  const b3h = i32x4.add(Lanes.dot(p71h, -7373, 4926), y4h);
  v128.store(WORKSPACE, Lanes.sum(a0l, a0h, b3l, b3h));
  v128.store(WORKSPACE, Lanes.difference(a0l, a0h, b3l, b3h), 112);
  const a1l = i32x4.add(e1l, e2l);
  const a1h = i32x4.add(e1h, e2h);
  const b2l = i32x4.add(Lanes.dot(p53l, -20995, 4177), y3l);
  const b2h = i32x4.add(Lanes.dot(p53h, -20995, 4177), y3h);
  v128.store(WORKSPACE, Lanes.sum(a1l, a1h, b2l, b2h), 16);
  v128.store(WORKSPACE, Lanes.difference(a1l, a1h, b2l, b2h), 96);
  const a2l = i32x4.sub(e1l, e2l);
  const a2h = i32x4.sub(e1h, e2h);
  const b1l = i32x4.add(Lanes.dot(p53l, -4176, -20995), y4l);
  const b1h = i32x4.add(Lanes.dot(p53h, -4176, -20995), y4h);
  v128.store(WORKSPACE, Lanes.sum(a2l, a2h, b1l, b1h), 32);
  v128.store(WORKSPACE, Lanes.difference(a2l, a2h, b1l, b1h), 80);
  const a3l = i32x4.sub(e0l, e3l);
  const a3h = i32x4.sub(e0h, e3h);
  const b0l = i32x4.add(Lanes.dot(p71l, -4927, -7373), y3l);
  const b0h = i32x4.add(Lanes.dot(p71h, -4927, -7373), y3h);
  v128.store(WORKSPACE, Lanes.sum(a3l, a3h, b0l, b0h), 48);
  v128.store(WORKSPACE, Lanes.difference(a3l, a3h, b0l, b0h), 64);
}

/** Half of the above for inputs 4..7 of zero: pairs (x0, x2) and (x3, x1) of four lanes each. */
function lowPass(p02: v128, p31: v128, rounding: i32, out: usize): void {
  const round = i32x4.splat(rounding);
  const a0 = i32x4.add(Lanes.dot(p02, 8192, 10703), round);
  const a1 = i32x4.add(Lanes.dot(p02, 8192, 4433), round);
  const a2 = i32x4.add(Lanes.dot(p02, 8192, -4433), round);
  const a3 = i32x4.add(Lanes.dot(p02, 8192, -10703), round);
  const b0 = Lanes.dot(p31, -6436, 2260);
  const b1 = Lanes.dot(p31, -11362, 6437);
  const b2 = Lanes.dot(p31, -2259, 9633);
  const b3 = Lanes.dot(p31, 9633, 11363);
  v128.store(out, i32x4.shr_s(i32x4.add(a0, b3), SHIFT));
  v128.store(out, i32x4.shr_s(i32x4.add(a1, b2), SHIFT), 16);
  v128.store(out, i32x4.shr_s(i32x4.add(a2, b1), SHIFT), 32);
  v128.store(out, i32x4.shr_s(i32x4.add(a3, b0), SHIFT), 48);
  v128.store(out, i32x4.shr_s(i32x4.sub(a3, b0), SHIFT), 64);
  v128.store(out, i32x4.shr_s(i32x4.sub(a2, b1), SHIFT), 80);
  v128.store(out, i32x4.shr_s(i32x4.sub(a1, b2), SHIFT), 96);
  v128.store(out, i32x4.shr_s(i32x4.sub(a0, b3), SHIFT), 112);
}

/** Stores the columns of results in WORKSPACE. */
function storeWorkspace(out: usize, stride: usize): void {
  Store.columns(
    i16x8.shr_s(v128.load(WORKSPACE, 0), SECOND),
    i16x8.shr_s(v128.load(WORKSPACE, 16), SECOND),
    i16x8.shr_s(v128.load(WORKSPACE, 32), SECOND),
    i16x8.shr_s(v128.load(WORKSPACE, 48), SECOND),
    i16x8.shr_s(v128.load(WORKSPACE, 64), SECOND),
    i16x8.shr_s(v128.load(WORKSPACE, 80), SECOND),
    i16x8.shr_s(v128.load(WORKSPACE, 96), SECOND),
    i16x8.shr_s(v128.load(WORKSPACE, 112), SECOND),
    out,
    stride,
  );
}

/** True when rows 1..7 of the block hold zeros only. */
function firstRowOnly(block: usize): bool {
  let rest = v128.or(v128.load(block, 16), v128.load(block, 32));
  rest = v128.or(rest, v128.or(v128.load(block, 48), v128.load(block, 64)));
  rest = v128.or(rest, v128.or(v128.load(block, 80), v128.load(block, 96)));
  return !v128.any_true(v128.or(rest, v128.load(block, 112)));
}

/**
 * Exchanges rows and columns of the 8 x 8 results in WORKSPACE. Interleaving the first half of the vectors with the
 * second turns the six bits of a result's place round by one; three turns exchange row and column.
 */
function transposeWorkspace(): void {
  let x0 = v128.load(WORKSPACE, 0);
  let x1 = v128.load(WORKSPACE, 16);
  let x2 = v128.load(WORKSPACE, 32);
  let x3 = v128.load(WORKSPACE, 48);
  let x4 = v128.load(WORKSPACE, 64);
  let x5 = v128.load(WORKSPACE, 80);
  let x6 = v128.load(WORKSPACE, 96);
  let x7 = v128.load(WORKSPACE, 112);
  for (let i = 0; i < 3; i++) {
    const y1 = Lanes.high16(x0, x4);
    const y2 = Lanes.low16(x1, x5);
    const y3 = Lanes.high16(x1, x5);
    const y4 = Lanes.low16(x2, x6);
    const y5 = Lanes.high16(x2, x6);
    x0 = Lanes.low16(x0, x4);
    x6 = Lanes.low16(x3, x7);
    x7 = Lanes.high16(x3, x7);
    x1 = y1;
    x2 = y2;
    x3 = y3;
    x4 = y4;
    x5 = y5;
  }
  v128.store(WORKSPACE, x0, 0);
  v128.store(WORKSPACE, x1, 16);
  v128.store(WORKSPACE, x2, 32);
  v128.store(WORKSPACE, x3, 48);
  v128.store(WORKSPACE, x4, 64);
  v128.store(WORKSPACE, x5, 80);
  v128.store(WORKSPACE, x6, 96);
  v128.store(WORKSPACE, x7, 112);
}

/** First pass over the columns; WORKSPACE then holds the transposed results: column 0 .. column 7. */
function columnPass(block: usize, quant: usize): void {
  for (let i: usize = 0; i < 128; i += 16) {
    v128.store(WORKSPACE + i, i16x8.mul(v128.load(block + i), v128.load(quant + i)));
  }
  fullPass(ROUND_FIRST);
  transposeWorkspace();
}

/** The same where only the first row counts: a shift, which wraps; all rows of the result are equal. */
function columnShift(block: usize, quant: usize): void {
  v128.store(WORKSPACE, i16x8.shl(Lanes.row(block, quant, 0), 2));
  // From the last to the first: lane 0 is overwritten at the end.
  for (let i: usize = 8; i > 0; i--) {
    v128.store(WORKSPACE + ((i - 1) << 4), v128.load16_splat(WORKSPACE + ((i - 1) << 1)));
  }
}

/** See scalar.ts. Reads 128 bytes at `block` and `quant`, writes 8 bytes in each of 8 rows. */
export function idctFull(block: usize, quant: usize, out: usize, stride: usize): void {
  if (firstRowOnly(block)) columnShift(block, quant);
  else columnPass(block, quant);
  fullPass(ROUND_SECOND);
  storeWorkspace(out, stride);
}

/** See scalar.ts: coefficients outside the top left 4 x 4 are zero. */
export function idctLow(block: usize, quant: usize, out: usize, stride: usize): void {
  const rest = v128.or(v128.or(v128.load(block, 16), v128.load(block, 32)), v128.load(block, 48));
  if (!v128.any_true(rest)) {
    idctFull(block, quant, out, stride);
    return;
  }
  lowPass(
    Lanes.low16(Lanes.row(block, quant, 0), Lanes.row(block, quant, 2)),
    Lanes.low16(Lanes.row(block, quant, 3), Lanes.row(block, quant, 1)),
    ROUND_FIRST,
    HALVES,
  );
  // Results 0..7 of four columns each become four columns of 8.
  const r04 = Halves.narrow(0, 4);
  const r26 = Halves.narrow(2, 6);
  const r15 = Halves.narrow(1, 5);
  const r37 = Halves.narrow(3, 7);
  const r02 = Lanes.low16(r04, r26);
  const r46 = Lanes.high16(r04, r26);
  const r13 = Lanes.low16(r15, r37);
  const r57 = Lanes.high16(r15, r37);
  const top01 = Lanes.low16(r02, r13);
  const top23 = Lanes.high16(r02, r13);
  const end01 = Lanes.low16(r46, r57);
  const end23 = Lanes.high16(r46, r57);
  const c0 = Lanes.low64(top01, end01);
  const c1 = Lanes.high64(top01, end01);
  const c2 = Lanes.low64(top23, end23);
  const c3 = Lanes.high64(top23, end23);
  lowPass(Lanes.low16(c0, c2), Lanes.low16(c3, c1), ROUND_SECOND, HALVES);
  lowPass(Lanes.high16(c0, c2), Lanes.high16(c3, c1), ROUND_SECOND, HALVES + 128);
  Store.columns(
    i16x8.shr_s(Halves.column(0), SECOND),
    i16x8.shr_s(Halves.column(1), SECOND),
    i16x8.shr_s(Halves.column(2), SECOND),
    i16x8.shr_s(Halves.column(3), SECOND),
    i16x8.shr_s(Halves.column(4), SECOND),
    i16x8.shr_s(Halves.column(5), SECOND),
    i16x8.shr_s(Halves.column(6), SECOND),
    i16x8.shr_s(Halves.column(7), SECOND),
    out,
    stride,
  );
}

/** See scalar.ts. */
export function idctFlat(block: usize, quant: usize, out: usize, stride: usize): void {
  const dc = <i32>(<i16>((<i32>load<i16>(block) * <i32>load<i16>(quant)) << 2));
  const row = <u64>(max(min((dc + 16) >> 5, 127), -128) + 128) * 0x0101010101010101;
  for (let i = 0; i < 8; i++) {
    store<u64>(out, row);
    out += stride;
  }
}

/** See scalar.ts. */
export function nonZeros(block: usize): u64 {
  const zero = i64x2.splat(0);
  let mask: u64 = 0;
  for (let i: usize = 128; i > 0; i -= 32) {
    // Saturation keeps what is not zero so: 16 bytes for 16 coefficients.
    const bytes = i8x16.narrow_i16x8_s(v128.load(block + i - 32), v128.load(block + i - 16));
    mask = (mask << 16) | <u64>(<u32>i8x16.bitmask(i8x16.ne(bytes, zero)));
  }
  return mask;
}
