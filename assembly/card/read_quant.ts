/**
 * `quant` of an input or output: real = scale * (stored - zero_point).
 */

import { cardWrong, fieldInteger, fieldNumber } from './fields';
import { DTYPE_I8, DTYPE_U8 } from './plan';

/** `scale`, 1 without `quant`. */
export function quantScale(quant: usize, prefix: string): f32 {
  if (quant == 0) return 1;
  const scale = fieldNumber(quant, prefix, 'scale', 0);
  if (!(scale > 0)) cardWrong(prefix, 'scale', 'must be a number above 0');
  return scale;
}

/** `zero_point`, 0 without `quant`. */
export function quantZero(quant: usize, prefix: string, dtype: i32): i32 {
  if (quant == 0) return 0;
  const low = dtype == DTYPE_I8 ? -128 : 0;
  if (dtype != DTYPE_I8 && dtype != DTYPE_U8) {
    cardWrong(prefix, 'scale', 'is for u8 and i8 only');
  }
  return fieldInteger(quant, prefix, 'zero_point', low, low + 255, 0);
}
