/** Models that are not models: cut, damaged, of another format. Loading or running one is an errno, never a crash. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sumProductModel } from '../../host/conformance/onnx.js';
import { ERRNO } from '../../host/wasi-nn/index.js';
import { must, RawGuest } from '../support/raw_guest.js';
import { llama, testData, testWith } from '../support/requirements.js';
import { seeded } from '../support/seeded.js';

const [OPENVINO, ONNX, TENSORFLOW, PYTORCH, TFLITE, GGML] = [0, 1, 2, 3, 4, 5];

/** `count` damaged forms of a model: some bytes others, or the end missing. */
function* damaged(model: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
  const random = seeded(seed);
  for (let i = 0; i < count; i++) {
    if (i % 5 === 4) {
      yield model.slice(0, random(model.length));
      continue;
    }
    const copy = new Uint8Array(model);
    // The head holds the structure, the rest numbers.
    const reach = i % 2 === 0 ? Math.min(copy.length, 2048) : copy.length;
    for (let k = random(8); k >= 0; k--) copy[random(reach)] = random(3) === 0 ? 255 : random(256);
    yield copy;
  }
}

/** Loads, and if that works computes on `input`; gives how many of the models went through. */
function tryAll(
  models: Iterable<Uint8Array>,
  encoding: number,
  use: (guest: RawGuest, context: number) => number,
) {
  let passed = 0;
  const guest = new RawGuest({ limits: { computeMs: 5000 } });
  const out = guest.alloc(4);
  const [part, builder] = [guest.alloc(8 << 20), guest.alloc(8)];
  const known = new Set<number>(Object.values(ERRNO));
  for (const model of models) {
    new Uint8Array(guest.memory.buffer).set(model, part);
    guest.view.setUint32(builder, part, true);
    guest.view.setUint32(builder + 4, model.length, true);
    let errno = guest.call('load', builder, 1, encoding, 0, out);
    assert.ok(known.has(errno), `load: ${errno}`);
    if (errno !== 0) continue;
    const graph = guest.view.getUint32(out, true);
    must(guest.call('init_execution_context', graph, out), guest.nn);
    const context = guest.view.getUint32(out, true);
    errno = use(guest, context);
    assert.ok(known.has(errno), `compute: ${errno}`);
    if (errno === 0) passed++;
    must(guest.call('finalize_execution_context', context), guest.nn);
    must(guest.call('unload', graph), guest.nn);
  }
  assert.deepEqual([guest.nn.stats().graphs, guest.nn.stats().openBytes], [0, 0]);
  return { passed, guest };
}

test('ONNX: 1,000 damaged graphs', () => {
  const model = sumProductModel('f32', ['n']);
  const { passed, guest } = tryAll(damaged(model, 1000, 1), ONNX, (guest, context) => {
    const tensor = guest.tensor(1, [2], 64, 8);
    for (const index of [0, 1]) guest.call('set_input', context, index, tensor);
    return guest.call('compute', context);
  });
  assert.ok(passed < 500);
  guest.open(model);
  guest.nn.close();
});

testWith('TFLite: 60 damaged graphs', { data: testData }, ({ data }) => {
  const model = readFileSync(join(data, 'models/tinymaix_mnist_dw/mnist_dw_q.tflite'));
  const { guest } = tryAll(damaged(model, 60, 2), TFLITE, (guest, context) => {
    guest.call('set_input', context, 0, guest.tensor(3, [1, 28, 28, 1], 64, 784));
    return guest.call('compute', context);
  });
  guest.open(model, TFLITE);
  guest.nn.close();
});

testWith('GGUF: 25 damaged graphs', { data: testData, llama }, ({ data }) => {
  const model = readFileSync(join(data, 'models/stories260K_gguf/stories260K.gguf'));
  const { guest } = tryAll(damaged(model, 25, 3), GGML, (guest, context) => {
    const set = (index: number, text: string) => {
      const [at, length] = guest.putText(text);
      guest.call('set_input', context, index, guest.tensor(3, [length], at, length));
    };
    set(0, 'Once');
    set(1, '{"n-predict":2,"ctx-size":64}');
    return guest.call('compute', context);
  });
  guest.open(model, GGML);
  guest.nn.close();
});

test('formats without a backend, whatever the bytes are', () => {
  const guest = new RawGuest();
  const out = guest.alloc(4);
  const random = seeded(4);
  for (let i = 0; i < 100; i++) {
    const builder = guest.builder(Uint8Array.from({ length: random(200) }, () => random(256)));
    for (const encoding of [OPENVINO, TENSORFLOW, PYTORCH]) {
      assert.equal(guest.call('load', builder, 1, encoding, 0, out), ERRNO.unsupported_operation);
    }
  }
});
