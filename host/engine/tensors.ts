/** Tensors as callers of {@link Engine.run} give and get them. */
import { EdgeInferError, EXIT } from '../errors.js';
import type { Dtype } from '../wasi-nn/index.js';
import type { RunAnswer, TensorForm } from './jobs.js';

/** Elements of a tensor. `f16` and `bf16` are their bits, `bool` is bytes of 0 and 1. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array;

/** A tensor, row major. */
export interface Tensor {
  dtype: Dtype;
  shape: readonly number[];
  /** Of the type that goes with `dtype`, or the same bytes (little endian) as Uint8Array. */
  data: TensorData;
}

/** Tensors by the names of the graph's inputs or outputs. */
export type Tensors = Record<string, Tensor>;

type DataConstructor = { readonly BYTES_PER_ELEMENT: number } & (new (buffer: ArrayBuffer) => TensorData);

const DATA: Readonly<Record<Dtype, DataConstructor>> = {
  f16: Uint16Array,
  f32: Float32Array,
  f64: Float64Array,
  bf16: Uint16Array,
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  bool: Uint8Array,
};

function invalid(name: string, why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'INPUT_TENSOR',
    message: `cannot use the tensor (${name}): ${why}`,
    hint: 'give { dtype, shape, data } that fit each other and the graph',
    exitCode: EXIT.input,
  });
}

/**
 * Takes tensors apart: forms and bytes.
 *
 * @throws EdgeInferError `INPUT_TENSOR` (exit 3) for data that does not fit its type or shape
 */
export function unpackTensors(tensors: Tensors): { inputs: TensorForm[]; parts: Uint8Array[] } {
  const inputs: TensorForm[] = [];
  const parts: Uint8Array[] = [];
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const type = DATA[dtype];
    if (type === undefined) throw invalid(name, `there is no type ${dtype}`);
    if (!(data instanceof type || data instanceof Uint8Array))
      throw invalid(name, `its data is not of ${dtype}`);
    const dims = [...shape];
    if (!dims.every((dim) => Number.isInteger(dim) && dim >= 0)) throw invalid(name, `bad shape ${dims}`);
    const bytes = dims.reduce((product, dim) => product * dim, type.BYTES_PER_ELEMENT);
    if (bytes !== data.byteLength) {
      throw invalid(
        name,
        `${dims.join('x')} of ${dtype} are ${bytes} bytes, its data has ${data.byteLength}`,
      );
    }
    inputs.push({ name, dtype, dims });
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return { inputs, parts };
}

/** Puts the tensors of an answer together. */
export function packTensors({ outputs, parts }: RunAnswer): Tensors {
  return Object.fromEntries(
    outputs.map(({ name, dtype, dims }, i) => {
      const bytes = parts[i] ?? new Uint8Array();
      return [name, { dtype, shape: dims, data: new DATA[dtype](bytes.buffer) }];
    }),
  );
}
