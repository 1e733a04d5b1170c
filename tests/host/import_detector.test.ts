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

const CANDIDATES = 64;

/**
 * A detector whose head is written in its picture of 2 x 128 pixels: entry k of candidate n is channel k mod 3 of the pixel in
 * row k div 6 and column 2 n + k div 3 mod 2.
 */
function paintedHead(rowsFirst: boolean): Uint8Array {
  const shape = rowsFirst ? [1, CANDIDATES, 12] : [1, 12, CANDIDATES];
  const nodes: Node[] = [
    { op: 'SpaceToDepth', inputs: ['images'], outputs: ['depth'], ints: { blocksize: 2 } },
    { op: 'ReduceMax', inputs: ['depth'], outputs: ['head'], ints: { axes: [2], keepdims: 0 } },
    { op: 'Transpose', inputs: ['head'], outputs: ['rows'], ints: { perm: [0, 2, 1] } },
  ];
  return onnxModel(
    rowsFirst ? nodes : nodes.slice(0, 2),
    [{ name: 'images', type: 'f32', dims: [1, 3, 2, 2 * CANDIDATES] }],
    [{ name: rowsFirst ? 'rows' : 'head', type: 'f32', dims: shape }],
  );
}

for (const [head, entries] of [
  ['yolov8', { 0: 40, 1: 1, 2: 20, 3: 2, 7: 1 }],
  ['yolov5', { 0: 40, 1: 1, 2: 20, 3: 2, 4: 1, 8: 1 }],
] as const) {
  test(`a head of ${head} is seen in its shape, and finds what is painted into the picture`, () =>
    withScratch(async (folder) => {
      const file = join(folder, 'painted.onnx');
      writeFileSync(file, paintedHead(head === 'yolov5'));
      const out = join(folder, head);
      const made = await edgeInfer([
        'models',
        'import',
        file,
        '--out',
        out,
        '--divide',
        '1',
        '--threshold',
        '0.9',
      ]);
      assert.equal(made.exitCode, 0, made.stderr);
      const card = JSON.parse(readFileSync(join(out, 'model.json'), 'utf8')) as ModelCard;
      assert.equal(card.detect?.head, head);
      const [width, height, candidate] = [2 * CANDIDATES, 2, 10];
      const rgb = new Uint8Array(width * height * 3);
      for (const [key, value] of Object.entries(entries)) {
        const k = Number(key);
        const column = 2 * candidate + (Math.floor(k / 3) % 2);
        rgb[(Math.floor(k / 6) * width + column) * 3 + (k % 3)] = value;
      }
      const engine = await createEngine({ model: out, workers: 0 });
      try {
        const { predictions } = await engine.detect({ rgb, width, height });
        assert.equal(predictions.length, 1);
        assert.deepEqual([predictions[0]?.class_id, predictions[0]?.confidence], [3, 1]);
        assert.deepEqual([...(predictions[0]?.box ?? [])], [30, 0, 50, 2]);
      } finally {
        await engine.close();
      }
    }));
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
