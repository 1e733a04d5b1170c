/**
 * Graph execution over `wasi_ephemeral_nn` with what all runtimes have in common: six functions, handles from 0,
 * zeroed padding, an output buffer that is large enough from the start.
 */

import { arenaAlloc } from '../memory/arena';
import { OUT_OF_MEMORY } from '../status';
import { DTYPE_F16, DTYPE_F32 } from '../card/plan';
import {
  nn_compute,
  nn_get_output,
  nn_init_execution_context,
  nn_load,
  nn_load_by_name,
  nn_set_input,
} from './imports_witx';
import { fromWitx } from './status';

const HANDLE: usize = memory.data(4, 4);
/** dimensions address, count, type (one byte and three of zeros), data address, byte length. */
const TENSOR: usize = memory.data(20, 4);

/** Tensor types of the present numbering. */
const TYPE_F16: u32 = 0;
const TYPE_F32: u32 = 1;
const TYPE_U8: u32 = 3;
/** u8 before WasmEdge 0.15; there 3 is i32. */
const TYPE_U8_OLD: u32 = 2;

let context: u32 = 0;

/** Address of the bytes that {@link witxGetOutput} gave. */
export let witxOutput: usize = 0;
/** How many they are. */
export let witxOutputLength: usize = 0;

/** Loads a graph from its files, `count` rows of {address, length}; status. */
export function witxOpen(builders: usize, count: i32, encoding: i32, target: i32): i32 {
  store<u32>(HANDLE, 0);
  const errno = nn_load(builders, count, encoding, target, HANDLE);
  return errno != 0 ? fromWitx(errno) : initContext();
}

/** Takes a graph that the host has under a name; status. */
export function witxOpenNamed(name: usize, length: usize): i32 {
  store<u32>(HANDLE, 0);
  const errno = nn_load_by_name(name, <u32>length, HANDLE);
  return errno != 0 ? fromWitx(errno) : initContext();
}

function initContext(): i32 {
  const graph = load<u32>(HANDLE);
  const errno = nn_init_execution_context(graph, HANDLE);
  context = load<u32>(HANDLE);
  return fromWitx(errno);
}

/** Gives input `index`; its memory must stay as it is until compute has ended; status. */
export function witxSetInput(
  index: u32,
  dimensions: usize,
  rank: i32,
  dtype: i32,
  data: usize,
  length: usize,
): i32 {
  store<usize>(TENSOR, dimensions);
  store<i32>(TENSOR, rank, 4);
  store<usize>(TENSOR, data, 12);
  store<usize>(TENSOR, length, 16);
  let type = dtype == DTYPE_F32 ? TYPE_F32 : dtype == DTYPE_F16 ? TYPE_F16 : TYPE_U8;
  // Some runtimes read the type as four bytes: the padding is zero.
  store<u32>(TENSOR, type, 8);
  let errno = nn_set_input(context, index, TENSOR);
  if (errno != 0 && type == TYPE_U8) {
    type = TYPE_U8_OLD;
    store<u32>(TENSOR, type, 8);
    if (nn_set_input(context, index, TENSOR) == 0) errno = 0;
  }
  return fromWitx(errno);
}

/** Runs the graph; status. */
export function witxCompute(): i32 {
  return fromWitx(nn_compute(context));
}

/** Output `index` of at most `capacity` bytes into the arena; status. */
export function witxGetOutput(index: u32, capacity: usize): i32 {
  witxOutputLength = 0;
  witxOutput = arenaAlloc(capacity);
  if (witxOutput == 0) return OUT_OF_MEMORY;
  store<u32>(HANDLE, 0);
  const errno = nn_get_output(context, index, witxOutput, <u32>capacity, HANDLE);
  if (errno != 0) return fromWitx(errno);
  const written = load<u32>(HANDLE);
  witxOutputLength = min<usize>(written, capacity);
  return 0;
}
