/**
 * Graph execution over `wasi:nn@0.2.0-rc-2024-10-28`. Tensors are owned handles that compute consumes, so the
 * input is handed over anew for each inference. An input goes by the name that it has in the graph; without one, by
 * its decimal index, which Wasmtime's OpenVINO backend does not understand (an empty name fails in every backend).
 */

import { DTYPE_F16, DTYPE_F32 } from '../card/plan';
import { putBytes } from '../text/writer';
import {
  contextCompute,
  contextDrop,
  errorCode,
  errorData,
  errorDrop,
  graphDrop,
  graphInitContext,
  graphLoad,
  graphLoadByName,
  tensorData,
  tensorDrop,
  tensorNew,
} from './imports_wit';
import { fromWit, NN_UNKNOWN, nnClearDetail, nnDetail } from './status';

/** {tag u8 @0, handle u32 @4} or {tag u8 @0, address u32 @4, length u32 @8}. */
const RESULT: usize = memory.data(16, 4);
/** Input 0 by its index: "0". */
const FIRST_INPUT: usize = memory.data<u8>([0x30]);
/** {name address, name length, tensor}. */
const INPUT: usize = memory.data(12, 4);

const TYPE_F16: i32 = 0;
const TYPE_F32: i32 = 1;
const TYPE_U8: i32 = 4;

let opened: bool = false;
let graph: i32 = 0;
let context: i32 = 0;
let inputReady: bool = false;
/** The list of outputs that compute gave: elements {name address, name length, tensor}. */
let outputs: usize = 0;
let outputCount: u32 = 0;

/** Address of the bytes that {@link witGetOutput} gave. */
export let witOutput: usize = 0;
/** How many they are. */
export let witOutputLength: usize = 0;

/** Status of the error resource in RESULT, which is dropped; its text goes to nnDetail. */
function takeError(): i32 {
  const error = load<i32>(RESULT, 4);
  const status = fromWit(errorCode(error));
  nnClearDetail();
  errorData(error, RESULT);
  putBytes(nnDetail, load<usize>(RESULT), load<usize>(RESULT, 4));
  errorDrop(error);
  return status;
}

function finishOpen(): i32 {
  if (load<u8>(RESULT) != 0) return takeError();
  graph = load<i32>(RESULT, 4);
  graphInitContext(graph, RESULT);
  if (load<u8>(RESULT) != 0) {
    const status = takeError();
    graphDrop(graph);
    return status;
  }
  context = load<i32>(RESULT, 4);
  opened = true;
  return 0;
}

/** Drops the present graph and its context, if there are any. */
export function witClose(): void {
  if (!opened) return;
  opened = false;
  dropInput();
  contextDrop(context);
  graphDrop(graph);
}

/** Loads a graph from its files, `count` rows of {address, length}; status. */
export function witOpen(builders: usize, count: i32, encoding: i32, target: i32): i32 {
  witClose();
  graphLoad(builders, count, encoding, target, RESULT);
  return finishOpen();
}

/** Takes a graph that the host has under a name; status. */
export function witOpenNamed(name: usize, length: usize): i32 {
  witClose();
  graphLoadByName(name, <u32>length, RESULT);
  return finishOpen();
}

function dropInput(): void {
  if (inputReady) tensorDrop(load<i32>(INPUT, 8));
  inputReady = false;
}

/** Gives the only input, under its name in the graph (no bytes: by index); status. */
export function witSetInput(
  name: usize,
  nameLength: usize,
  dimensions: usize,
  rank: i32,
  dtype: i32,
  data: usize,
  length: usize,
): i32 {
  dropInput();
  const type = dtype == DTYPE_F32 ? TYPE_F32 : dtype == DTYPE_F16 ? TYPE_F16 : TYPE_U8;
  store<usize>(INPUT, nameLength > 0 ? name : FIRST_INPUT);
  store<usize>(INPUT, nameLength > 0 ? nameLength : 1, 4);
  store<i32>(INPUT, tensorNew(dimensions, rank, type, data, <u32>length), 8);
  inputReady = true;
  return 0;
}

/** Runs the graph and consumes the input; status. */
export function witCompute(): i32 {
  inputReady = false;
  dropOutputs();
  contextCompute(context, INPUT, 1, RESULT);
  if (load<u8>(RESULT) != 0) return takeError();
  outputs = load<usize>(RESULT, 4);
  outputCount = load<u32>(RESULT, 8);
  return 0;
}

/** Output `index`, in memory that the host asked of cabi_realloc; with `last` all outputs are dropped; status. */
export function witGetOutput(index: u32, last: bool): i32 {
  witOutputLength = 0;
  const found = index < outputCount;
  // Elements of 12 bytes, index < outputCount.
  if (found) {
    tensorData(load<i32>(outputs + <usize>index * 12, 8), RESULT);
    witOutput = load<usize>(RESULT);
    witOutputLength = load<usize>(RESULT, 4);
  }
  if (last || !found) dropOutputs();
  return found ? 0 : NN_UNKNOWN;
}

function dropOutputs(): void {
  for (let i: u32 = 0; i < outputCount; i++) tensorDrop(load<i32>(outputs + <usize>i * 12, 8));
  outputCount = 0;
}
