/**
 * Segmentation: a class map, or scores for each pixel, -> the mask and the share of each class, into the answer at hand.
 *
 * Pixel centres: pixel p of the picture is at (p + 0.5) * full / size - crop of the input and, of the `n` columns of the
 * graph's mask, at that * n / input width. Pixels that the input does not show have no class: 255, or 65535 in wide masks.
 */

import { answer, PREDICTION_BYTES } from '../answer';
import { cardOutput, dtypeBytes, DTYPE_I32, DTYPE_I64, KIND_MASK, LAYOUT_NCHW, plan } from '../card/plan';
import { faultExit } from '../fault';
import { argmax } from '../kernels/argmax/scalar';
import { resizeWindow } from '../kernels/resize/geometry';
import { topK } from '../kernels/topk';
import { arenaAlloc, arenaAllocZeroed } from '../memory/arena';
import { faultMemory } from '../package';
import { keepRows } from './classify';
import { faultOutput, outputAt, outputSize, shapedOutput } from './outputs';

/** Classes of a narrow mask, without the pixels that have none. */
const NARROW_CLASSES: i32 = 255;
const WIDE_CLASSES: i32 = 65535;
/** Cut to the width of the mask it is what pixels without a class have. */
const NO_CLASS: u32 = 0xffff;

let rows: i32 = 0;
let columns: i32 = 0;
let classCount: i32 = 0;
let planar: bool = false;
/** f32[classCount] for each pixel of the graph's mask, planes or rows; 0: it is a class map. */
let values: usize = 0;
/** f32[columns][classCount]: a row of the picture. */
let line: usize = 0;
/** f32[classCount]: a pixel of it. */
let point: usize = 0;

/** Reads the mask of output 0, of the picture's size if asked; the exit code. */
export function segmentOutput(ofPicture: bool): i32 {
  const row = cardOutput(0);
  const given = row.kind == KIND_MASK;
  planar = given || plan.maskLayout == LAYOUT_NCHW;
  rows = planar ? row.dimension2 : row.dimension1;
  columns = planar ? row.dimension3 : row.dimension2;
  // Without labels a map of bytes has as many classes as bytes can name.
  classCount = planar ? row.dimension1 : row.dimension3;
  if (given) classCount = plan.labelCount > 0 ? plan.labelCount : NARROW_CLASSES;
  if (classCount > WIDE_CLASSES) return faultOutput(0, WIDE_CLASSES);
  if (outputSize(0) != <usize>row.elements * dtypeBytes(row.dtype)) return faultOutput(0, row.elements);
  answer.maskBytes = classCount > NARROW_CLASSES ? 2 : 1;
  answer.maskWidth = ofPicture ? answer.width : columns;
  answer.maskHeight = ofPicture ? answer.height : rows;
  answer.mask = arenaAlloc(<usize>answer.maskWidth * <usize>answer.maskHeight * <usize>answer.maskBytes);
  values = given ? 0 : shapedOutput(0);
  line = arenaAlloc((<usize>columns * <usize>classCount) << 2);
  point = arenaAlloc((<usize>classCount) << 2);
  if (!given && values == 0) return faultExit;
  if (answer.mask == 0 || line == 0 || point == 0) return withoutMemory();
  if (ofPicture) {
    const window = resizeWindow;
    draw(
      <f64>window.fullW / <f64>answer.width,
      <f64>window.cropX,
      <f64>plan.width,
      <f64>window.fullH / <f64>answer.height,
      <f64>window.cropY,
      <f64>plan.height,
    );
  } else draw(1, 0, columns, 1, 0, rows);
  return countClasses();
}

function withoutMemory(): i32 {
  faultMemory();
  return faultExit;
}

/** Place of pixel `i`, 0 to `count` (the middle of the first pixel is 0.5); below 0: the input does not show it. */
function place(i: i32, scale: f64, crop: f64, input: f64, count: i32): f32 {
  const at = (<f64>i + 0.5) * scale - crop;
  return at >= 0 && at < input ? <f32>((at * <f64>count) / input) : -1;
}

