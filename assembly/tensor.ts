/**
 * The two row stages around the resizer: decoded samples -> the card's colours, resized rows -> tensor elements.
 */

import { answer } from './answer';
import { ALPHA_DROP, ALPHA_WHITE, COLOR_BGR, plan, Plan } from './card/plan';
import {
  grayAlphaDrop,
  grayAlphaOver,
  grayToRgb,
  rgbaDrop,
  rgbaOver,
  rgbToBgr,
  rgbToGray,
} from './kernels/color';
import { normalizeRow, normalizeTableBuild, normalizeTableBytes } from './kernels/normalize';
import { FLOAT_TABLE_BYTES, floatTableBuild, normalizeFloatRow } from './kernels/normalize/float_row';
import { resizeElementBytes } from './kernels/resize';
import { arenaAlloc } from './memory/arena';

let width: i32 = 0;
let source: i32 = 0;
let wanted: i32 = 0;
let buffer: usize = 0;
let second: usize = 0;
let tables: usize = 0;
let floats: bool = false; // rows of f32, not of u8

/** Prepares rows of `columns` pixels of 1..4 channels to become gray (1) or colour (3); false without memory. */
export function colorBegin(columns: i32, channels: i32, colors: i32): bool {
  width = columns;
  source = channels;
  wanted = colors;
  // Three bytes a pixel hold every stage: alpha dropped, colour, gray.
  buffer = arenaAlloc(<usize>columns * 3);
  second = arenaAlloc(<usize>columns * 3);
  return buffer != 0 && second != 0;
}

/** A decoded row in the card's colours, except that BGR is still RGB (its order is turned after resizing). */
export function colorRow(row: usize): usize {
  let at = row;
  let channels = source;
  const background = plan.alpha == ALPHA_WHITE ? 255 : 0;
  if (channels == 4) {
    if (plan.alpha == ALPHA_DROP) rgbaDrop(at, buffer, width);
    else rgbaOver(at, buffer, width, background);
    at = buffer;
    channels = 3;
  } else if (channels == 2) {
    if (plan.alpha == ALPHA_DROP) grayAlphaDrop(at, buffer, width);
    else grayAlphaOver(at, buffer, width, background);
    at = buffer;
    channels = 1;
  }
  if (channels == wanted) return at;
  const to = at == buffer ? second : buffer;
  if (channels == 1) grayToRgb(at, to, width);
  else rgbToGray(at, to, width);
  return to;
}

/** Builds the tables of the card's normalisation, for rows as the resizer that has begun gives them; false without memory. */
export function tensorBegin(): bool {
  floats = resizeElementBytes() == 4;
  tables = arenaAlloc(floats ? FLOAT_TABLE_BYTES : normalizeTableBytes(plan.dtype, plan.channels));
  if (tables == 0) return false;
  // mean0..mean3 and std0..std3 are four f32 in a row each.
  const means = changetype<usize>(plan) + offsetof<Plan>('mean0');
  const stds = changetype<usize>(plan) + offsetof<Plan>('std0');
  if (floats) {
    floatTableBuild(
      plan.channels,
      plan.color == COLOR_BGR,
      plan.scaling,
      plan.factor,
      means,
      stds,
      plan.inputScale,
      plan.inputZero,
      tables,
    );
    return true;
  }
  normalizeTableBuild(
    plan.dtype,
    plan.channels,
    plan.scaling,
    plan.factor,
    means,
    stds,
    plan.inputScale,
    plan.inputZero,
    tables,
  );
  return true;
}

/** Writes resized row `y` (0 .. plan.height - 1) of plan.width pixels into the tensor of the answer at hand. */
export function tensorRow(row: usize, y: i32): void {
  if (row == 0 || y >= plan.height) return;
  if (floats) {
    normalizeFloatRow(
      row,
      plan.width,
      plan.channels,
      tables,
      answer.tensor,
      y,
      plan.height,
      plan.layout,
      plan.dtype,
    );
    return;
  }
  if (plan.color == COLOR_BGR) rgbToBgr(row, row, plan.width);
  normalizeRow(
    row,
    plan.width,
    plan.channels,
    tables,
    answer.tensor,
    y,
    plan.height,
    plan.layout,
    plan.dtype,
  );
}
