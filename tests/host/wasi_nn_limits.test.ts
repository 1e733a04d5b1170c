/** Limits of bytes and time, also for libraries that run in a worker: past one is an errno, and the host goes on. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { identityModel } from '../../host/conformance/onnx.js';
import { type BackendFactory, createWasiNN, ERRNO } from '../../host/wasi-nn/index.js';
import { bytesOf, must, RawGuest } from '../support/raw_guest.js';
import { llama, testData, testWith } from '../support/requirements.js';

const TFLITE = 4;
const GGML = 5;

/** A library that sleeps for as many milliseconds as its graph has bytes. */
const sleeping: BackendFactory = () => ({
  encoding: 'onnx',
  version: 'sleeping',
  load: ([model]) => ({
    inputs: [],
    outputs: [{ name: 'y', dtype: 'u8', shape: [1] }],
    provider: { requested: 'cpu', actual: 'cpu' },
    run: () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, model?.length ?? 0);
      return [{ dtype: 'u8', dims: [1], bytes: Uint8Array.of(7) }];
    },
    close: () => {},
  }),
});

const said = (guest: RawGuest) => guest.nn.lastError() ?? '';

test('a computation that takes longer than its limit is busy, and its answer is not given', () => {
  const guest = new RawGuest({ backends: { onnx: sleeping }, limits: { computeMs: 40 } });
  const quick = guest.open(new Uint8Array(1)).context;
  const slow = guest.open(new Uint8Array(60)).context;
  assert.equal(guest.call('compute', slow), ERRNO.busy);
  assert.match(said(guest), /compute: a computation took \d+ ms, the limit is 40 ms/);
  assert.equal(guest.output(slow, 0, 1).errno, ERRNO.invalid_argument);
  must(guest.call('compute', quick), guest.nn);
  assert.deepEqual(guest.output(quick, 0, 1).bytes, Uint8Array.of(7));
});

test('the time of all computations has an end', () => {
  const guest = new RawGuest({ backends: { onnx: sleeping }, limits: { allComputeMs: 100 } });
  const { context } = guest.open(new Uint8Array(30));
  const given: number[] = [];
  for (let i = 0; i < 8; i++) given.push(guest.call('compute', context));
  assert.deepEqual(given.slice(0, 2), [0, 0]);
  assert.deepEqual(given.slice(-4), [ERRNO.busy, ERRNO.busy, ERRNO.busy, ERRNO.busy]);
  assert.match(said(guest), /the compute time of 100 ms is used up/);
});

test('components hear of it as a timeout', () => {
  const nn = createWasiNN({ backends: { onnx: sleeping }, limits: { computeMs: 5 } });
  const context = nn.wit['wasi:nn/graph'].load([new Uint8Array(30)], 'onnx', 'cpu').initExecutionContext();
  assert.throws(
    () => context.compute([]),
    (thrown: Error & { payload?: { code(): string } }) => thrown.payload?.code() === 'timeout',
  );
});

test('bytes of all graphs: what is given back may be used again', () => {
  const model = identityModel('f32', [2]);
  const guest = new RawGuest({ limits: { allGraphBytes: model.length * 2 } });
  const first = guest.open(model);
  guest.open(model);
  const out = guest.alloc(4);
  assert.equal(guest.call('load', guest.builder(model), 1, 1, 0, out), ERRNO.too_large);
  must(guest.call('unload', first.graph), guest.nn);
  assert.equal(guest.call('load', guest.builder(model), 1, 1, 0, out), ERRNO.too_large, 'a context holds it');
  must(guest.call('finalize_execution_context', first.context), guest.nn);
  must(guest.call('load', guest.builder(model), 1, 1, 0, out), guest.nn);
});

test('bytes of all tensors: inputs and outputs of every context', () => {
  const guest = new RawGuest({ limits: { allTensorBytes: 48 } });
  const { graph, context } = guest.open(identityModel('f32', [4]));
  const out = guest.alloc(4);
  must(guest.call('init_execution_context', graph, out), guest.nn);
  const second = guest.view.getUint32(out, true);
  const tensor = guest.tensor(1, [4], guest.alloc(16), 16);
  must(guest.call('set_input', context, 0, tensor), guest.nn);
  must(guest.call('set_input', context, 0, tensor), guest.nn);
  must(guest.call('compute', context), guest.nn);
  must(guest.call('set_input', second, 0, tensor), guest.nn);
  assert.equal(guest.call('compute', second), ERRNO.too_large, '16 in and 16 out, twice');
  must(guest.call('finalize_execution_context', context), guest.nn);
  must(guest.call('compute', second), guest.nn);
});

testWith('LiteRT is ended when it takes too long, and begins anew', { data: testData }, ({ data }) => {
  const slow = readFileSync(
    join(data, 'models/coral_deeplabv3_mnv2_dm05_pascal_quant/deeplabv3_mnv2_dm05_pascal_quant.tflite'),
  );
  const quick = readFileSync(join(data, 'models/tinymaix_mnist_dw/mnist_dw_q.tflite'));
  const guest = new RawGuest({ limits: { computeMs: 20 } });
  const { context } = guest.open(slow, TFLITE);
  const bytes = 513 * 513 * 3;
  const tensor = guest.tensor(3, [1, 513, 513, 3], guest.alloc(bytes), bytes);
  must(guest.call('set_input', context, 0, tensor), guest.nn);
  assert.equal(guest.call('compute', context), ERRNO.busy, said(guest));
  // On a machine that is loaded the answer may be there, late, before the sleeper is woken by its clock.
  for (let i = 0; i < 10 && guest.call('compute', context) === ERRNO.busy; i++);
  assert.equal(guest.call('compute', context), ERRNO.runtime_error, 'what it held is gone');
  assert.match(said(guest), /LiteRT was ended: run took longer than 20 ms/);
  must(guest.call('finalize_execution_context', context), guest.nn);
  guest.open(quick, TFLITE);
  guest.nn.close();
});

testWith('llama.cpp is stopped when it takes too long', { data: testData, llama }, ({ data }) => {
  const story = readFileSync(join(data, 'models/stories260K_gguf/stories260K.gguf'));
  const guest = new RawGuest({ limits: { computeMs: 60 } });
  const { context } = guest.open(story, GGML);
  const set = (index: number, text: string) => {
    const bytes = bytesOf(new TextEncoder().encode(text));
    return guest.call('set_input', context, index, guest.tensor(3, [1], guest.put(bytes), bytes.length));
  };
  must(set(0, 'Once upon a time'), guest.nn);
  must(set(1, '{"temp":0,"n-predict":400,"ctx-size":512}'), guest.nn);
  const started = performance.now();
  assert.equal(guest.call('compute', context), ERRNO.busy, guest.nn.lastError());
  assert.ok(performance.now() - started < 5000);
  assert.notEqual(guest.call('get_output', context, 0, 0, 0, guest.alloc(4)), ERRNO.success);
  guest.open(story, GGML);
  guest.nn.close();
});
