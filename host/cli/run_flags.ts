/** The flags of `edge-infer run` that have a form of their own, those of wasmtime and wasmedge among them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT } from '../errors.js';
import type { GraphByName, Preopen } from '../runtimes/runtime.js';
import { type Encoding, graphFilesIn, type Limits, type Target } from '../wasi-nn/index.js';

/** `-S` of wasmtime: the words that concern WASI-NN. Everything else that wasmtime could turn on is on or absent here. */
export function wasiOptions(values: readonly string[]): GraphByName[] {
  const graphs: GraphByName[] = [];
  for (const value of values.flatMap((value) => value.split(','))) {
    const at = value.indexOf('=');
    const word = at < 0 ? value : value.slice(0, at);
    if (word === 'nn-graph') graphs.push(parseGraph(value.slice(at + 1), '-S nn-graph'));
    else if (!['nn', 'cli', 'preview2', 'common', 'p3'].includes(word)) {
      throw usage('-S', value, 'known here are nn and nn-graph=ENC::DIR');
    }
  }
  return graphs;
}

export function usage(flag: string, value: string, why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `${flag} is wrong (${value}): ${why}`,
    hint: 'see edge-infer run --help',
    exitCode: EXIT.usage,
  });
}

/** `GUEST::HOST`, as wasmtime had it before version 14. */
export function parseMapDir(value: string): Preopen {
  const at = value.indexOf('::');
  if (at < 0) throw usage('--mapdir', value, 'it has the form GUEST::HOST');
  return preopen('--mapdir', value, value.slice(at + 2), value.slice(0, at));
}

/** `HOST`, `HOST::GUEST` as wasmtime has it, or `GUEST:HOST` as wasmedge has it. */
export function parseDir(value: string): Preopen {
  const double = value.indexOf('::');
  const single = value.indexOf(':');
  let [host, guest] = [value, value];
  if (double >= 0) [host, guest] = [value.slice(0, double), value.slice(double + 2)];
  else if (single >= 0) [guest, host] = [value.slice(0, single), value.slice(single + 1)];
  return preopen('--dir', value, host, guest);
}

function preopen(flag: string, value: string, host: string, guest: string): Preopen {
  const folder = path.resolve(host);
  if (!existsSync(folder)) throw usage(flag, value, `no such folder: ${host}`);
  if (guest === '') throw usage(flag, value, 'the name for the guest is empty');
  return { host: folder, guest };
}

/** `NAME=VALUE`, or `NAME` for the value that it has here. */
export function parseEnv(value: string): [string, string] {
  const at = value.indexOf('=');
  if (at === 0 || value === '') throw usage('--env', value, 'it has the form NAME=VALUE or NAME');
  return at < 0 ? [value, process.env[value] ?? ''] : [value.slice(0, at), value.slice(at + 1)];
}

const ENCODINGS: Readonly<Record<string, Encoding>> = {
  openvino: 'openvino',
  onnx: 'onnx',
  tensorflow: 'tensorflow',
  pytorch: 'pytorch',
  tensorflowlite: 'tensorflowlite',
  tflite: 'tensorflowlite',
  ggml: 'ggml',
  autodetect: 'autodetect',
};

function parseEncoding(flag: string, value: string, name: string): Encoding {
  const encoding = ENCODINGS[name.toLowerCase()];
  if (encoding === undefined) {
    throw usage(flag, value, `the encoding is none of ${Object.keys(ENCODINGS).join(', ')}`);
  }
  return encoding;
}

export function parseGraph(value: string, flag = '--nn-graph'): GraphByName {
  const at = value.indexOf('::');
  if (at < 0) throw usage(flag, value, 'it has the form ENC::DIR');
  const encoding = parseEncoding(flag, value, value.slice(0, at));
  const folder = path.resolve(value.slice(at + 2));
  const files = graphFilesIn(encoding, folder);
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw usage(flag, value, `no such file: ${missing}`);
  return { name: path.basename(folder), encoding, target: 'cpu', files };
}

export function parsePreload(value: string): GraphByName {
  const [name = '', enc = '', device = '', ...paths] = value.split(':');
  if (name === '' || paths.length === 0)
    throw usage('--nn-preload', value, 'it has the form NAME:ENC:TARGET:PATH');
  const encoding = parseEncoding('--nn-preload', value, enc);
  const where = device.toLowerCase();
  if (!['cpu', 'gpu', 'tpu', 'auto'].includes(where)) {
    throw usage('--nn-preload', value, 'the target is none of cpu, gpu, tpu, auto');
  }
  const target = where === 'auto' ? 'cpu' : (where as Target);
  // As in WasmEdge: one file, whose path may have colons, and one that is not there is the guest's to hear of.
  if (encoding === 'ggml') return { name, encoding, target, files: [path.resolve(paths.join(':'))] };
  const files = paths.map((file) => path.resolve(file));
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw usage('--nn-preload', value, `no such file: ${missing}`);
  return { name, encoding, target, files };
}

/** Names of limits as flags have them, and whether they count bytes. */
const LIMITS: Readonly<Record<string, readonly [name: keyof Limits, bytes: boolean]>> = {
  graphs: ['graphs', false],
  contexts: ['contexts', false],
  'graph-bytes': ['graphBytes', true],
  'tensor-bytes': ['tensorBytes', true],
  'all-graph-bytes': ['allGraphBytes', true],
  'all-tensor-bytes': ['allTensorBytes', true],
  'compute-ms': ['computeMs', false],
  'all-compute-ms': ['allComputeMs', false],
};

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** `NAME=NUMBER[,NAME=NUMBER...]`; numbers of bytes may end in K, M or G (1024 and so on). */
export function parseLimits(values: readonly string[]): Partial<Limits> {
  const limits: Partial<Limits> = {};
  for (const item of values.flatMap((value) => value.split(','))) {
    const [name = '', text = ''] = item.split('=');
    const known = LIMITS[name];
    if (known === undefined) {
      throw usage('--nn-limit', item, `the names are ${Object.keys(LIMITS).join(', ')}`);
    }
    const [limit, bytes] = known;
    const number = /^([0-9]{1,15})([KMG]?)$/.exec(text);
    if (number === null || (number[2] !== '' && !bytes)) {
      const form = bytes ? 'a whole number, with K, M or G if you like' : 'a whole number';
      throw usage('--nn-limit', item, `the limit must be ${form}`);
    }
    limits[limit] = Number(number[1]) * (UNITS[number[2] ?? ''] ?? 1);
  }
  return limits;
}
