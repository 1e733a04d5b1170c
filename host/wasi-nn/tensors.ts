/** Tensor types of both ABIs, their sizes, and the rules that tell old type numbers from new ones. */
import { NnError } from './errors.js';

/** Element types that a backend may know. `i8`, `bool` and the rest travel as bytes labelled `u8` in both ABIs. */
export type Dtype =
  | 'f16'
  | 'f32'
  | 'f64'
  | 'bf16'
  | 'u8'
  | 'i8'
  | 'u16'
  | 'i16'
  | 'u32'
  | 'i32'
  | 'u64'
  | 'i64'
  | 'bool';

/** Bytes of one element. */
export const DTYPE_BYTES: Readonly<Record<Dtype, number>> = {
  f16: 2,
  f32: 4,
  f64: 8,
  bf16: 2,
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
  bool: 1,
};

/** A tensor as a backend sees it: type, dimensions, and bytes (little endian, row major). */
export interface HostTensor {
  dtype: Dtype;
  dims: readonly number[];
  /** May be a view of a guest's memory: valid for the duration of one call. */
  bytes: Uint8Array;
  /** Scratch that belongs to the backend: what it built from this very object, to be used again. */
  prepared?: unknown;
}

/** Highest rank accepted from a guest. */
export const MAX_RANK = 32;

/**
 * Number of elements of `dims`; 1 for a scalar.
 *
 * @throws NnError `too_large` when the product passes 2^32 - 1 (no 32-bit guest holds it).
 */
export function elementCount(dims: readonly number[]): number {
  let count = 1;
  let overflow = false;
  for (const dim of dims) {
    if (dim === 0) return 0;
    count *= dim;
    if (count > 0xffff_ffff) overflow = true;
  }
  if (overflow) throw new NnError('too_large', `tensor of ${dims.join('x')} elements is too large`);
  return count;
}

/** Type numbers of the core ABI today (Wasmtime, WasmEdge 0.15 and later, WAMR). */
const WITX_NOW: readonly Dtype[] = ['f16', 'f32', 'f64', 'u8', 'i32', 'i64'];
/** Type numbers of the core ABI before `f64` was inserted (crate wasi-nn <= 0.5, WasmEdge <= 0.14). */
const WITX_OLD: readonly Dtype[] = ['f16', 'f32', 'u8', 'i32'];

/**
 * The element type that a guest means by `type` for `elements` elements in `byteLength` bytes.
 * Old and new numbering differ from 2 up; the length tells them apart.
 *
 * @throws NnError `invalid_argument` when the number is unknown or no reading fits the length.
 * @example
 * resolveWitxDtype(2, 10, 10) // 'u8': old numbering
 * resolveWitxDtype(2, 10, 80) // 'f64': new numbering
 */
export function resolveWitxDtype(type: number, elements: number, byteLength: number): Dtype {
  const now = WITX_NOW[type];
  if (now === undefined) throw new NnError('invalid_argument', `unknown tensor type ${type}`);
  if (DTYPE_BYTES[now] * elements === byteLength) return now;
  const old = WITX_OLD[type];
  if (old !== undefined && DTYPE_BYTES[old] * elements === byteLength) return old;
  throw new NnError(
    'invalid_argument',
    `tensor of ${elements} ${now} elements needs ${DTYPE_BYTES[now] * elements} bytes, the guest gave ${byteLength}`,
  );
}

/** `tensor-type` cases of `wasi:nn/tensor`, in order. */
export const WIT_TYPES = ['FP16', 'FP32', 'FP64', 'BF16', 'U8', 'I32', 'I64'] as const;
/** A `tensor-type` case. */
export type WitTensorType = (typeof WIT_TYPES)[number];

const WIT_TO_DTYPE: Readonly<Record<WitTensorType, Dtype>> = {
  FP16: 'f16',
  FP32: 'f32',
  FP64: 'f64',
  BF16: 'bf16',
  U8: 'u8',
  I32: 'i32',
  I64: 'i64',
};

/** The element type of a `tensor-type` case, read without regard to case. */
export function dtypeFromWit(type: string): Dtype {
  const dtype = WIT_TO_DTYPE[type.toUpperCase() as WitTensorType];
  if (dtype === undefined) throw new NnError('invalid_argument', `unknown tensor type ${type}`);
  return dtype;
}

/** The `tensor-type` case under which `dtype` travels; types that the ABI lacks travel as `U8`. */
export function dtypeToWit(dtype: Dtype): WitTensorType {
  for (const type of WIT_TYPES) if (WIT_TO_DTYPE[type] === dtype) return type;
  return 'U8';
}

/** What a graph says about one of its inputs or outputs. */
export interface TensorSpec {
  name: string;
  /** Undefined when the graph does not say. */
  dtype: Dtype | undefined;
  /** -1 for a dimension that is free. Undefined when the graph does not say. */
  shape: readonly number[] | undefined;
  /** Text or JSON: bytes of any length, whatever type and dimensions a guest writes beside them. */
  text?: true;
  /** May be left unset. */
  optional?: true;
}

/**
 * Checks a guest's tensor against what the graph wants and settles its element type: one-byte types that
 * the ABI cannot name (`i8`, `bool`) are accepted as `u8`.
 *
 * @throws NnError `invalid_argument` naming the input, what it wants and what it got.
 */
export function fitToSpec(dtype: Dtype, dims: readonly number[], spec: TensorSpec): Dtype {
  const wanted = spec.dtype;
  const sameBytes = wanted !== undefined && dtype === 'u8' && DTYPE_BYTES[wanted] === 1;
  if (wanted !== undefined && wanted !== dtype && !sameBytes) {
    throw new NnError('invalid_argument', `input '${spec.name}' wants ${wanted}, the guest gave ${dtype}`);
  }
  const shape = spec.shape;
  if (shape !== undefined) {
    const fits = shape.length === dims.length && shape.every((want, i) => want === -1 || want === dims[i]);
    if (!fits) {
      const text = shape.map((n) => (n === -1 ? '?' : String(n))).join('x');
      throw new NnError(
        'invalid_argument',
        `input '${spec.name}' wants ${text || 'a scalar'}, the guest gave ${dims.join('x') || 'a scalar'}`,
      );
    }
  }
  return wanted ?? dtype;
}
