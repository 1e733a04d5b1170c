/**
 * Status codes that belong to no single folder (1..49) and their texts.
 */

/** Everything went well. */
export const OK: i32 = 0;
/** The host refused to grow the linear memory. */
export const OUT_OF_MEMORY: i32 = 1;

/** One clear sentence for a general status, without a full stop. */
export function generalErrorText(status: i32): string {
  if (status == OUT_OF_MEMORY) return 'the host refused to give more memory';
  return 'unexpected failure';
}
