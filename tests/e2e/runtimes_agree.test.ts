/** The promise in one file: one picture, one module, five runtimes, the same bytes and the same answer. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { type Answer, edgeInfer, jsonLines } from '../support/cli.js';
import { testData, testWith } from '../support/requirements.js';
import { RUNTIME_NAMES, runtimeReady } from '../support/runtimes.js';

const SAMPLE = join(CHECKOUT, 'dist/sample/airplane.png');
const MACAW = 88;
const CONFIDENCE_TOLERANCE = 1e-4;

async function classifyIn(runtime: string, image: string, ...more: string[]): Promise<Answer> {
  const { exitCode, stdout, stderr } = await edgeInfer([
    'classify',
    image,
    '--runtime',
    runtime,
    '--json',
    ...more,
  ]);
  assert.equal(exitCode, 0, `${runtime}: ${stderr}${stdout}`);
  const [answer] = jsonLines<Answer>(stdout);
  assert.ok(answer !== undefined, `${runtime} printed nothing`);
  return answer;
}

for (const runtime of RUNTIME_NAMES) {
  testWith(
    `${runtime}: a photograph of a macaw, as in Node`,
    { data: testData, runtime: runtimeReady(runtime) },
    async ({ data }) => {
      const image = join(data, 'images/coral_cc/parrot.jpg');
      const model = ['--model', join(data, 'models/mobilenet_v2_1.0_224')];
      const reference = await classifyIn('node', image, ...model);
      const answer = await classifyIn(runtime, image, ...model);
      assert.equal(answer.runtime, runtime);
      assert.equal(answer.predictions.length, 5);
      assert.equal(answer.predictions[0]?.class_id, MACAW);
      assert.match(answer.predictions[0]?.label ?? '', /macaw/);
      assert.equal(answer.input_sha256, reference.input_sha256);
      assert.equal(answer.graph.encoding, 'onnx');
      for (const [rank, expected] of reference.predictions.entries()) {
        const found = answer.predictions[rank];
        assert.equal(found?.class_id, expected.class_id, `rank ${rank + 1}`);
        assert.ok(Math.abs((found?.confidence ?? 0) - expected.confidence) <= CONFIDENCE_TOLERANCE);
      }
    },
  );

  testWith(
    `${runtime}: the built-in model knows what the project drew`,
    { runtime: runtimeReady(runtime) },
    async () => {
      const { exitCode, stdout, stderr } = await edgeInfer([
        'classify',
        SAMPLE,
        '--runtime',
        runtime,
        '--json',
      ]);
      assert.equal(exitCode, 0, stderr);
      const [answer] = jsonLines<Answer>(stdout);
      assert.equal(answer?.predictions[0]?.label, 'airplane');
    },
  );
}

for (const runtime of ['wasmtime', 'wasmtime-component'] as const) {
  testWith(
    `${runtime}: the OpenVINO form of the model, same input, same macaw`,
    { data: testData, runtime: runtimeReady(runtime) },
    async ({ data }) => {
      const image = join(data, 'images/coral_cc/parrot.jpg');
      const model = ['--model', join(data, 'models/mobilenet_v2_1.0_224')];
      const onnx = await classifyIn(runtime, image, ...model);
      const openvino = await classifyIn(runtime, image, ...model, '--encoding', 'openvino');
      assert.equal(openvino.graph.encoding, 'openvino');
      assert.equal(openvino.input_sha256, onnx.input_sha256);
      assert.equal(openvino.predictions[0]?.class_id, MACAW);
    },
  );
}

test('an unknown runtime is refused by name', async () => {
  const { exitCode, stderr } = await edgeInfer(['classify', SAMPLE, '--runtime', 'wasmer']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /^error: .*wasmer/);
  for (const name of RUNTIME_NAMES) assert.ok(stderr.includes(name), name);
});
