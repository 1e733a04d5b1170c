/**
 * Tiny ONNX models made by hand: a protobuf writer of thirty lines and the few graphs that the suite and tests need.
 * Field numbers are those of onnx.proto (ModelProto, GraphProto, NodeProto, ValueInfoProto, AttributeProto).
 */

/** `TensorProto.DataType`. */
export const ONNX_TYPE = {
  f32: 1,
  u8: 2,
  i8: 3,
  i32: 6,
  i64: 7,
  string: 8,
  bool: 9,
  f16: 10,
  f64: 11,
} as const;
/** A name of {@link ONNX_TYPE}. */
export type OnnxType = keyof typeof ONNX_TYPE;

/** A graph input or output. A dimension given as text is free and has that name. */
export interface Value {
  name: string;
  type: OnnxType;
  dims: readonly (number | string)[];
}

/** An operator of the graph. `ints` are attributes: integers, or lists of them. */
export interface Node {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  ints?: Readonly<Record<string, number | readonly number[]>>;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

const int = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const block = (field: number, bytes: readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (field: number, value: string): number[] => block(field, [...new TextEncoder().encode(value)]);

function valueInfo(value: Value): number[] {
  const shape = value.dims.flatMap((dim) => block(1, typeof dim === 'number' ? int(1, dim) : text(2, dim)));
  const tensor = [...int(1, ONNX_TYPE[value.type]), ...block(2, shape)];
  return [...text(1, value.name), ...block(2, block(1, tensor))];
}

function nodeProto(node: Node): number[] {
  return [
    ...node.inputs.flatMap((name) => text(1, name)),
    ...node.outputs.flatMap((name) => text(2, name)),
    ...text(4, node.op),
    // AttributeProto: name 1, i 3, ints 8, type 20 (INT = 2, INTS = 7).
    ...Object.entries(node.ints ?? {}).flatMap(([name, value]) => {
      const one = typeof value === 'number';
      const values = one ? int(3, value) : value.flatMap((item) => int(8, item));
      return block(5, [...text(1, name), ...values, ...int(20, one ? 2 : 7)]);
    }),
  ];
}

/** A model of the given nodes: opset 13, IR version 8. */
export function onnxModel(
  nodes: readonly Node[],
  inputs: readonly Value[],
  outputs: readonly Value[],
): Uint8Array {
  const graph = [
    ...nodes.flatMap((node) => block(1, nodeProto(node))),
    ...text(2, 'g'),
    ...inputs.flatMap((value) => block(11, valueInfo(value))),
    ...outputs.flatMap((value) => block(12, valueInfo(value))),
  ];
  return modelProto(graph);
}

function modelProto(graph: readonly number[]): Uint8Array {
  return Uint8Array.from([...int(1, 8), ...block(7, graph), ...block(8, int(2, 13))]);
}

/** `y = x`, of any type and shape. */
export function identityModel(type: OnnxType, dims: readonly (number | string)[]): Uint8Array {
  return onnxModel(
    [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    [{ name: 'x', type, dims }],
    [{ name: 'y', type, dims }],
  );
}

/** Gives `bytes` u8 that the graph keeps in the file `location`, not in itself. */
export function outsideWeightsModel(location: string, bytes: number): Uint8Array {
  const entry = (key: string, value: string) => block(13, [...text(1, key), ...text(2, value)]);
  // TensorProto: dims 1, data_type 2, name 8, external_data 13, data_location 14 (EXTERNAL = 1).
  const weights = [
    ...int(1, bytes),
    ...int(2, ONNX_TYPE.u8),
    ...text(8, 'w'),
    ...entry('location', location),
    ...entry('length', String(bytes)),
    ...int(14, 1),
  ];
  const graph = [
    ...block(1, nodeProto({ op: 'Identity', inputs: ['w'], outputs: ['y'] })),
    ...text(2, 'g'),
    ...block(5, weights),
    ...block(12, valueInfo({ name: 'y', type: 'u8', dims: [bytes] })),
  ];
  return modelProto(graph);
}

/** `sum = a + b`, `product = a * b`: two inputs, two outputs. */
export function sumProductModel(type: OnnxType, dims: readonly (number | string)[]): Uint8Array {
  return onnxModel(
    [
      { op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
      { op: 'Mul', inputs: ['a', 'b'], outputs: ['product'] },
    ],
    [
      { name: 'a', type, dims },
      { name: 'b', type, dims },
    ],
    [
      { name: 'sum', type, dims },
      { name: 'product', type, dims },
    ],
  );
}
