/**
 * The monotonic clock, in milliseconds. Without WASI (`NN_ABI` 0) it stands still.
 */

import { clock_time_get } from './imports';

const MONOTONIC: i32 = 1;
const TIME: usize = memory.data(8, 8);

/** Milliseconds since an arbitrary moment. */
export function now(): f64 {
  if (NN_ABI == 0) return 0;
  store<u64>(TIME, 0);
  clock_time_get(MONOTONIC, 1000, TIME);
  return <f64>load<u64>(TIME) / 1e6;
}
