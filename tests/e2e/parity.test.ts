/** Serving equals training: every tensor equal to Pillow + NumPy to the last byte, every top-1 equal to ONNX Runtime in Python. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, edgeInfer, jsonLines } from '../support/cli.js';
import { referenceRows } from '../support/reference.js';
import { python, testData, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';

testWith(
  '400 ImageNet photographs: tensors equal Pillow + NumPy, top-1 equals ONNX Runtime in Python',
  { data: testData, python },
  async ({ data, python }) => {
    const model = join(data, 'models/mobilenet_v2_1.0_224');
    const folder = join(data, 'images/imagenet_samples_400');
    const images = readdirSync(folder)
      .filter((name) => name.endsWith('.JPEG'))
      .map((name) => join(folder, name));
    assert.equal(images.length, 400);
    const [expected, served] = await Promise.all([
      referenceRows(python, { model, images, graph: 'model.fp32.onnx' }),
      edgeInfer(['classify', '--model', model, '--json', '--images-from', '-'], { input: images.join('\n') }),
    ]);
    assert.equal(served.exitCode, 0, served.stderr);
    const answers = jsonLines<Answer>(served.stdout);
    assert.equal(answers.length, expected.length);
    for (const [index, row] of expected.entries()) {
      assert.equal(answers[index]?.image, row.image);
      assert.equal(answers[index]?.input_sha256, row.input_sha256, row.image);
      assert.equal(answers[index]?.predictions[0]?.class_id, row.top1, row.image);
    }
  },
  { timeout: 900_000 },
);

testWith(
  'preprocess --out writes the .npy file that NumPy would',
  { data: testData, python },
  async ({ data, python }) => {
    await withScratch(async (work) => {
      const model = join(data, 'models/mobilenet_v2_1.0_224');
      const image = join(data, 'images/coral_cc/cat_720p.jpg');
      const out = join(work, 'tensor.npy');
      const { exitCode, stderr } = await edgeInfer(['preprocess', image, '--model', model, '--out', out]);
      assert.equal(exitCode, 0, stderr);
      await referenceRows(python, { model, images: [image], save: work });
      const shape = (file: string) =>
        /'shape': \(([^)]*)\)/.exec(readFileSync(file).subarray(0, 128).toString('latin1'))?.[1];
      assert.equal(shape(out), '1, 3, 224, 224');
      assert.equal(shape(out), shape(join(work, '0.npy')));
      const tensorBytes = 3 * 224 * 224 * 4;
      assert.ok(
        readFileSync(out)
          .subarray(-tensorBytes)
          .equals(readFileSync(join(work, '0.npy')).subarray(-tensorBytes)),
      );
    });
  },
);
