/** What a host says that it did: calls, copies, time, what is open. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { identityModel, type OnnxType } from '../../host/conformance/onnx.js';
import { createWasiNN } from '../../host/wasi-nn/index.js';
import { must, RawGuest } from '../support/raw_guest.js';
import { testData, testWith } from '../support/requirements.js';

const ROUNDS = 5;
const LENGTH = 24;

/** Element type, its number in the core ABI, its bytes. */
const TYPES: readonly [OnnxType, number, number][] = [
  ['f32', 1, 4],
  ['u8', 3, 1],
  ['i32', 4, 4],
  ['i64', 5, 8],
];

function inferAgainAndAgain(guest: RawGuest, type: OnnxType, number: number, size: number): void {
  const { context } = guest.open(identityModel(type, [LENGTH]));
  const tensor = guest.tensor(number, [LENGTH], guest.alloc(LENGTH * size), LENGTH * size);
  for (let i = 0; i < ROUNDS; i++) {
    // Memory that grows gives the host another buffer: still no copy.
    if (i === 2) guest.memory.grow(1);
    must(guest.call('set_input', context, 0, tensor), guest.nn);
    must(guest.call('compute', context), guest.nn);
    assert.equal(guest.output(context, 0, LENGTH * size).errno, 0);
  }
}

for (const [type, number, size] of TYPES) {
  test(`views copy no byte of a ${type} input, copies copy each byte once`, () => {
    for (const inputs of ['view', 'copy'] as const) {
      const guest = new RawGuest({ inputs });
      inferAgainAndAgain(guest, type, number, size);
      const { bytesCopiedIn, bytesCopiedOut } = guest.nn.stats();
      const bytes = ROUNDS * LENGTH * size;
      assert.equal(bytesCopiedIn, inputs === 'view' ? 0 : bytes);
      // Out of ONNX Runtime, and into the guest.
      assert.equal(bytesCopiedOut, 2 * bytes);
      guest.nn.close();
    }
  });
}

test('a view at an odd address is copied, and counted', () => {
  const guest = new RawGuest({ inputs: 'view' });
  const { context } = guest.open(identityModel('f32', [2]));
  const tensor = guest.tensor(1, [2], guest.alloc(16) + 1, 8);
  for (let i = 1; i <= 3; i++) {
    must(guest.call('set_input', context, 0, tensor), guest.nn);
    must(guest.call('compute', context), guest.nn);
    assert.equal(guest.nn.stats().bytesCopiedIn, 8 * i);
  }
  guest.nn.close();
});

test('calls, those that fail among them, and what is open', () => {
  const model = identityModel('f32', [2]);
  const guest = new RawGuest();
  assert.deepEqual(guest.nn.stats(), {
    calls: 0,
    bytesCopiedIn: 0,
    bytesCopiedOut: 0,
    computeMs: 0,
    graphs: 0,
    contexts: 0,
    openBytes: 0,
  });
  const { graph, context } = guest.open(model);
  assert.notEqual(guest.call('compute', context), 0);
  assert.notEqual(guest.call('compute', 99), 0);
  const { calls, graphs, contexts, openBytes } = guest.nn.stats();
  assert.deepEqual([calls, graphs, contexts, openBytes], [4, 1, 1, model.length]);
  must(guest.call('unload', graph), guest.nn);
  assert.equal(guest.nn.stats().graphs, 1, 'the context holds it');
  must(guest.call('finalize_execution_context', context), guest.nn);
  assert.deepEqual([guest.nn.stats().graphs, guest.nn.stats().openBytes], [0, 0]);
});

test('the time of computations is booked, and only that', () => {
  const nn = createWasiNN({
    backends: {
      onnx: () => ({
        encoding: 'onnx',
        version: 'slow',
        load: () => ({
          inputs: [],
          outputs: [],
          provider: { requested: 'cpu', actual: 'cpu' },
          run: () => {
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
            return [];
          },
          close: () => {},
        }),
      }),
    },
  });
  const context = nn.wit['wasi:nn/graph'].load([Uint8Array.of(8)], 'onnx', 'cpu').initExecutionContext();
  assert.equal(nn.stats().computeMs, 0);
  context.compute([]);
  context.compute([]);
  assert.ok(nn.stats().computeMs >= 55 && nn.stats().computeMs < 2000, `${nn.stats().computeMs}`);
  nn.close();
});

testWith(
  'components: one copy in, one out of the library, one at each read',
  { data: testData },
  ({ data }) => {
    const model = readFileSync(join(data, 'models/mobilenet_v2_1.0_224/model.fp32.onnx'));
    const nn = createWasiNN();
    const { Tensor } = nn.wit['wasi:nn/tensor'];
    const input = new Tensor([1, 3, 224, 224], 'FP32', new Uint8Array(602_112));
    const context = nn.wit['wasi:nn/graph'].load([model], 'onnx', 'cpu').initExecutionContext();
    const [output] = context.compute([['input', input]]);
    assert.equal(nn.stats().bytesCopiedIn, 602_112, 'jco copies a list out of the guest');
    assert.equal(nn.stats().bytesCopiedOut, 4000);
    output?.[1].data();
    assert.equal(nn.stats().bytesCopiedOut, 8000);
    nn.close();
  },
);
