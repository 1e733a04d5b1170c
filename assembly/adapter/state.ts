/**
 * Where the adapter keeps what it knows: pages of 64 KiB that the main module gives, for an adapter may have no data of
 * its own. A page is cut from below and never given back; graphs and contexts that are closed go to a list of free
 * records and are used again, so that memory grows with what is open at once.
 *
 *   graph    {next 4, number 4, handle 4, open 4}
 *   context  {next 4, number 4, handle 4, open 4, outputs {count 4, tensor 4 x 16}, inputs 16 x Input}
 */
import { mainRealloc } from './imports_main';

const PAGE: usize = 65536;

/** Tensors of one context, in and out; models with more are refused with `too_large`. */
export const MAX_TENSORS: u32 = 16;

/** Head of a record: what the guest calls it and what the host calls it. */
@unmanaged
export class Handle {
  next: usize;
  number: u32;
  handle: i32;
  open: i32;
}

/** An input that was set: a tensor that waits for compute, and where it came from. */
@unmanaged
export class Input {
  tensor: i32;
  /** 0 never set, 1 `tensor` is owned by us, 2 compute has consumed it: it is made again from the guest's memory. */
  state: i32;
  type: i32;
  dimensions: usize;
  rank: u32;
  data: usize;
  length: u32;
}

/** A context: head, outputs of the last compute, inputs. */
@unmanaged
export class Context extends Handle {
  outputCount: u32;
}

const OUTPUTS: usize = offsetof<Context>();
const INPUTS: usize = OUTPUTS + ((<usize>MAX_TENSORS) << 2);
const CONTEXT_BYTES: usize = INPUTS + <usize>MAX_TENSORS * offsetof<Input>();

let top: usize = 0;
let end: usize = 0;
let graphs: usize = 0;
let contexts: usize = 0;
let graphNumber: u32 = 0;
let contextNumber: u32 = 0;
/** A page for lists that live during one call: names, dimensions, results. */
let scratch: usize = 0;
let scratchTop: usize = 0;

function take(size: usize): usize {
  if (top + size > end) {
    const page = mainRealloc(0, 0, 8, PAGE);
    if (page == 0) return 0;
    top = page;
    end = page + PAGE;
  }
  const at = top;
  top += (size + 7) & ~7;
  return at;
}

/** Empties the scratch page; false when the main module has no memory left. */
export function scratchReset(): bool {
  if (scratch == 0) scratch = mainRealloc(0, 0, 8, PAGE);
  scratchTop = scratch;
  return scratch != 0;
}

/** `size` bytes of the scratch page; 0 when it is full. */
export function scratchTake(size: usize, align: usize): usize {
  const at = (scratchTop + align - 1) & ~(align - 1);
  if (size > PAGE || at + size > scratch + PAGE) return 0;
  scratchTop = at + size;
  return at;
}

/** A closed record of the list, or a new one at its head; 0 without memory. */
function reuse(list: usize, bytes: usize): Handle {
  let record = changetype<Handle>(list);
  while (changetype<usize>(record) != 0) {
    if (record.open == 0) break;
    record = changetype<Handle>(record.next);
  }
  if (changetype<usize>(record) == 0) {
    record = changetype<Handle>(take(bytes));
    if (changetype<usize>(record) == 0) return record;
    record.next = list;
  }
  const next = record.next;
  memory.fill(changetype<usize>(record), 0, bytes);
  record.next = next;
  record.open = 1;
  return record;
}

function find(list: usize, number: u32): Handle {
  let record = changetype<Handle>(list);
  while (changetype<usize>(record) != 0) {
    if (record.open != 0 && record.number == number) return record;
    record = changetype<Handle>(record.next);
  }
  return record;
}

/** A number for a graph of the host, never used twice; null without memory. */
export function addGraph(handle: i32): Handle {
  const record = reuse(graphs, offsetof<Handle>());
  if (changetype<usize>(record) == 0) return record;
  if (record.next == graphs) graphs = changetype<usize>(record);
  record.number = graphNumber++;
  record.handle = handle;
  return record;
}

/** A number for a context of the host, never used twice; null without memory. */
export function addContext(handle: i32): Handle {
  const record = reuse(contexts, CONTEXT_BYTES);
  if (changetype<usize>(record) == 0) return record;
  if (record.next == contexts) contexts = changetype<usize>(record);
  record.number = contextNumber++;
  record.handle = handle;
  return record;
}

/** The open graph of a number, or null. */
export function graphOf(number: u32): Handle {
  return find(graphs, number);
}

/** The open context of a number, or null. */
export function contextOf(number: u32): Context {
  return changetype<Context>(changetype<usize>(find(contexts, number)));
}

/** Input `index` < MAX_TENSORS of a context. */
export function inputOf(context: Context, index: u32): Input {
  return changetype<Input>(changetype<usize>(context) + INPUTS + <usize>index * offsetof<Input>());
}

/** Output `index` < MAX_TENSORS of a context: its tensor's handle. */
export function outputOf(context: Context, index: u32): i32 {
  return load<i32>(changetype<usize>(context) + OUTPUTS + ((<usize>index) << 2));
}

/** Keeps the handle of output `index` < MAX_TENSORS. */
export function setOutput(context: Context, index: u32, tensor: i32): void {
  store<i32>(changetype<usize>(context) + OUTPUTS + ((<usize>index) << 2), tensor);
}
