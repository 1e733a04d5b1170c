/**
 * nn_adapter.wasm: `wasi_ephemeral_nn` on top of `wasi:nn`, so that any core guest becomes a component
 * (`edge-infer componentize`). wit-component links it in: it works in the main module's memory, has no data, and asks
 * the main module for the little memory that it needs.
 *
 * Inputs are copied by the host at `set_input`. A second `compute` without a new `set_input` reads the guest's memory
 * again, as compute consumes tensors. An input goes by its decimal index, since the core ABI has no names.
 */
import {
  BUSY,
  INVALID_ARGUMENT,
  INVALID_ENCODING,
  MISSING_MEMORY,
  RUNTIME_ERROR,
  SUCCESS,
  takeError,
  TOO_LARGE,
  UNSUPPORTED_OPERATION,
} from '../adapter/errno';
import { reallocInto } from '../adapter/realloc';
import {
  addContext,
  addGraph,
  Context,
  contextOf,
  graphOf,
  Handle,
  inputOf,
  MAX_TENSORS,
  outputOf,
  scratchReset,
  scratchTake,
  setOutput,
} from '../adapter/state';
import { dropOutputs, dropTensors, inMemory, makeTensor, readTensor, tensorBytes } from '../adapter/tensors';
import {
  contextCompute,
  contextDrop,
  graphDrop,
  graphInitContext,
  graphLoad,
  graphLoadByName,
  tensorData,
  tensorDrop,
} from '../nn/imports_wit';

export { cabi_import_realloc } from '../adapter/realloc';

const GGML_WIT: i32 = 5;
const AUTODETECT_WIT: i32 = 6;
const LAST_COMMON_ENCODING: i32 = 4;
const LAST_TARGET: i32 = 2;
const BUILDER_BYTES: usize = 8;
const NAMED_TENSOR_BYTES: usize = 12;

function isNull(handle: Handle): bool {
  return changetype<usize>(handle) == 0;
}

/** Space for {tag, value} or {tag, address, length}; 0 without memory. */
function newResult(): usize {
  return scratchReset() ? scratchTake(12, 4) : 0;
}

/** Gives the graph of a result its number; errno. */
function finishLoad(result: usize, out: usize): i32 {
  const value = load<i32>(result, 4);
  if (load<u8>(result) != 0) return takeError(value);
  const graph = addGraph(value);
  if (isNull(graph)) {
    graphDrop(value);
    return MISSING_MEMORY;
  }
  // `out` was checked by the caller.
  store<u32>(out, graph.number);
  return SUCCESS;
}

/** Loads a graph from parts in memory. Encodings 5 and 6 are autodetect and ggml, in an order that guests do not agree on. */
export function load_graph(builders: usize, count: u32, encoding: i32, target: i32, out: usize): i32 {
  if (<u32>encoding > <u32>AUTODETECT_WIT) return INVALID_ENCODING;
  if (<u32>target > <u32>LAST_TARGET) return INVALID_ARGUMENT;
  if (!inMemory(out, 4) || <u64>count > 1024 || !inMemory(builders, <usize>count * BUILDER_BYTES)) {
    return INVALID_ARGUMENT;
  }
  for (let i: u32 = 0; i < count; i++) {
    // builders + 8 * count lies in memory.
    const at = builders + <usize>i * BUILDER_BYTES;
    if (!inMemory(load<usize>(at), load<usize>(at, 4))) return INVALID_ARGUMENT;
  }
  const result = newResult();
  if (result == 0) return MISSING_MEMORY;
  let list = builders;
  if ((builders & 3) != 0) {
    list = scratchTake(<usize>count * BUILDER_BYTES, 4);
    if (list == 0) return TOO_LARGE;
    memory.copy(list, builders, <usize>count * BUILDER_BYTES);
  }
  // The host's autodetect knows GGUF files too.
  graphLoad(list, count, encoding <= LAST_COMMON_ENCODING ? encoding : AUTODETECT_WIT, target, result);
  if (load<u8>(result) != 0 && encoding > LAST_COMMON_ENCODING) {
    const status = takeError(load<i32>(result, 4));
    if (status != UNSUPPORTED_OPERATION && status != INVALID_ENCODING) return status;
    graphLoad(list, count, GGML_WIT, target, result);
  }
  return finishLoad(result, out);
}

/** Takes a graph that the host has under a name. */
export function load_by_name(name: usize, length: usize, out: usize): i32 {
  if (!inMemory(name, length) || !inMemory(out, 4)) return INVALID_ARGUMENT;
  const result = newResult();
  if (result == 0) return MISSING_MEMORY;
  graphLoadByName(name, <u32>length, result);
  return finishLoad(result, out);
}

/** As load_by_name: the component ABI has no place for options, so only empty ones are taken. */
export function load_by_name_with_config(
  name: usize,
  length: usize,
  config: usize,
  configLength: usize,
  out: usize,
): i32 {
  if (!inMemory(config, configLength)) return INVALID_ARGUMENT;
  // "{}" is as good as nothing.
  if (configLength > 2) return UNSUPPORTED_OPERATION;
  return load_by_name(name, length, out);
}

