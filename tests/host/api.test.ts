import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { classify, createClassifier, preprocess } from '../../host/index.js';
import { edgeInfer, jsonLines } from '../support/cli.js';
import { testData, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';

const model = (data: string) => join(data, 'models/mobilenet_v2_1.0_224');
const parrot = (data: string) => join(data, 'images/coral_cc/parrot.jpg');
const MACAW = 88;

testWith('path, bytes and command line give the same answer', { data: testData }, async ({ data }) => {
  const options = { model: model(data), top: 3 };
  const byPath = await classify(parrot(data), options);
  const byBytes = await classify(readFileSync(parrot(data)), options);
  const { stdout } = await edgeInfer([
    'classify',
    parrot(data),
    '--model',
    model(data),
    '--top',
    '3',
    '--json',
  ]);
  const [byCli] = jsonLines<typeof byPath>(stdout);
  assert.equal(byPath.predictions.length, 3);
  assert.equal(byPath.predictions[0]?.class_id, MACAW);
  assert.match(byPath.predictions[0]?.label ?? '', /macaw/);
  assert.deepEqual(byBytes.predictions, byPath.predictions);
  assert.deepEqual(byPath.graph, { encoding: 'onnx', precision: 'fp32', provider: 'cpu' });
  assert.equal(byCli?.input_sha256, byPath.input_sha256);
  assert.deepEqual(
    byCli?.predictions.map(({ class_id, confidence }) => [class_id, Math.fround(confidence)]),
    byPath.predictions.map(({ class_id, confidence }) => [class_id, confidence]),
  );
});

testWith(
  'a classifier is used again and again without growing, and not after close',
  { data: testData },
  async ({ data }) => {
    const classifier = await createClassifier({ model: model(data) });
    assert.deepEqual(classifier.model, { name: 'mobilenet_v2_1.0_224', version: '1.0.0' });
    const bytes = readFileSync(parrot(data));
    const first = await classifier.classify(bytes);
    const before = process.memoryUsage().external;
    for (let i = 0; i < 30; i++)
      assert.deepEqual((await classifier.classify(bytes)).predictions, first.predictions);
    assert.ok(
      process.memoryUsage().external - before < 32e6,
      'external memory does not grow by a picture a call',
    );
    await classifier.close();
    await classifier.close();
    await assert.rejects(classifier.classify(bytes), { code: 'CLASSIFIER_CLOSED' });
  },
);

testWith(
  'classifiers made and closed in turn do not crash the process',
  { data: testData },
  async ({ data }) => {
    for (let i = 0; i < 12; i++) {
      await using classifier = await createClassifier({ model: model(data), precision: 'int8' });
      const { predictions, graph } = await classifier.classify(parrot(data), { top: 1 });
      assert.equal(predictions[0]?.class_id, MACAW);
      assert.equal(graph.precision, 'int8');
    }
  },
);

testWith('raw pixels equal the same pixels in a file', { data: testData }, async ({ data }) => {
  await withScratch(async (folder) => {
    const [width, height] = [31, 17];
    const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256);
    const file = join(folder, 'pixels.ppm');
    writeFileSync(file, Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), pixels]));
    const options = { model: model(data) };
    const raw = await preprocess({ data: pixels, width, height }, options);
    const decoded = await preprocess(file, options);
    assert.deepEqual(raw.shape, [1, 3, 224, 224]);
    assert.equal(raw.data.byteLength, 3 * 224 * 224 * 4);
    assert.equal(raw.input_sha256, decoded.input_sha256);
    assert.deepEqual(raw.data, decoded.data);
  });
});

testWith(
  'errors have the one shape, and the classifier goes on after them',
  { data: testData },
  async ({ data }) => {
    await using classifier = await createClassifier({ model: model(data) });
    const expected: [Parameters<typeof classifier.classify>, object][] = [
      [[join(data, 'nothing.jpg')], { code: 'INPUT_UNREADABLE', exitCode: 3 }],
      [[new Uint8Array(0)], { name: 'EdgeInferError', exitCode: 3 }],
      [[readFileSync(parrot(data)).subarray(0, 300)], { name: 'EdgeInferError', exitCode: 3 }],
      [[{ data: new Uint8Array(9), width: 9, height: 9 }], { code: 'INPUT_RAW_SIZE', exitCode: 3 }],
      [[parrot(data), { top: 0 }], { code: 'USAGE_INVALID', exitCode: 2 }],
      [[parrot(data), { threshold: 2 }], { code: 'USAGE_INVALID', exitCode: 2 }],
      [[parrot(data), { signal: AbortSignal.abort() }], { name: 'AbortError' }],
    ];
    for (const [args, error] of expected) await assert.rejects(classifier.classify(...args), error);
    assert.equal((await classifier.classify(parrot(data))).predictions[0]?.class_id, MACAW);
    await assert.rejects(classify(parrot(data), { model: model(data), precision: 'fp8' }), {
      code: 'MODEL_NO_GRAPH',
      exitCode: 4,
    });
  },
);

test('an unknown model is named', async () => {
  await assert.rejects(createClassifier({ model: 'imaginary' }), { code: 'MODEL_NOT_FOUND', exitCode: 4 });
});
