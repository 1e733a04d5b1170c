/**
 * The profile `opencv`: cv2.resize on u8 pictures, bit for bit, as the packages of opencv-python 4.14.0 and 5.0.0 (which
 * agree) compute it on x86-64.
 *
 *   nearest  INTER_NEAREST
 *   linear   INTER_LINEAR; where both sides halve it is the mean of 2 x 2, as in OpenCV
 *   area     INTER_AREA; where a side grows it is a kind of linear, as in OpenCV
 *   bicubic  INTER_CUBIC of OpenCV's own code. The packages use Intel IPP for it unless OPENCV_IPP=disabled or
 *            cv2.ipp.setUseIPP(False): IPP's result depends on the processor, and one value in 25 differs by 1 from this
 *
 * Columns come first; what is between the passes is i16 for linear, i32 for bicubic, f32 for area.
 */

import { FILTER_AREA, FILTER_BICUBIC, FILTER_BILINEAR, FILTER_NEAREST } from '../../types';
import { areaRow, areaRows, cubicRow, cubicRows, halfRow, halfRows, linearRow, linearRows } from './simd';
import { areaBuild, areaTaps, cubicBuild, linearBuild, nearestBuild, wholeScale } from './tables';

const CUBIC: i32 = 0;
const LINEAR: i32 = 1;
const LINEAR_AREA: i32 = 2;
const HALF: i32 = 3;
const AREA: i32 = 4;
const AREA_WHOLE: i32 = 5;

let kind: i32 = 0;
let channels: i32 = 0;
let scale: f32 = 1; // of AREA_WHOLE sums, otherwise 1
let rowFloats: i32 = 0; // CUBIC: values of a full row that are summed in f32
let floats: i32 = 0; // likewise of the window's columns, from their first on

/** Whether cv2.resize has the filter. */
export function opencvHas(filter: i32): bool {
  return (
    filter == FILTER_NEAREST || filter == FILTER_BILINEAR || filter == FILTER_BICUBIC || filter == FILTER_AREA
  );
}

/** Begins a picture: how it is computed depends on both sides. */
export function opencvBegin(filter: i32, nChannels: i32, srcW: i32, srcH: i32, fullW: i32, fullH: i32): void {
  channels = nChannels;
  scale = 1;
  const wholeX = wholeScale(srcW, fullW);
  const wholeY = wholeScale(srcH, fullH);
  if (filter == FILTER_BICUBIC) {
    kind = CUBIC;
    rowFloats = (fullW * nChannels) & ~7;
  } else if (wholeX == 2 && wholeY == 2) kind = HALF;
  else if (filter == FILTER_BILINEAR) kind = LINEAR;
  else if (fullW > srcW || fullH > srcH) kind = LINEAR_AREA;
  else if (wholeX == 0 || wholeY == 0) kind = AREA;
  else {
    kind = AREA_WHOLE;
    // The product overflows only where OpenCV's does, too: 65535^2 as i32.
    scale = <f32>1 / <f32>(wholeX * wholeY);
  }
}

/** Bytes of one channel value of a ring row. */
export function opencvRingBytes(): i32 {
  return kind == CUBIC || kind >= AREA ? 4 : 2;
}

/** Words of 4 bytes in the table that each output index has. */
export function opencvTaps(inSize: i32, outSize: i32, columns: bool): i32 {
  if (kind >= HALF) return areaTaps(inSize, outSize);
  const taps = kind == CUBIC ? 4 : 2;
  return columns ? taps >> 1 : taps;
}

/** Bounds and table: see tables.ts. */
export function opencvTables(
  inSize: i32,
  outSize: i32,
  columns: bool,
  first: i32,
  count: i32,
  bounds: usize,
  table: usize,
): void {
  if (kind >= HALF) areaBuild(inSize, outSize, kind != AREA, first, count, bounds, table);
  else if (kind == CUBIC) {
    cubicBuild(inSize, outSize, columns, first, count, bounds, table);
    if (columns) floats = max(0, min(count * channels, rowFloats - first * channels));
  } else linearBuild(inSize, outSize, kind == LINEAR_AREA, columns, first, count, bounds, table);
}

/** Source indices of the filter nearest. */
export function opencvIndices(inSize: i32, outSize: i32, first: i32, count: i32, indices: usize): void {
  nearestBuild(inSize, outSize, first, count, indices);
}

/** Source row -> `count` pixels of a ring row. */
export function opencvHorizontal(
  row: usize,
  to: usize,
  count: i32,
  bounds: usize,
  table: usize,
  taps: i32,
): void {
  if (kind >= AREA) areaRow(row, to, channels, count, bounds, table, taps);
  else if (kind == CUBIC) cubicRow(row, to, channels, count, bounds, table);
  else if (kind == HALF) halfRow(row, to, channels, count, bounds);
  else linearRow(row, to, channels, count, bounds, table);
}

/** Ring rows -> `values` bytes. */
export function opencvVertical(rows: usize, weights: usize, n: i32, to: usize, values: i32): void {
  if (kind >= AREA) areaRows(rows, weights, n, to, values, scale);
  else if (kind == CUBIC) cubicRows(rows, weights, to, values, floats);
  else if (kind == HALF) halfRows(rows, to, values);
  else linearRows(rows, weights, to, values);
}
