/** The built-in model's recorded accuracy is what edge-infer serves: every test picture, every form, counted again. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  countCorrect,
  extractTestPictures,
  FORMS,
  type RecordedAccuracy,
} from '../../scripts/accuracy/measure.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { referenceRows } from '../support/reference.js';
import { python, testData, testWith } from '../support/requirements.js';
import { runtimeReady } from '../support/runtimes.js';
import { withScratch } from '../support/scratch.js';

const MODEL = join(CHECKOUT, 'models/cifar10');
const PICTURES = 10_000;
const MOST_BYTES = 2_000_000;

const recorded = JSON.parse(readFileSync(join(MODEL, 'accuracy.json'), 'utf8')) as RecordedAccuracy;

test('the recorded accuracy meets the goals: FP32 at least 90 %, INT8 within 0.5 points, graphs of 2 MB at most', () => {
  const of = (precision: string) =>
    recorded.forms.find((form) => form.encoding === 'onnx' && form.precision === precision)?.correct ?? 0;
  assert.equal(recorded.pictures, PICTURES);
  assert.ok(of('fp32') >= 0.9 * PICTURES);
  assert.ok(of('int8') >= of('fp32') - 0.005 * PICTURES);
  for (const file of ['model.fp32.onnx', 'model.int8.onnx', 'model.bin'])
    assert.ok(statSync(join(MODEL, file)).size <= MOST_BYTES, file);
});

for (const form of FORMS) {
  testWith(
    `${form.encoding} ${form.precision} in ${form.runtime}: all 10,000 test pictures, counted again`,
    { data: testData, runtime: runtimeReady(form.runtime) },
    ({ data }) =>
      withScratch(async (folder) => {
        const pictures = await extractTestPictures(join(data, 'images/cifar10_jpeg.tar.gz'), folder);
        assert.equal(pictures.length, PICTURES);
        const { correct } = await countCorrect(form, pictures);
        const expected = recorded.forms.find(
          (row) => row.encoding === form.encoding && row.precision === form.precision,
        );
        // OpenVINO computes in bf16 on CPUs that have it, in f32 elsewhere: a few pictures on the border change sides.
        const tolerance = form.encoding === 'openvino' ? 10 : 0;
        assert.ok(
          Math.abs(correct - (expected?.correct ?? 0)) <= tolerance,
          `${correct}, recorded ${expected?.correct}`,
        );
      }),
    { timeout: 900_000 },
  );
}

testWith(
  'Pillow and ONNX Runtime in Python count the same as edge-infer, FP32 and INT8',
  { data: testData, python },
  ({ data, python }) =>
    withScratch(async (folder) => {
      const pictures = await extractTestPictures(join(data, 'images/cifar10_jpeg.tar.gz'), folder);
      for (const [precision, graph] of [
        ['fp32', 'model.fp32.onnx'],
        ['int8', 'model.int8.onnx'],
      ] as const) {
        const rows = await referenceRows(python, {
          model: MODEL,
          images: pictures.map((p) => p.path),
          graph,
        });
        const correct = rows.filter((row, index) => row.top1 === pictures[index]?.classId).length;
        const served = recorded.forms.find(
          (form) => form.encoding === 'onnx' && form.precision === precision,
        );
        assert.equal(correct, served?.correct, precision);
      }
    }),
  { timeout: 900_000 },
);
