/**
 * Limits that every decoder keeps before it asks for memory.
 */

/** Most pixels (width x height) of a picture. */
export const MAX_PIXELS: u64 = 1 << 28;
/** Most bytes of one stored or decoded row. */
export const MAX_ROW_BYTES: u64 = 1 << 26;

/** A picture of these sides, with rows of up to four channels, is within the limits. */
export function sizeIsAllowed(width: u64, height: u64): bool {
  if (width == 0 || height == 0 || width > 0x7fffffff || height > 0x7fffffff) return false;
  return width * height <= MAX_PIXELS && width * 4 <= MAX_ROW_BYTES;
}
