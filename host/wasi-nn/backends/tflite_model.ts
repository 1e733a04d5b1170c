/**
 * What a TFLite file says of its inputs and outputs (schema.fbs, version 3): the subgraph's order, which is the order of
 * WASI-NN's indices, and how it maps to the order of the file's first signature, in which LiteRT counts.
 */
import { NnError } from '../errors.js';
import type { Dtype, TensorSpec } from '../tensors.js';
import { FlatTable } from './flatbuffer.js';

/** `TensorType` of the schema, for types that a tensor of WASI-NN can carry. */
const TYPES: readonly (Dtype | undefined)[] = [
  'f32', // 0 FLOAT32
  'f16', // 1 FLOAT16
  'i32', // 2 INT32
  'u8', // 3 UINT8
  'i64', // 4 INT64
  undefined, // 5 STRING
  'bool', // 6 BOOL
  'i16', // 7 INT16
  undefined, // 8 COMPLEX64
  'i8', // 9 INT8
  'f64', // 10 FLOAT64
  undefined, // 11 COMPLEX128
  'u64', // 12 UINT64
  undefined, // 13 RESOURCE
  undefined, // 14 VARIANT
  'u32', // 15 UINT32
  'u16', // 16 UINT16
  undefined, // 17 INT4
  'bf16', // 18 BFLOAT16
];

const VERSION = 3;

/** One side of a graph: tensors in the subgraph's order, and the place of each in the signature. */
export interface TfliteSide {
  readonly specs: readonly TensorSpec[];
  /** `signatureIndex[i]` is the place of the subgraph's tensor i in the first signature. */
  readonly signatureIndex: readonly number[];
}

/** Inputs and outputs of a TFLite graph. */
export interface TfliteModel {
  readonly inputs: TfliteSide;
  readonly outputs: TfliteSide;
}

/**
 * Reads the interface of a TFLite file.
 *
 * @throws NnError `invalid_encoding` when it is none, or is damaged
 */
export function readTfliteModel(bytes: Uint8Array): TfliteModel {
  if (Buffer.from(bytes.subarray(4, 8)).toString('latin1') !== 'TFL3') {
    throw new NnError('invalid_encoding', 'the graph is not TFLite: its bytes 4 to 7 are not TFL3');
  }
  const root = FlatTable.root(bytes);
  const version = root.uint(0);
  if (version !== VERSION) {
    throw new NnError('invalid_encoding', `TFLite schema ${version} is not known, only ${VERSION}`);
  }
  const subgraph = root.tables(2)[0];
  if (subgraph === undefined) throw new NnError('invalid_encoding', 'the TFLite file has no subgraph');
  const tensors = subgraph.tables(0);
  // SignatureDef: inputs 0, outputs 1, signature_key 2, subgraph_index 4; TensorMap: name 0, tensor_index 1.
  const signature = root.tables(7).find((table) => table.uint(4) === 0);
  const side = (subgraphField: number, signatureField: number): TfliteSide => {
    const indices = subgraph.ints(subgraphField) ?? [];
    const map = signature?.tables(signatureField) ?? [];
    const order = map.map((entry) => entry.uint(1));
    const named = order.length === indices.length && indices.every((index) => order.includes(index));
    return {
      specs: indices.map((index, i) => specOf(tensors[index], map[order.indexOf(index)]?.text(0), i)),
      signatureIndex: indices.map((index, i) => (named ? order.indexOf(index) : i)),
    };
  };
  return { inputs: side(1, 0), outputs: side(2, 1) };
}

function specOf(tensor: FlatTable | undefined, signatureName: string | undefined, i: number): TensorSpec {
  if (tensor === undefined)
    throw new NnError('invalid_encoding', 'the TFLite file names a tensor that it lacks');
  // Not shape_signature, which has -1 for a free dimension: LiteRT for WebAssembly runs the sizes of the file.
  const shape = tensor.ints(0) ?? [];
  return { name: signatureName || tensor.text(3) || String(i), dtype: TYPES[tensor.byte(1)], shape };
}
