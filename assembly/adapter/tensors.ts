/** Tensors of the core ABI as tensors of the component ABI, and back. */
import { tensorDimensions, tensorDrop, tensorNew, tensorType } from '../nn/imports_wit';
import { INVALID_ARGUMENT, SUCCESS, TOO_LARGE } from './errno';
import { Context, Input, inputOf, outputOf, scratchTake } from './state';

const MAX_RANK: u32 = 32;

/** WIT's tensor types, in order. */
const F16: i32 = 0;
const F32: i32 = 1;
const F64: i32 = 2;
const U8: i32 = 4;
const I32: i32 = 5;
const I64: i32 = 6;

/** True when `length` bytes at `at` lie in the main module's memory. */
export function inMemory(at: usize, length: usize): bool {
  return <u64>at + <u64>length <= (<u64>memory.size()) << 16;
}

/** Bytes of one element of a WIT type. */
function elementBytes(type: i32): u64 {
  if (type == U8) return 1;
  if (type == F64 || type == I64) return 8;
  return type == F32 || type == I32 ? 4 : 2;
}

/**
 * The WIT type that a guest means by `type`: numbers from 2 up changed when f64 came in, and the byte length tells old
 * from new. -1 when no reading fits.
 */
function typeOf(type: i32, elements: u64, length: u32): i32 {
  const bytes = <u64>length;
  if (type == 0) return bytes == elements * 2 ? F16 : -1;
  if (type == 1) return bytes == elements * 4 ? F32 : -1;
  if (type == 2) return bytes == elements * 8 ? F64 : bytes == elements ? U8 : -1;
  if (type == 3) return bytes == elements ? U8 : bytes == elements * 4 ? I32 : -1;
  if (type == 4) return bytes == elements * 4 ? I32 : -1;
  return type == 5 && bytes == elements * 8 ? I64 : -1;
}

/** Elements of `rank` dimensions at `at`, which lie in memory; over 2^32 counts as 2^32. */
function elementsOf(at: usize, rank: u32): u64 {
  let elements: u64 = 1;
  for (let i: u32 = 0; i < rank; i++) {
    // at + 4 * rank was checked to lie in memory.
    elements = min<u64>(elements * <u64>load<u32>(at + ((<usize>i) << 2)), 1 << 32);
  }
  return elements;
}

/** Makes the tensor of an input from the guest's memory; errno. */
export function makeTensor(input: Input): i32 {
  if (!inMemory(input.data, input.length) || !inMemory(input.dimensions, (<usize>input.rank) << 2)) {
    return INVALID_ARGUMENT;
  }
  const type = typeOf(input.type, elementsOf(input.dimensions, input.rank), input.length);
  if (type < 0) return INVALID_ARGUMENT;
  // A list of u32 must lie at a multiple of 4: dimensions elsewhere are copied.
  let dimensions = input.dimensions;
  if ((dimensions & 3) != 0) {
    dimensions = scratchTake((<usize>input.rank) << 2, 4);
    memory.copy(dimensions, input.dimensions, (<usize>input.rank) << 2);
  }
  input.tensor = tensorNew(dimensions, input.rank, type, input.data, input.length);
  input.state = 1;
  return SUCCESS;
}

/** Reads the guest's tensor struct (20 bytes; only byte 8 of the type is the type) into an input; errno. */
export function readTensor(at: usize, input: Input): i32 {
  if (!inMemory(at, 20)) return INVALID_ARGUMENT;
  const rank = load<u32>(at, 4);
  if (rank > MAX_RANK) return TOO_LARGE;
  if (input.state == 1) tensorDrop(input.tensor);
  input.state = 0;
  input.dimensions = load<usize>(at);
  input.rank = rank;
  input.type = load<u8>(at, 8);
  input.data = load<usize>(at, 12);
  input.length = load<u32>(at, 16);
  return makeTensor(input);
}

/** Bytes of a tensor; its dimensions are read into the scratch page. */
export function tensorBytes(tensor: i32, result: usize): u64 {
  tensorDimensions(tensor, result);
  return elementsOf(load<usize>(result), load<u32>(result, 4)) * elementBytes(tensorType(tensor));
}

/** Drops the outputs of the last compute. */
export function dropOutputs(context: Context): void {
  for (let i: u32 = 0; i < context.outputCount; i++) tensorDrop(outputOf(context, i));
  context.outputCount = 0;
}

/** Drops all tensors of a context. */
export function dropTensors(context: Context, inputs: u32): void {
  dropOutputs(context);
  for (let i: u32 = 0; i < inputs; i++) {
    const input = inputOf(context, i);
    if (input.state == 1) tensorDrop(input.tensor);
    input.state = 0;
  }
}