export function init_execution_context(graph: u32, out: usize): i32 {
  const known = graphOf(graph);
  if (isNull(known) || !inMemory(out, 4)) return INVALID_ARGUMENT;
  const result = newResult();
  if (result == 0) return MISSING_MEMORY;
  graphInitContext(known.handle, result);
  const value = load<i32>(result, 4);
  if (load<u8>(result) != 0) return takeError(value);
  const context = addContext(value);
  if (isNull(context)) {
    contextDrop(value);
    return MISSING_MEMORY;
  }
  store<u32>(out, context.number);
  return SUCCESS;
}

export function set_input(number: u32, index: u32, tensor: usize): i32 {
  const context = contextOf(number);
  if (isNull(context)) return INVALID_ARGUMENT;
  if (index >= MAX_TENSORS) return TOO_LARGE;
  return scratchReset() ? readTensor(tensor, inputOf(context, index)) : MISSING_MEMORY;
}

/** Decimal digits of `index` < 100; their number. */
function writeIndex(at: usize, index: u32): usize {
  if (index < 10) {
    store<u8>(at, <u8>(48 + index));
    return 1;
  }
  store<u8>(at, <u8>(48 + index / 10));
  store<u8>(at, <u8>(48 + (index % 10)), 1);
  return 2;
}

/** Makes the list of inputs that are set; its length, or minus an errno. */
function listInputs(context: Context, list: usize, names: usize): i32 {
  let count = 0;
  for (let i: u32 = 0; i < MAX_TENSORS; i++) {
    const input = inputOf(context, i);
    if (input.state == 0) continue;
    if (input.state == 2) {
      const status = makeTensor(input);
      if (status != SUCCESS) return -status;
    }
    // `list` has MAX_TENSORS places, `names` two bytes for each.
    const at = list + <usize>count * NAMED_TENSOR_BYTES;
    const name = names + ((<usize>i) << 1);
    store<usize>(at, name);
    store<usize>(at, writeIndex(name, i), 4);
    store<i32>(at, input.tensor, 8);
    count++;
  }
  return count;
}

export function compute(number: u32): i32 {
  const context = contextOf(number);
  if (isNull(context)) return INVALID_ARGUMENT;
  const result = newResult();
  if (result == 0) return MISSING_MEMORY;
  const list = scratchTake(<usize>MAX_TENSORS * NAMED_TENSOR_BYTES, 4);
  const names = scratchTake((<usize>MAX_TENSORS) << 1, 1);
  dropOutputs(context);
  const count = listInputs(context, list, names);
  if (count < 0) return -count;
  for (let i: u32 = 0; i < MAX_TENSORS; i++) {
    const input = inputOf(context, i);
    if (input.state == 1) input.state = 2;
  }
  contextCompute(context.handle, list, count, result);
  if (load<u8>(result) != 0) return takeError(load<i32>(result, 4));
  return keepOutputs(context, load<usize>(result, 4), load<u32>(result, 8));
}

function keepOutputs(context: Context, list: usize, count: u32): i32 {
  for (let i: u32 = 0; i < count; i++) {
    // The host wrote `count` elements of 12 bytes.
    const tensor = load<i32>(list + <usize>i * NAMED_TENSOR_BYTES, 8);
    if (i < MAX_TENSORS) setOutput(context, i, tensor);
    else tensorDrop(tensor);
  }
  context.outputCount = min(count, MAX_TENSORS);
  return SUCCESS;
}

/** Writes output `index` to the guest's buffer; a buffer that is too small is told the size that it needs. */
export function get_output(number: u32, index: u32, buffer: usize, size: u32, written: usize): i32 {
  const context = contextOf(number);
  if (isNull(context) || index >= context.outputCount) return INVALID_ARGUMENT;
  if (!inMemory(written, 4) || !inMemory(buffer, size)) return INVALID_ARGUMENT;
  const result = newResult();
  if (result == 0) return MISSING_MEMORY;
  const tensor = outputOf(context, index);
  const bytes = tensorBytes(tensor, result);
  if (bytes > <u64>size) {
    store<u32>(written, <u32>bytes);
    return TOO_LARGE;
  }
  if (bytes > 0) {
    reallocInto(buffer, <usize>bytes);
    tensorData(tensor, result);
    reallocInto(0, 0);
    if (load<usize>(result) != buffer) return RUNTIME_ERROR;
  }
  store<u32>(written, <u32>bytes);
  return SUCCESS;
}

export function unload(graph: u32): i32 {
  const known = graphOf(graph);
  if (isNull(known)) return INVALID_ARGUMENT;
  graphDrop(known.handle);
  known.open = 0;
  return SUCCESS;
}

export function finalize_execution_context(number: u32): i32 {
  const context = contextOf(number);
  if (isNull(context)) return INVALID_ARGUMENT;
  dropTensors(context, MAX_TENSORS);
  contextDrop(context.handle);
  context.open = 0;
  return SUCCESS;
}

/** The component ABI computes wholes only. */
export function compute_single(number: u32): i32 {
  return isNull(contextOf(number)) ? INVALID_ARGUMENT : UNSUPPORTED_OPERATION;
}

export function get_output_single(number: u32, index: u32, buffer: usize, size: u32, written: usize): i32 {
  return isNull(contextOf(number)) ? INVALID_ARGUMENT : UNSUPPORTED_OPERATION;
}

export function fini_single(number: u32): i32 {
  return isNull(contextOf(number)) ? INVALID_ARGUMENT : UNSUPPORTED_OPERATION;
}
