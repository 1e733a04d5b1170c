import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityModel, sumProductModel } from '../../host/conformance/onnx.js';
import { createWasiNN, type WasiNNOptions } from '../../host/wasi-nn/index.js';
import { type NamedTensor, WitError, WitTensor } from '../../host/wasi-nn/wit.js';
import { bytesOf } from '../support/raw_guest.js';

function host(options: WasiNNOptions = {}) {
  const nn = createWasiNN(options);
  return { nn, graph: nn.wit['wasi:nn/graph'] };
}

/** The error resource that `call` throws, as jco would find it. */
function payloadOf(call: () => unknown): WitError {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof Error);
    const { payload } = error as Error & { payload: unknown };
    assert.ok(payload instanceof WitError, 'the payload is the resource');
    return payload;
  }
  throw new assert.AssertionError({ message: 'the call did not fail' });
}

test('load, compute by name, position and decimal index', () => {
  const { nn, graph } = host();
  const context = graph.load([sumProductModel('f32', [2])], 'onnx', 'cpu').initExecutionContext();
  const tensor = (...values: number[]) => new WitTensor([2], 'FP32', bytesOf(Float32Array.from(values)));
  const keyings: NamedTensor[][] = [
    [
      ['b', tensor(10, 20)],
      ['a', tensor(1, 2)],
    ],
    [
      ['0', tensor(1, 2)],
      ['1', tensor(10, 20)],
    ],
    [
      ['', tensor(1, 2)],
      ['', tensor(10, 20)],
    ],
  ];
  for (const inputs of keyings) {
    const outputs = context.compute(inputs);
    assert.deepEqual(
      outputs.map(([name]) => name),
      ['sum', 'product'],
    );
    const [, sum] = outputs[0] as NamedTensor;
    assert.equal(sum.ty(), 'FP32');
    assert.deepEqual([...sum.dimensions()], [2]);
    assert.deepEqual([...new Float32Array(sum.data().slice().buffer)], [11, 22]);
  }
  nn.close();
});

test('failures carry an error resource with code and text', () => {
  const { graph } = host({ graphs: { id: { encoding: 'onnx', parts: [identityModel('f32', [2])] } } });
  assert.equal(payloadOf(() => graph.loadByName('nobody')).code(), 'not-found');
  assert.equal(
    payloadOf(() => graph.load([Uint8Array.of(1)], 'tensorflow', 'cpu')).code(),
    'unsupported-operation',
  );
  assert.equal(payloadOf(() => graph.load([Uint8Array.of(8, 9)], 'onnx', 'cpu')).code(), 'runtime-error');
  assert.equal(
    payloadOf(() => graph.load([Uint8Array.of(8, 9)], 'nonsense', 'cpu')).code(),
    'invalid-encoding',
  );
  const context = graph.loadByName('id').initExecutionContext();
  const bytes = new Uint8Array(8);
  const wrongName = payloadOf(() => context.compute([['z', new WitTensor([2], 'FP32', bytes)]]));
  assert.equal(wrongName.code(), 'invalid-argument');
  assert.match(wrongName.data(), /no input 'z'; it has: x/);
  assert.match(payloadOf(() => context.compute([])).data(), /not set/);
  assert.match(
    payloadOf(() => context.compute([['x', new WitTensor([3], 'FP32', bytes)]])).data(),
    /needs 12 bytes/,
  );
  assert.match(
    payloadOf(() => context.compute([['x', new WitTensor([2], 'I32', bytes)]])).data(),
    /wants f32/,
  );
  assert.match(
    payloadOf(() => context.compute([['x', new WitTensor([1], 'FP64', bytes)]])).data(),
    /wants f32/,
  );
});

