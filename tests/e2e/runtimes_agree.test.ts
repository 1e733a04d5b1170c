/** The promise in one file: one picture, one module, five runtimes, the same bytes and the same answer. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { type Answer, edgeInfer, jsonLines } from '../support/cli.js';
import { testData, testWith } from '../support/requirements.js';
import { RUNTIME_NAMES, runtimeReady } from '../support/runtimes.js';
import { withScratch } from '../support/scratch.js';
import { writeUltraFace } from '../support/task_packages.js';

interface DetectAnswer {
  readonly predictions: readonly { label: string; confidence: number; box: number[] }[];
  readonly picture: { width: number; height: number };
  readonly input_sha256: string;
}

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

for (const runtime of RUNTIME_NAMES) {
  testWith(
    `${runtime}: the faces of a photograph, as in Node`,
    { data: testData, runtime: runtimeReady(runtime) },
    ({ data }) =>
      withScratch(async (folder) => {
        const model = writeUltraFace(folder, data);
        const image = join(data, 'images/coral_cc/face.jpg');
        const found = async (where: string): Promise<DetectAnswer> => {
          const command = ['detect', image, '--model', model, '--runtime', where, '--json'];
          const { exitCode, stdout, stderr } = await edgeInfer(command);
          assert.equal(exitCode, 0, `${where}: ${stderr}${stdout}`);
          return jsonLines<DetectAnswer>(stdout)[0] ?? assert.fail('nothing printed');
        };
        const reference = await found('node');
        const answer = await found(runtime);
        assert.equal(reference.predictions.length, 4);
        assert.equal(answer.input_sha256, reference.input_sha256);
        assert.deepEqual(answer.picture, { width: 512, height: 355 });
        assert.equal(answer.predictions.length, reference.predictions.length);
        for (const [i, { label, confidence, box }] of reference.predictions.entries()) {
          const other = answer.predictions[i];
          assert.equal(other?.label, label);
          assert.ok(Math.abs((other?.confidence ?? 0) - confidence) <= CONFIDENCE_TOLERANCE);
          for (const [k, x] of box.entries())
            assert.ok(Math.abs((other?.box[k] ?? -1) - x) <= 0.01, `box ${i}`);
        }
      }),
  );
}

test('an unknown runtime is refused by name', async () => {
  const { exitCode, stderr } = await edgeInfer(['classify', SAMPLE, '--runtime', 'wasmer']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /^error: .*wasmer/);
  for (const name of RUNTIME_NAMES) assert.ok(stderr.includes(name), name);
});
