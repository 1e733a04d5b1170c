/**
 * Messages of the Open Inference Protocol, version 2, over REST: JSON, and the binary tensor data extension, where the bytes
 * of the tensors follow the JSON, whose length the header `Inference-Header-Content-Length` tells.
 */
import type { Tensor, Tensors } from '../../engine/tensors.js';
import { unpackTensors } from '../../engine/tensors.js';
import { EdgeInferError, EXIT } from '../../errors.js';

/** The protocol's names of element types. */
export const DATATYPES = {
  f16: 'FP16',
  f32: 'FP32',
  f64: 'FP64',
  bf16: 'BF16',
  u8: 'UINT8',
  i8: 'INT8',
  u16: 'UINT16',
  i16: 'INT16',
  u32: 'UINT32',
  i32: 'INT32',
  u64: 'UINT64',
  i64: 'INT64',
  bool: 'BOOL',
} as const;

type Dtype = keyof typeof DATATYPES;

/** The header that tells where the JSON ends. */
export const LENGTH_HEADER = 'inference-header-content-length';

/** What is sent: tensors, or one encoded picture. */
export type Question = { tensors: Tensors } | { picture: Uint8Array; input: string };

/** A message as HTTP carries it. */
export interface Message {
  body: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
}

/** The tensors of an answer, and what the server says of itself. */
export interface ServerAnswer {
  outputs: Tensors;
  modelVersion: string;
}

interface JsonTensor {
  name: string;
  shape: number[];
  datatype: string;
  data?: unknown;
  parameters?: { binary_data_size?: number };
}

/** An answer that is not what the protocol says. */
export function badAnswer(why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'CLOUD_ANSWER',
    message: `the server's answer cannot be used: ${why}`,
    hint: 'check that the model there is the one that the card describes',
    exitCode: EXIT.network,
  });
}

/**
 * Writes a question.
 *
 * @param binary use the binary tensor data extension; without it f16, bf16 and numbers that are not finite cannot be sent
 */
export function encodeQuestion(question: Question, binary: boolean): Message {
  const parts: Uint8Array[] = [];
  const inputs: JsonTensor[] = [];
  if ('picture' in question) {
    const { picture, input } = question;
    const head = { name: input, shape: [1], datatype: 'BYTES' };
    if (binary) {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, picture.byteLength, true);
      parts.push(length, picture);
      inputs.push({ ...head, parameters: { binary_data_size: picture.byteLength + 4 } });
    } else {
      const data = [Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength).toString('base64')];
      inputs.push({ ...head, data, parameters: { content_type: 'base64' } as object });
    }
  } else {
    const packed = unpackTensors(question.tensors);
    for (const [place, { name, dtype, dims }] of packed.inputs.entries()) {
      const bytes = packed.parts[place] as Uint8Array;
      const head = { name, shape: dims, datatype: DATATYPES[dtype] };
      if (binary) {
        parts.push(bytes);
        inputs.push({ ...head, parameters: { binary_data_size: bytes.byteLength } });
      } else {
        inputs.push({ ...head, data: jsonData(name, question.tensors[name] as Tensor) });
      }
    }
  }
  return writeMessage({ inputs, ...(binary ? { parameters: { binary_data_output: true } } : {}) }, parts);
}

/** JSON, then the bytes of tensors if there are any. */
export function writeMessage(head: object, parts: readonly Uint8Array[]): Message {
  const json = Buffer.from(JSON.stringify(head));
  const whole = new Uint8Array(json.byteLength + parts.reduce((sum, part) => sum + part.byteLength, 0));
  whole.set(json);
  let at = json.byteLength;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  if (parts.length === 0) return { body: whole, headers: { 'content-type': 'application/json' } };
  const headers = { 'content-type': 'application/octet-stream', [LENGTH_HEADER]: String(json.byteLength) };
  return { body: whole, headers };
}

function jsonData(name: string, { dtype, data }: Tensor): (number | boolean)[] {
  if (dtype === 'f16' || dtype === 'bf16') {
    throw new EdgeInferError({
      code: 'CLOUD_NO_BINARY',
      message: `the server does not take binary tensors, and ${dtype} (${name}) has no form in JSON`,
      hint: 'use f32',
      exitCode: EXIT.network,
    });
  }
  const values = Array.from(data as ArrayLike<number | bigint>, Number);
  if (!values.every(Number.isFinite)) throw badAnswer(`${name} has numbers that JSON has no form for`);
  return dtype === 'bool' ? values.map((value) => value !== 0) : values;
}