test('dropping resources gives their places back; contexts of a dropped graph go on', () => {
  const { graph } = host({ limits: { graphs: 1, contexts: 1 } });
  const dispose = Symbol.dispose;
  const drop = (resource: object) => (resource as Record<symbol, () => void>)[dispose]?.();
  for (let i = 0; i < 3; i++) {
    const one = graph.load([identityModel('u8', [1])], 'onnx', 'cpu');
    assert.equal(payloadOf(() => graph.load([identityModel('u8', [1])], 'onnx', 'cpu')).code(), 'too-large');
    const context = one.initExecutionContext();
    drop(one);
    const [[, out]] = context.compute([['x', new WitTensor([1], 'U8', Uint8Array.of(i))]]) as [NamedTensor];
    assert.deepEqual([...out.data()], [i]);
    drop(context);
  }
});

test('jco drops resources by the symbol that it looks up: Symbol.dispose where the engine has one', () => {
  const { nn, graph } = host();
  const one = graph.load([identityModel('u8', [1])], 'onnx', 'cpu');
  const context = one.initExecutionContext();
  const jcoDispose = Symbol.dispose || Symbol.for('dispose');
  const drop = (resource: object) => (resource as Record<symbol, () => void>)[jcoDispose]?.();
  assert.deepEqual([nn.stats().graphs, nn.stats().contexts], [1, 1]);
  drop(one);
  assert.deepEqual([nn.stats().graphs, nn.stats().contexts], [1, 1], 'the context holds the graph');
  drop(context);
  drop(context);
  assert.deepEqual([nn.stats().graphs, nn.stats().contexts, nn.stats().openBytes], [0, 0, 0]);
});

test('close frees what the guest has not dropped', () => {
  const { nn, graph } = host();
  graph.load([identityModel('u8', [1])], 'onnx', 'cpu').initExecutionContext();
  assert.equal(nn.stats().graphs, 1);
  nn.close();
  assert.deepEqual([nn.stats().graphs, nn.stats().contexts], [0, 0]);
});

test('guests of wasi:nn before 2024-10-28 set inputs and get outputs one by one', () => {
  const { nn, graph } = host();
  for (const version of ['0.2.0-rc-2024-06-25', '0.2.0-rc-2024-08-19']) {
    assert.equal(nn.wit[`wasi:nn/inference@${version}`], nn.wit['wasi:nn/inference']);
  }
  const context = graph.load([sumProductModel('f32', [2])], 'onnx', 'cpu').initExecutionContext();
  const tensor = (...values: number[]) => new WitTensor([2], 'FP32', bytesOf(Float32Array.from(values)));
  context.setInput('b', tensor(10, 20));
  assert.match(payloadOf(() => context.compute()).data(), /input 0 \('a'\) is not set/);
  assert.match(payloadOf(() => context.getOutput('sum')).data(), /there is no output/);
  context.setInput('0', tensor(1, 2));
  context.compute();
  const values = (name: string) => [...new Float32Array(context.getOutput(name).data().slice().buffer)];
  assert.deepEqual(values('product'), [10, 40]);
  assert.deepEqual(values('0'), [11, 22]);
  assert.match(payloadOf(() => context.getOutput('y')).data(), /no output 'y'; it has: sum, product/);
  nn.close();
});

test('versioned and plain keys name the same interfaces', () => {
  const { nn } = host();
  for (const name of ['errors', 'tensor', 'inference', 'graph']) {
    assert.equal(nn.wit[`wasi:nn/${name}@0.2.0-rc-2024-10-28`], nn.wit[`wasi:nn/${name}`]);
  }
});

test('the provider that runs is told; strict targets fail instead of falling back', () => {
  const { nn, graph } = host();
  graph.load([identityModel('f32', [1])], 'onnx', 'tpu');
  const report = nn.loaded()[0]?.provider;
  assert.equal(report?.requested, 'tpu');
  assert.equal(report?.actual, 'cpu');
  assert.match(report?.why ?? '', /no provider for tpu/);
  const strict = host({ strictTarget: true }).graph;
  assert.equal(
    payloadOf(() => strict.load([identityModel('f32', [1])], 'onnx', 'tpu')).code(),
    'unsupported-operation',
  );
});
