/**
 * Graph execution as the pipeline sees it: one graph at a time. Which ABI is behind it is fixed when the module is
 * compiled (`--use NN_ABI=1` WITX, `2` WIT, `0` none); the imports of the other one vanish.
 */

import {
  witxCompute,
  witxGetOutput,
  witxOpen,
  witxOpenNamed,
  witxOutput,
  witxOutputLength,
  witxSetInput,
} from './witx';
import {
  witCompute,
  witGetOutput,
  witOpen,
  witOpenNamed,
  witOutput,
  witOutputLength,
  witSetInput,
} from './wit';
import { NN_NOT_PORTABLE, NN_UNKNOWN, nnClearDetail } from './status';

/** Largest encoding number that all runtimes share. */
const LAST_PORTABLE_ENCODING: i32 = 4;

/** Loads a graph from its files, `count` rows of {address u32, length u32}, for target 0 CPU, 1 GPU, 2 TPU; status. */
export function openGraph(encoding: i32, builders: usize, count: i32, target: i32): i32 {
  nnClearDetail();
  // A number that a runtime does not know is a trap in Wasmtime: never passed on.
  if (encoding < 0 || encoding > LAST_PORTABLE_ENCODING) return NN_NOT_PORTABLE;
  if (NN_ABI == 1) return witxOpen(builders, count, encoding, target);
  if (NN_ABI == 2) return witOpen(builders, count, encoding, target);
  return NN_UNKNOWN;
}

/** Takes a graph that the host has under a name; status. */
export function openNamedGraph(name: usize, length: usize): i32 {
  nnClearDetail();
  if (NN_ABI == 1) return witxOpenNamed(name, length);
  if (NN_ABI == 2) return witOpenNamed(name, length);
  return NN_UNKNOWN;
}

/**
 * Gives input 0: its name in the graph (may be empty; only WIT goes by names), `rank` dimensions of u32, elements of a
 * card dtype; the memory stays untouched until compute ends.
 */
export function setInput(
  name: usize,
  nameLength: usize,
  dimensions: usize,
  rank: i32,
  dtype: i32,
  data: usize,
  length: usize,
): i32 {
  nnClearDetail();
  if (NN_ABI == 1) return witxSetInput(0, dimensions, rank, dtype, data, length);
  if (NN_ABI == 2) return witSetInput(name, nameLength, dimensions, rank, dtype, data, length);
  return NN_UNKNOWN;
}

/** Runs the graph; status. */
export function compute(): i32 {
  if (NN_ABI == 1) return witxCompute();
  if (NN_ABI == 2) return witCompute();
  return NN_UNKNOWN;
}

/**
 * Takes output `index`, at most `capacity` bytes (see outputBytes, outputLength); after the `last` one there are no more
 * to be had; status.
 */
export function getOutput(index: i32, capacity: usize, last: bool): i32 {
  if (NN_ABI == 1) return witxGetOutput(index, capacity);
  if (NN_ABI == 2) return witGetOutput(index, last);
  return NN_UNKNOWN;
}

/** Address of the output, in the arena. */
export function outputBytes(): usize {
  return NN_ABI == 1 ? witxOutput : witOutput;
}

/** Byte length of the output. */
export function outputLength(): usize {
  return NN_ABI == 1 ? witxOutputLength : witOutputLength;
}
