/**
 * Interblock smoothing of progressive pictures whose scans did not all arrive (ITU T.81 K.8 enlarged to
 * 5 x 5 blocks, as libjpeg-turbo since 2.1 does it): low AC coefficients that are still zero and not known
 * to full precision are estimated from the DC values around; with no AC data at all, DC is smoothed, too.
 */
import { Component, Frame } from './frame';
import { nonZeros } from './idct';
import { Progress } from './scan_stored';
import { naturalOrder } from './tables';

/** Coefficients that may be estimated: positions in natural order, by zigzag index 1..9. */
const POSITIONS: usize = memory.data<u8>([0, 1, 8, 16, 9, 2, 3, 10, 17, 24]);

/** Weights of the 5 x 5 DC values (row by row) while AC data is partly there, for zigzag 1..5. */
const WITH_AC: usize = memory.data<i8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -7, 50, 0, -50, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -7, 0, 0, 0, 0, 50, 0,
  0, 0, 0, 0, 0, 0, 0, 0, -50, 0, 0, 0, 0, 7, 0, 0, 0, 0, -1, 0, 0, 0, 0, 13, 0, 0, 0, 0, -24, 0, 0, 0, 0, 13,
  0, 0, 0, 0, -1, 0, 0, 0, -1, 0, 1, 0, -1, 10, 0, -10, 1, 0, 0, 0, 0, 0, 1, -10, 0, 10, -1, 0, 1, 0, -1, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 13, -24, 13, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** The same without any AC data, for zigzag 1..9 and then for DC, whose own weight is 152: 256 more than what is stored. */
const WITHOUT_AC: usize = memory.data<i8>([
  -1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1, -1, -3, -3, -3,
  -1, -1, 13, 38, 13, -1, 0, 0, 0, 0, 0, 1, -13, -38, -13, 1, 1, 3, 3, 3, 1, 0, 0, 1, 0, 0, 0, 2, 7, 2, 0, 0,
  -5, -14, -5, 0, 0, 2, 7, 2, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 9, 0, -9, 0, 0, 0, 0, 0, 0, 0, -9, 0, 9, 0,
  1, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 2, -5, 2, 0, 1, 7, -14, 7, 1, 0, 2, -5, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 1, 0, -1, 0, 0, 2, 0, -2, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -3, 1, 0, 0, 0, 0, 0,
  0, 0, -1, 3, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, -3, 0, 3, 0, 0, 1, 0, -1, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, -1, -2, -1, 0, 0, 0, 0, 0, 0, -2, -6, -8, -6, -2, -6,
  6, 42, 6, -6, -8, 42, -104, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8, -6, -2,
]);

/** Those for DC. */
const DC_WEIGHTS: usize = WITHOUT_AC + 225;

/** The block being smoothed, and the 25 DC values (i32) around it. */
const BLOCK: usize = memory.data(128, 16);
const AROUND: usize = memory.data(100, 16);

/** Precision of zigzag coefficient 0..9 in use for a component at the present row. */
class Known {
  static bits: usize = 0;
  static nothing: bool = false;
}

/**
 * True when smoothing applies to the picture: progressive, every DC known at least in part, the first ten
 * quantisers not zero, and some low AC coefficient not fully known.
 */
export function smoothingApplies(): bool {
  if (!Frame.progressive) return false;
  let useful = false;
  for (let i = 0; i < Frame.components; i++) {
    const c = Frame.component(i);
    if (!c.latched || load<i8>(c.bits) < 0) return false;
    for (let k: usize = 0; k < 10; k++) {
      if (load<u16>(c.quant + ((<usize>load<u8>(POSITIONS + k)) << 1)) == 0) return false;
      if (k > 0 && load<i8>(c.bits + k) != 0) useful = true;
    }
  }
  return useful;
}

/** Chooses the precision to go by for MCU row `row`: that before the last scan where its data ran out. */
export function smoothRowBegin(c: Component, row: i32, scans: i32): void {
  Known.bits = c.bits;
  if (row > Progress.lastGoodRow) Known.bits = scans > 1 ? c.previousBits : 0;
  Known.nothing = true;
  for (let k = 1; k < 10; k++) if (known(k) != -1) Known.nothing = false;
}

function known(k: i32): i32 {
  return Known.bits == 0 ? -1 : <i32>load<i8>(Known.bits + <usize>k);
}

/** DC value of block (`x`, `y`) of the component; both lie inside the padded array. */
function dcAt(c: Component, x: i32, y: i32): i32 {
  return <i32>load<i16>(c.coefficients + ((<usize>(y * c.paddedWide + x)) << 7));
}

/** Weighted sum of the 25 values around, times the DC quantiser, in units of 1 / 256 quantiser `q`. */
function estimate(weights: usize, quantDC: i64, q: i64): i32 {
  let sum = 0;
  for (let i: usize = 0; i < 25; i++) sum += <i32>load<i8>(weights + i) * load<i32>(AROUND + (i << 2));
  if (weights == DC_WEIGHTS) sum += load<i32>(AROUND, 48) << 8;
  const size = quantDC * <i64>sum;
  const magnitude = <i32>(((q << 7) + (size >= 0 ? size : -size)) / (q << 8));
  return size >= 0 ? magnitude : -magnitude;
}

/** Reads the 5 x 5 DC values around column `x`; `rows` are the five block rows, top to bottom. */
function readAround(c: Component, x: i32, above2: i32, above: i32, here: i32, below: i32, below2: i32): void {
  const last = c.blocksWide - 1;
  for (let i = 0; i < 5; i++) {
    const column = max(min(x + i - 2, last), 0);
    const at = AROUND + ((<usize>i) << 2);
    store<i32>(at, dcAt(c, column, above2));
    store<i32>(at, dcAt(c, column, above), 20);
    store<i32>(at, dcAt(c, column, here), 40);
    store<i32>(at, dcAt(c, column, below), 60);
    store<i32>(at, dcAt(c, column, below2), 80);
  }
}

/**
 * A smoothed copy of block `x` of block row `y` of MCU row `row`, which has `blockRows` block rows that
 * count. `ordinal` numbers the block row as libjpeg does at the edges: row * blockRows + its place.
 */
export function smoothBlock(c: Component, x: i32, y: i32, ordinal: i32, blockRows: i32): usize {
  const rows = blockRows * Frame.mcuRows;
  const above = ordinal > 0 ? y - 1 : y;
  const above2 = ordinal > 1 ? y - 2 : above;
  const below = ordinal < rows - 1 ? y + 1 : y;
  const below2 = ordinal < rows - 2 ? y + 2 : below;
  readAround(c, x, above2, above, y, below, below2);
  const block = c.coefficients + ((<usize>(y * c.paddedWide + x)) << 7);
  naturalOrder(block, BLOCK, nonZeros(block));
  const quantDC = <i64>load<u16>(c.quant);
  const count = Known.nothing ? 9 : 5;
  const weights = Known.nothing ? WITHOUT_AC : WITH_AC;
  for (let k = 1; k <= count; k++) {
    const position = (<usize>load<u8>(POSITIONS + <usize>k)) << 1;
    const low = known(k);
    if (low == 0 || load<i16>(BLOCK + position) != 0) continue;
    let value = estimate(weights + 25 * <usize>(k - 1), quantDC, <i64>load<u16>(c.quant + position));
    if (low > 0) {
      const limit = (1 << low) - 1;
      value = max(min(value, limit), -limit);
    }
    store<i16>(BLOCK + position, <i16>value);
  }
  if (Known.nothing) store<i16>(BLOCK, <i16>estimate(DC_WEIGHTS, quantDC, quantDC));
  return BLOCK;
}
