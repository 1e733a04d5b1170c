/**
 * Limits that every decoder keeps before it asks for memory.
 */

/** Most pixels (width x height) of a picture. */
export const MAX_PIXELS: u64 = 1 << 28;
/** Most bytes of one stored or decoded row. */
export const MAX_ROW_BYTES: u64 = 1 << 26;