/** Fills the mask: pixels of it are `scale` pixels of the input of `width` x `height`, less a crop. */
function draw(scaleX: f64, cropX: f64, width: f64, scaleY: f64, cropY: f64, height: f64): void {
  let pixel: usize = 0;
  for (let y = 0; y < answer.maskHeight; y++) {
    const v = place(y, scaleY, cropY, height, rows);
    if (v >= 0 && values != 0) drawLine(v);
    for (let x = 0; x < answer.maskWidth; x++, pixel++) {
      const u = place(x, scaleX, cropX, width, columns);
      const index: u32 = u < 0 || v < 0 ? NO_CLASS : values == 0 ? givenClass(u, v) : scoredClass(u);
      // One store a pixel of maskWidth x maskHeight.
      if (answer.maskBytes == 2) store<u16>(answer.mask + (pixel << 1), index);
      else store<u8>(answer.mask + pixel, index);
    }
  }
}

/** Class that a class map of any integer type has at a place; one that there is not is none. */
function givenClass(u: f32, v: f32): u32 {
  // Rounding to f32 may reach the end.
  const at = <usize>(min(<i32>v, rows - 1) * columns + min(<i32>u, columns - 1));
  const from = outputAt(0);
  const dtype = cardOutput(0).dtype;
  const index: u64 =
    dtype == DTYPE_I64
      ? load<u64>(from + (at << 3))
      : dtype == DTYPE_I32
        ? load<u32>(from + (at << 2))
        : load<u8>(from + at);
  return index < <u64>classCount ? <u32>index : NO_CLASS;
}

/**
 * Where a place lies between the middles of two pixels of `count`, as torch.nn.functional.interpolate has it (bilinear,
 * align_corners False); with `nearest`, of one.
 */
function between(at: f32): f32 {
  return plan.bilinear ? max<f32>(at - 0.5, 0) : floor<f32>(at);
}

/** The row of the picture at `v`: the two rows of scores around it mixed. */
function drawLine(v: f32): void {
  const top = between(v);
  const upper = min(<i32>top, rows - 1);
  const lower = min(upper + 1, rows - 1);
  const share = top - <f32>upper;
  // Steps in bytes from class to class and from column to column; all indices lie inside the shape.
  const classStep: usize = planar ? (<usize>rows * <usize>columns) << 2 : 4;
  const columnStep: usize = planar ? 4 : (<usize>classCount) << 2;
  const a = values + <usize>upper * <usize>columns * columnStep;
  const b = values + <usize>lower * <usize>columns * columnStep;
  for (let c: usize = 0; c < <usize>classCount; c++) {
    let at = c * classStep;
    let to = line + (c << 2);
    for (let x = 0; x < columns; x++, at += columnStep, to += (<usize>classCount) << 2) {
      store<f32>(to, mixed(load<f32>(a + at), load<f32>(b + at), share));
    }
  }
}

function mixed(a: f32, b: f32, share: f32): f32 {
  // The neighbour of a place that needs none may be infinite.
  return share > 0 ? a + (b - a) * share : a;
}

/** Class with the greatest score at column place `u` of the row that was drawn. */
function scoredClass(u: f32): u32 {
  const left = between(u);
  const first = min(<i32>left, columns - 1);
  const share = left - <f32>first;
  const bytes = (<usize>classCount) << 2;
  const a = line + <usize>first * bytes;
  const b = line + <usize>min(first + 1, columns - 1) * bytes;
  for (let i: usize = 0; i < bytes; i += 4)
    store<f32>(point + i, mixed(load<f32>(a + i), load<f32>(b + i), share));
  return <u32>argmax(point, classCount);
}

/** Shares of the classes of the mask, the greatest first, as predictions of the answer; the exit code. */
function countClasses(): i32 {
  const counts = arenaAllocZeroed((<usize>classCount) << 2);
  const ranked = arenaAlloc((<usize>classCount) << 3);
  const predictions = arenaAlloc(<usize>classCount * PREDICTION_BYTES);
  if (counts == 0 || ranked == 0 || predictions == 0) return withoutMemory();
  const pixels = answer.maskWidth * answer.maskHeight;
  for (let i: usize = 0; i < <usize>pixels; i++) {
    const index: u32 = answer.maskBytes == 2 ? load<u16>(answer.mask + (i << 1)) : load<u8>(answer.mask + i);
    if (index >= <u32>classCount) continue;
    const at = counts + ((<usize>index) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  for (let i: usize = 0; i < (<usize>classCount) << 2; i += 4) {
    store<f32>(counts + i, <f32>(<f64>load<u32>(counts + i) / <f64>pixels));
  }
  const kept = topK(counts, classCount, 1, classCount, ranked);
  keepRows(ranked, kept, predictions, f32.MIN_NORMAL_VALUE);
  return 0;
}