/**
 * Reads an answer; everything in it is checked, it comes from outside.
 *
 * @throws EdgeInferError `CLOUD_ANSWER` (exit 6)
 */
export function decodeAnswer(body: Uint8Array, jsonLength: string | null): ServerAnswer {
  const length = jsonLength === null ? body.byteLength : Number(jsonLength);
  if (!Number.isInteger(length) || length < 2 || length > body.byteLength) {
    throw badAnswer(`${LENGTH_HEADER} is ${jsonLength}, the body has ${body.byteLength} bytes`);
  }
  let head: { outputs?: unknown; model_version?: unknown };
  try {
    head = JSON.parse(new TextDecoder().decode(body.subarray(0, length)));
  } catch {
    throw badAnswer('it is not JSON');
  }
  if (head === null || typeof head !== 'object' || !Array.isArray(head.outputs)) {
    throw badAnswer('it has no outputs');
  }
  const outputs: Tensors = {};
  let at = length;
  for (const row of head.outputs as unknown[]) {
    const { name, shape, dtype, tensor } = checkedHead(row);
    const size = tensor.parameters?.binary_data_size;
    if (size === undefined) {
      outputs[name] = { dtype, shape, data: bytesOfJson(name, dtype, tensor.data) };
    } else {
      if (!Number.isInteger(size) || size < 0 || at + size > body.byteLength) {
        throw badAnswer(`${name} has ${size} bytes, ${body.byteLength - at} are left`);
      }
      outputs[name] = { dtype, shape, data: new Uint8Array(body.subarray(at, at + size)) };
      at += size;
    }
  }
  try {
    unpackTensors(outputs);
  } catch (error) {
    throw badAnswer(error instanceof Error ? error.message : String(error));
  }
  const version = typeof head.model_version === 'string' ? head.model_version : '';
  return { outputs, modelVersion: version };
}

function checkedHead(row: unknown): { name: string; shape: number[]; dtype: Dtype; tensor: JsonTensor } {
  const tensor = (row ?? {}) as JsonTensor;
  const { name, shape, datatype } = tensor;
  if (typeof name !== 'string') throw badAnswer('an output has no name');
  const whole = Array.isArray(shape) && shape.every((side) => Number.isInteger(side) && side >= 0);
  if (!whole) throw badAnswer(`${name} has no shape`);
  const dtype = (Object.keys(DATATYPES) as Dtype[]).find((key) => DATATYPES[key] === datatype);
  if (dtype === undefined) throw badAnswer(`${name} is of ${String(datatype)}`);
  return { name, shape, dtype, tensor };
}

const ARRAYS = {
  f32: Float32Array,
  f64: Float64Array,
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  bool: Uint8Array,
} as const;

/** Numbers in rows of rows or in one row -> bytes. */
function bytesOfJson(name: string, dtype: Dtype, data: unknown): Uint8Array {
  if (!Array.isArray(data)) throw badAnswer(`${name} has no data`);
  const flat = (data as unknown[]).flat(16);
  if (!flat.every((value) => typeof value === 'number' || typeof value === 'boolean')) {
    throw badAnswer(`the data of ${name} are not numbers`);
  }
  const numbers = flat.map(Number);
  if (dtype === 'f16' || dtype === 'bf16')
    throw badAnswer(`${name} is of ${dtype}, which JSON has no form for`);
  const values =
    dtype === 'i64' || dtype === 'u64' ? wholeNumbers(dtype, numbers) : ARRAYS[dtype].from(numbers);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function wholeNumbers(dtype: 'i64' | 'u64', numbers: readonly number[]): BigInt64Array | BigUint64Array {
  if (!numbers.every(Number.isInteger)) throw badAnswer('whole numbers have a fraction');
  const values = numbers.map(BigInt);
  return dtype === 'i64' ? BigInt64Array.from(values) : BigUint64Array.from(values);
}
