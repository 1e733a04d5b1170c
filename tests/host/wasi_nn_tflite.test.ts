/** The TFLite backend against ai-edge-litert: tests/golden/tflite.json, made by scripts/golden/tflite.py. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NnError, tfliteBackend } from '../../host/wasi-nn/index.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { bytesOf, must, RawGuest } from '../support/raw_guest.js';
import { testData, testWith } from '../support/requirements.js';

interface Golden {
  readonly inputs: readonly { dtype: string; shape: number[] }[];
  readonly outputs: readonly {
    dtype: string;
    shape: number[];
    sha256?: string;
    first?: number[];
    sum?: number;
  }[];
}

const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/tflite.json'), 'utf8')) as {
  models: Record<string, Golden>;
};
const TFLITE = 4;
/** Numbers of the core ABI; int8 travels as u8. */
const NUMBERS: Readonly<Record<string, number>> = { float32: 1, uint8: 3, int8: 3, int32: 4, int64: 5 };
/** Of f32 outputs: XNNPACK for x86 and for WebAssembly add in different orders. */
const TOLERANCE = 2e-4;
/** Of graphs that quantise while they run: a rounding that falls the other way is a step of 1 / 127. */
const STEP_TOLERANCE = 1e-2;
/** What LiteRT for WebAssembly cannot run, though it runs natively. */
const REFUSED: readonly [RegExp, RegExp][] = [
  [/keras_lstm/, /Variable tensors not yet supported/],
  [/traffic_model/, /LiteRT cannot run the graph/],
  [/version-RFB-320/, /LiteRT cannot run the graph/],
];
const QUANTISES_INSIDE = /weight_quant/;

function generated(seed: number, count: number): Uint8Array {
  let state = seed;
  return new Uint8Array(count).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

function inputOf(index: number, { dtype, shape }: Golden['inputs'][number]): Uint8Array {
  const bytes = generated(
    1 + index,
    shape.reduce((a, b) => a * b, 1),
  );
  if (dtype !== 'float32') return bytes;
  return bytesOf(Float32Array.from(bytes, (byte) => Math.fround(Math.fround(byte / 128) - 1)));
}

/** Loads and computes. */
function open(guest: RawGuest, file: Uint8Array, inputs: Golden['inputs']): number {
  const { context } = guest.open(file, TFLITE);
  inputs.forEach((input, i) => {
    const bytes = inputOf(i, input);
    const type = NUMBERS[input.dtype] ?? assert.fail(input.dtype);
    const tensor = guest.tensor(type, input.shape, guest.put(bytes), bytes.length);
    must(guest.call('set_input', context, i, tensor), guest.nn);
  });
  must(guest.call('compute', context), guest.nn);
  return context;
}

testWith('every TFLite model gives what ai-edge-litert gives', { data: testData }, ({ data }) => {
  let exact = 0;
  for (const [name, { inputs, outputs }] of Object.entries(golden.models)) {
    const guest = new RawGuest();
    const file = readFileSync(join(data, 'models', name));
    const refused = REFUSED.find(([model]) => model.test(name));
    if (refused !== undefined) {
      assert.throws(() => open(guest, file, inputs), refused[1], name);
      guest.nn.close();
      continue;
    }
    const context = open(guest, file, inputs);
    outputs.forEach((output, i) => {
      const { errno, written, bytes } = guest.output(context, i, 4 << 20);
      assert.equal(errno, 0, `${name}: ${guest.nn.lastError()}`);
      const got = bytes.slice(0, written);
      if (output.sha256 !== undefined) {
        assert.equal(createHash('sha256').update(got).digest('hex'), output.sha256, `${name}, output ${i}`);
        exact++;
      }
      if (output.first === undefined || output.sum === undefined) return;
      const values = new Float32Array(got.buffer);
      const tolerance = QUANTISES_INSIDE.test(name) ? STEP_TOLERANCE : TOLERANCE;
      const near = (a: number, b: number, what: string) =>
        assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${name}, ${what}: ${a} for ${b}`);
      for (const [k, value] of output.first.entries())
        near(values[k] ?? Number.NaN, value, `output ${i}[${k}]`);
      let sum = 0;
      for (const value of values) sum += value;
      near(sum, output.sum, `sum of output ${i}`);
    });
    guest.nn.close();
  }
  assert.ok(exact >= 15, `only ${exact} outputs were compared bit for bit`);
});

testWith('a damaged TFLite file is an error, wherever it is cut', { data: testData }, ({ data }) => {
  const file = readFileSync(join(data, 'models/tinymaix_mnist_dw/mnist_dw_q.tflite'));
  const backend = tfliteBackend();
  const load = (bytes: Uint8Array) => backend.load([bytes], { target: 'cpu', strictTarget: false });
  for (const length of [0, 3, 8, 20, 100, 1000, 4000, file.length - 1000]) {
    assert.throws(() => load(file.subarray(0, length)), NnError, `${length} bytes`);
  }
  const wrong = Buffer.from(file);
  wrong.writeUInt32LE(0x7fff_fff0, 0);
  assert.throws(() => load(wrong), /offset leads out/);
  // The worker has survived all of it.
  const graph = load(file);
  assert.equal(graph.inputs.length, 1);
  graph.close();
  backend.close?.();
});

test('a target that LiteRT lacks is refused when asked strictly, and named otherwise', () => {
  const backend = tfliteBackend();
  assert.throws(
    () => backend.load([new Uint8Array(64)], { target: 'gpu', strictTarget: true }),
    /runs on the CPU/,
  );
  backend.close?.();
});
