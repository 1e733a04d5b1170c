/**
 * What the step "f32 sample -> tensor element" needs of a card, laid out for vectors:
 *
 *     0  f32[12] means, 48 f32[12] stds: those of the channels of four pixels of 1..4 channels, in the row's order
 *    96  f32 factor, 100 i32 divides (1: x / factor, 0: x * factor)
 *   104  f32 quantisation scale, 108 i32 zero point, 112 i32 reversed (1: the tensor's colours are the row's, reversed)
 */

import { SCALE_DIVIDE, SCALE_NONE } from '../types';

/** Bytes that {@link floatTableBuild} fills. */
export const FLOAT_TABLE_BYTES: usize = 116;

export const TABLE_STDS: usize = 48;
export const TABLE_FACTOR: usize = 96;
export const TABLE_DIVIDES: usize = 100;
export const TABLE_QUANT_SCALE: usize = 104;
export const TABLE_QUANT_ZERO: usize = 108;
export const TABLE_REVERSED: usize = 112;

/**
 * Fills `table` ({@link FLOAT_TABLE_BYTES} bytes, 4-byte aligned).
 *
 * @param channels 1..4
 * @param reversed true: the row's channels are in the reverse of the tensor's order (RGB rows of a BGR tensor)
 * @param scaling  SCALE_*, with `factor`
 * @param means    f32[channels], in the tensor's order
 * @param stds     f32[channels], none 0
 */
export function floatTableBuild(
  channels: i32,
  reversed: bool,
  scaling: i32,
  factor: f32,
  means: usize,
  stds: usize,
  quantScale: f32,
  quantZero: i32,
  table: usize,
): void {
  for (let i = 0; i < 12; i++) {
    const c = i % channels;
    const from: usize = (<usize>(reversed ? channels - 1 - c : c)) << 2;
    const to = table + ((<usize>i) << 2);
    store<f32>(to, load<f32>(means + from));
    store<f32>(to, load<f32>(stds + from), TABLE_STDS);
  }
  store<f32>(table, scaling == SCALE_NONE ? <f32>1.0 : factor, TABLE_FACTOR);
  store<i32>(table, <i32>(scaling == SCALE_DIVIDE), TABLE_DIVIDES);
  store<f32>(table, quantScale, TABLE_QUANT_SCALE);
  store<i32>(table, quantZero, TABLE_QUANT_ZERO);
  store<i32>(table, <i32>reversed, TABLE_REVERSED);
}
