/** Packages made of detectors' graphs: UltraFace as it is, heads by their shapes, and what is refused. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Node, onnxModel, type Value } from '../../host/conformance/onnx.js';
import { createEngine, EdgeInferError } from '../../host/index.js';
import type { ModelCard } from '../../host/models/card.js';
import { importDetector } from '../../host/models/detector.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { edgeInfer } from '../support/cli.js';
import { testData, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';
import { ultraFacePriors } from '../support/task_packages.js';

const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/tasks.json'), 'utf8')) as {
  ultraface: Record<string, { box: number[] }[]>;
};

testWith(
  'UltraFace is imported and finds its faces, with and without priors',
  { data: testData },
  ({ data }) =>
    withScratch(async (folder) => {
      const labels = join(folder, 'labels.txt');
      const priors = join(folder, 'priors.f32');
      writeFileSync(labels, 'face\n');
      writeFileSync(priors, ultraFacePriors());
      const common = ['--labels', labels, '--mean', '127,127,127', '--std', '128,128,128', '--iou', '0.3'];
      for (const [file, more, head] of [
        ['version-RFB-320.onnx', [], 'boxes'],
        ['version-RFB-320_simplified.onnx', ['--priors', priors, '--box', 'cxcywh'], 'ssd_priors'],
      ] as const) {
        const out = join(folder, head);
        const graph = join(data, 'models/ultraface_rfb320', file);
        const made = await edgeInfer([
          'models',
          'import',
          graph,
          '--out',
          out,
          '--threshold',
          '0.7',
          ...common,
          ...more,
        ]);
        assert.equal(made.exitCode, 0, made.stderr);
        const card = JSON.parse(readFileSync(join(out, 'model.json'), 'utf8')) as ModelCard;
        assert.equal(card.detect?.head, head);
        const verified = await edgeInfer(['models', 'verify', out]);
        assert.equal(verified.exitCode, 0, verified.stderr);
        const engine = await createEngine({ model: out, workers: 1 });
        try {
          const { predictions } = await engine.detect(join(data, 'images/coral_cc/face.jpg'));
          const expected = golden.ultraface['face.jpg'] ?? [];
          assert.equal(predictions.length, expected.length);
          for (const [i, { box }] of expected.entries()) {
            for (const [k, x] of box.entries())
              assert.ok(Math.abs((predictions[i]?.box[k] ?? -9) - x) <= 0.01);
          }
        } finally {
          await engine.close();
        }
      }
    }),
);

/** A graph that gives its inputs. */
function graphOf(shapes: readonly (readonly number[])[]): Uint8Array {
  const nodes: Node[] = shapes.map((_, i) => ({ op: 'Identity', inputs: [`in${i}`], outputs: [`out${i}`] }));
  const values: Value[] = shapes.map((dims, i) => ({ name: `in${i}`, type: 'f32', dims }));
  return onnxModel(
    nodes,
    values,
    shapes.map((dims, i) => ({ name: `out${i}`, type: 'f32', dims })),
  );
}

test('graphs of no known head, and with other inputs than a picture, are refused', () =>
  withScratch(async (folder) => {
    for (const [shapes, reason] of [
      [[[1, 1000]], /its outputs are 1x1000/],
      [[[1, 84, 8400]], /its input is 1x84x8400/],
      [
        [
          [1, 50, 4],
          [1, 50, 3],
        ],
        /2 inputs, not one/,
      ],
    ] as const) {
      const file = join(folder, 'g.onnx');
      writeFileSync(file, graphOf(shapes));
      assert.throws(
        () => importDetector(file, join(folder, 'out')),
        (error) => error instanceof EdgeInferError && reason.test(error.message),
      );
    }
    writeFileSync(join(folder, 'text.onnx'), 'no graph');
    assert.throws(() => importDetector(join(folder, 'text.onnx'), join(folder, 'out')), EdgeInferError);
    assert.throws(() => importDetector(join(folder, 'nothing.onnx'), join(folder, 'out')), /no such file/);
  }));

testWith('a detector with state between frames is refused', { data: testData }, ({ data }) => {
  const file = join(data, 'models/coral_traffic_detector/traffic_model.tflite');
  assert.throws(() => importDetector(file, join(data, 'nowhere')), /it has 3 inputs, not one/);
});
