/** NumPy's `.npy` files, as far as tensors of pictures come in them: little endian, in C order. */
import { readFile } from 'node:fs/promises';
import { EdgeInferError, EXIT, isSystemError, messageOf } from '../errors.js';
import { halfToNumber } from './half.js';

/** Element types that are read. */
export type NpyDtype = 'f64' | 'f32' | 'f16' | 'u16' | 'u8' | 'i8';

/** An array of numbers. */
export interface NpyArray {
  dtype: NpyDtype;
  shape: number[];
  /** All elements in C order; binary64 holds every one of them exactly. */
  values: Float64Array;
}

const DTYPES: Readonly<Record<string, NpyDtype>> = {
  '<f8': 'f64',
  '<f4': 'f32',
  '<f2': 'f16',
  '<u2': 'u16',
  '|u1': 'u8',
  '|i1': 'i8',
};
const BYTES: Readonly<Record<NpyDtype, number>> = { f64: 8, f32: 4, f16: 2, u16: 2, u8: 1, i8: 1 };
const MAGIC = '\x93NUMPY';
const MAX_RANK = 8;
/** More elements are no tensor of one picture. */
const MAX_ELEMENTS = 2 ** 28;

function bad(where: string, why: string, hint: string): EdgeInferError {
  return new EdgeInferError({
    code: 'INPUT_TENSOR',
    message: `cannot use the reference tensor (${where}): ${why}`,
    hint,
    exitCode: EXIT.input,
  });
}

const SAVE = 'save it with numpy.save';

/** Where the text of the header begins and ends. */
function headerPlace(bytes: Buffer, where: string): { from: number; end: number } {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 6) !== MAGIC)
    throw bad(where, 'it is no .npy file', SAVE);
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw bad(where, `format version ${version} is not known`, SAVE);
  const from = version === 1 ? 10 : 12;
  if (bytes.length < from) throw bad(where, 'it is cut off', SAVE);
  const end = from + (version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  if (end > bytes.length) throw bad(where, 'it is cut off', SAVE);
  return { from, end };
}

/** The text of a member of the header's Python dictionary. */
function member(header: string, key: string): string | undefined {
  return new RegExp(`'${key}'\\s*:\\s*('[^']*'|True|False|\\([^()]*\\))`).exec(header)?.[1];
}

function dtypeOf(header: string, where: string): NpyDtype {
  const descr = member(header, 'descr')?.slice(1, -1);
  if (descr === undefined) throw bad(where, 'its header has no plain dtype', SAVE);
  const dtype = DTYPES[descr];
  if (dtype !== undefined) return dtype;
  const big = descr.startsWith('>');
  throw bad(
    where,
    `its dtype is ${descr}`,
    big
      ? 'save it little endian: x.astype(x.dtype.newbyteorder("<"))'
      : 'save it as float32, float16, uint8 or int8',
  );
}

function shapeOf(header: string, where: string): number[] {
  const text = member(header, 'shape')?.slice(1, -1);
  if (text === undefined) throw bad(where, 'its header has no shape', SAVE);
  const parts = text.split(',').map((part) => part.trim());
  if (parts[parts.length - 1] === '') parts.pop();
  const shape = parts.map(Number);
  const whole = parts.every((part) => /^\d{1,10}$/.test(part)) && shape.every((side) => side >= 1);
  const elements = shape.reduce((product, side) => product * side, 1);
  if (!whole || shape.length > MAX_RANK || elements > MAX_ELEMENTS)
    throw bad(where, `its shape is (${text})`, 'give the tensor of one picture');
  return shape;
}

/**
 * Reads the bytes of a `.npy` file (format 1 to 3).
 *
 * @param where name for the message
 * @throws EdgeInferError `INPUT_TENSOR` (exit 3) for any other file, big-endian or Fortran-ordered arrays, and types other
 *   than f64, f32, f16, u16, u8 and i8
 */
export function parseNpy(file: Uint8Array, where: string): NpyArray {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const { from, end } = headerPlace(bytes, where);
  const header = bytes.toString('latin1', from, end);
  const dtype = dtypeOf(header, where);
  if (member(header, 'fortran_order') !== 'False')
    throw bad(where, 'it is in Fortran order', 'save numpy.ascontiguousarray(x)');
  const shape = shapeOf(header, where);
  const count = shape.reduce((product, side) => product * side, 1);
  const data = bytes.subarray(end);
  if (data.length !== count * BYTES[dtype])
    throw bad(where, `it has ${data.length} bytes of data, its shape makes ${count * BYTES[dtype]}`, SAVE);
  return { dtype, shape, values: readValues(data, dtype, count) };
}

function readValues(data: Buffer, dtype: NpyDtype, count: number): Float64Array {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const at: Readonly<Record<NpyDtype, (i: number) => number>> = {
    f64: (i) => view.getFloat64(i * 8, true),
    f32: (i) => view.getFloat32(i * 4, true),
    f16: (i) => halfToNumber(view.getUint16(i * 2, true)),
    u16: (i) => view.getUint16(i * 2, true),
    u8: (i) => view.getUint8(i),
    i8: (i) => view.getInt8(i),
  };
  const values = new Float64Array(count);
  const read = at[dtype];
  for (let i = 0; i < count; i += 1) values[i] = read(i);
  return values;
}

/**
 * Reads a `.npy` file.
 *
 * @throws EdgeInferError `INPUT_UNREADABLE` or `INPUT_TENSOR` (exit 3)
 */
export async function readNpy(path: string, signal?: AbortSignal): Promise<NpyArray> {
  let file: Buffer;
  try {
    file = await readFile(path, signal === undefined ? {} : { signal });
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const why = isSystemError(cause) && cause.code === 'ENOENT' ? 'no such file' : messageOf(cause);
    throw new EdgeInferError({
      code: 'INPUT_UNREADABLE',
      message: `cannot read the reference tensor (${path}): ${why}`,
      hint: 'check the path',
      exitCode: EXIT.input,
      cause,
    });
  }
  const array = parseNpy(file, path);
  if (array.dtype !== 'u16') return array;
  throw bad(path, 'its dtype is <u2', 'save it as float32, float16, uint8 or int8');
}
