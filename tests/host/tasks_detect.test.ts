/** Detection: each head, the way back to the picture, and UltraFace against its author's numbers. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Postprocess } from '../../host/engine/postprocess.js';
import { createEngine, type DetectedObject, EdgeInferError } from '../../host/index.js';
import type { CardOutput, ModelCard } from '../../host/models/card.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { testData, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';
import { writeUltraFace, writeUltraFaceWithPriors } from '../support/task_packages.js';

interface Found {
  confidence: number;
  box: number[];
}

const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/tasks.json'), 'utf8')) as {
  ultraface: Record<string, Found[]>;
};
/** Pixels: OpenCV's resize is ours bit for bit, ONNX Runtime's kernels differ by CPU. */
const PIXELS = 0.01;

function near(a: number, b: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(a - b) <= tolerance, `${what}: ${a} for ${b}`);
}

function same(found: readonly DetectedObject[], expected: readonly Found[], what: string): void {
  assert.equal(found.length, expected.length, what);
  for (const [i, { confidence, box }] of expected.entries()) {
    near(found[i]?.confidence ?? 0, confidence, 1e-4, `${what} ${i}`);
    for (const [k, value] of box.entries()) near(found[i]?.box[k] ?? -1, value, PIXELS, `${what} ${i}, ${k}`);
  }
}

for (const [name, write] of [
  ['decoded boxes', writeUltraFace],
  ['offsets from priors', writeUltraFaceWithPriors],
] as const) {
  testWith(
    `UltraFace finds the faces that its author's code finds: ${name}`,
    { data: testData },
    ({ data }) =>
      withScratch(async (folder) => {
        const engine = await createEngine({ model: write(folder, data), workers: 1, cache: true });
        try {
          for (const [picture, expected] of Object.entries(golden.ultraface)) {
            const file = join(data, 'images/coral_cc', picture);
            const answer = await engine.detect(file);
            same(answer.predictions, expected, picture);
            assert.ok(answer.predictions.every(({ label, class_id }) => label === 'face' && class_id === 0));
            // From the tensor and its hash, as the cache asks, and from the cache.
            const again = await engine.detect(file);
            assert.equal(again.cached?.by, 'bytes');
            assert.deepEqual(again.predictions, answer.predictions);
            assert.deepEqual(again.picture, answer.picture);
          }
          const file = join(data, 'images/coral_cc/face.jpg');
          assert.equal((await engine.detect(file, { top: 2 })).predictions.length, 2);
          assert.equal((await engine.detect(file, { threshold: 0.9999 })).predictions.length, 1);
          assert.ok((await engine.detect(file, { iou: 1 })).predictions.length > 4);
          await assert.rejects(engine.classify(file), { code: 'MODEL_TASK' });
          await assert.rejects(engine.detect(file, { iou: 2 }), { code: 'USAGE_INVALID' });
        } finally {
          await engine.close();
        }
      }),
  );
}

testWith(
  'the cache gives boxes in pixels of the picture that is asked about, though the tensor is that of another size',
  { data: testData },
  ({ data }) =>
    withScratch(async (folder) => {
      const model = writeUltraFace(folder, data);
      const gray = (width: number, height: number) => {
        return { data: new Uint8Array(width * height * 3).fill(127), width, height };
      };
      for (const cache of [true, { nearDuplicates: { distance: 4 } }]) {
        const engine = await createEngine({ model, workers: 1, cache });
        try {
          const small = await engine.detect(gray(320, 240), { threshold: 0 });
          const large = await engine.detect(gray(640, 480), { threshold: 0 });
          assert.equal(large.input_sha256, small.input_sha256);
          assert.equal(large.cached, undefined);
          assert.deepEqual(large.picture, { width: 640, height: 480 });
          const again = await engine.detect(
            { ...gray(640, 480), data: new Uint8Array(921_600).fill(127) },
            { threshold: 0 },
          );
          assert.deepEqual(again.predictions, large.predictions);
          assert.ok(again.cached !== undefined);
        } finally {
          await engine.close();
        }
      }
    }),
);

const f32 = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

/** A card whose input is 40 x 20 pixels of a picture resized without regard to its shape. */
function card(change: Partial<ModelCard>): ModelCard {
  return {
    schema: 1,
    name: 'made',
    version: '1',
    task: 'detect',
    input: {
      name: 'x',
      dtype: 'f32',
      layout: 'NCHW',
      shape: [1, 3, 20, 40],
      color: 'RGB',
      resize: { profile: 'pillow', filter: 'bilinear', size: [20, 40] },
    },
    output: { name: 'y', dtype: 'f32', kind: 'raw' },
    graphs: [],
    ...change,
  };
}

const output = (kind: CardOutput['kind'], ...shape: number[]): CardOutput => ({
  name: kind,
  dtype: 'f32',
  kind,
  shape,
});
const labels = new TextEncoder().encode('cat\ndog\n');
/** Of the input's 40 x 20: a cat at 10 5 20 15, a dog at 0 0 10 10. */
const CAT = { class_id: 0, label: 'cat', box: [10, 5, 20, 15] };
const DOG = { class_id: 1, label: 'dog', box: [0, 0, 10, 10] };

function boxesOf(found: readonly DetectedObject[]) {
  return found.map(({ class_id, label, box }) => ({
    class_id,
    label,
    box: box.map((x) => Number(x.toFixed(4))),
  }));
}

const HEADS: Record<string, { change: Partial<ModelCard>; outputs: Uint8Array[]; priors?: Uint8Array }> = {
  'decoded corners, normalised, a background class first': {
    change: {
      output: [{ ...output('scores', 1, 2, 3), class_offset: 1 }, output('boxes', 1, 2, 4)],
      detect: { head: 'boxes' },
    },
    outputs: [f32(0.01, 0.2, 0.75, 0.9, 0.8, 0.1), f32(0, 0, 0.25, 0.5, 0.25, 0.25, 0.5, 0.75)],
  },
  'as DETR has it: logits with a class for nothing at the end, centres and sizes, no suppression': {
    change: {
      output: [output('scores', 1, 3, 3), output('boxes', 1, 3, 4)],
      detect: { head: 'boxes', box: 'cxcywh', activation: 'softmax', iou: 1 },
    },
    outputs: [
      f32(5, 0, 0, 0, 4, 0, 0, 0, 9),
      f32(0.375, 0.5, 0.25, 0.5, 0.125, 0.25, 0.25, 0.5, 0.5, 0.5, 1, 1),
    ],
  },
  'TFLite_Detection_PostProcess, its outputs in its order, two of three rows counted': {
    change: {
      output: [output('boxes', 1, 3, 4), output('classes', 1, 3), output('scores', 1, 3), output('count', 1)],
      detect: { head: 'ssd_postprocess' },
    },
    outputs: [
      f32(0.25, 0.25, 0.75, 0.5, 0, 0, 0.5, 0.25, 0, 0, 1, 1),
      f32(0, 1, 0),
      f32(0.9, 0.8, 0.7),
      f32(2),
    ],
  },
  'SSD offsets from priors, y first': {
    change: {
      output: [output('boxes', 1, 2, 4), output('scores', 1, 2, 2)],
      detect: { head: 'ssd_priors', priors: 'p', activation: 'sigmoid' },
    },
    outputs: [f32(0, 0, 0, 0, 0, 0, 0, 0), f32(3, -3, -3, 2)],
    priors: f32(0.5, 0.375, 0.5, 0.25, 0.25, 0.125, 0.5, 0.25),
  },
  'YOLOv5 rows in pixels': {
    change: { output: output('boxes', 1, 3, 7), detect: { head: 'yolov5' } },
    outputs: [
      f32(...[15, 10, 10, 10, 0.9, 0.95, 0.1], ...[5, 5, 10, 10, 0.9, 0.1, 0.8], ...[5, 5, 9, 9, 0.1, 1, 1]),
    ],
  },
  'YOLOv8 planes in pixels': {
    change: { output: output('boxes', 1, 6, 3), detect: { head: 'yolov8' } },
    outputs: [
      f32(...[15, 5, 5], ...[10, 5, 5], ...[10, 10, 9], ...[10, 10, 9], ...[0.9, 0.1, 0], ...[0.1, 0.8, 0.3]),
    ],
  },
};

test('every head gives the same two boxes', async () => {
  const module = await Postprocess.create();
  for (const [name, { change, outputs, priors }] of Object.entries(HEADS)) {
    module.openCard(card(change), labels, priors);
    const { predictions, picture } = module.answer('detect', outputs);
    assert.deepEqual(boxesOf(predictions), [CAT, DOG], name);
    assert.deepEqual(picture, { width: 40, height: 20 });
    // A picture of ten times the size.
    const large = module.answer('detect', outputs, { width: 400, height: 200 });
    assert.deepEqual(
      boxesOf(large.predictions).map(({ box }) => box),
      [CAT, DOG].map(({ box }) => box.map((x) => x * 10)),
      name,
    );
  }
});

test('boxes of one class suppress each other, of two classes only when asked', async () => {
  const module = await Postprocess.create();
  const outputs = [f32(0.9, 0.1, 0.1, 0.8, 0.7, 0.1), f32(0, 0, 0.5, 1, 0, 0, 0.5, 0.9, 0, 0, 0.5, 0.8)];
  const kinds = [output('scores', 1, 3, 2), output('boxes', 1, 3, 4)];
  const classes = (class_aware: boolean, iou: number) => {
    module.openCard(card({ output: kinds, detect: { head: 'boxes', class_aware, iou } }), labels);
    return module.answer('detect', outputs).predictions.map(({ class_id }) => class_id);
  };
  assert.deepEqual(classes(true, 0.5), [0, 1]);
  assert.deepEqual(classes(false, 0.5), [0]);
  assert.deepEqual(classes(false, 1), [0, 1, 0]);
});

/** Seeded numbers of 0 to 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test('boxes go back through any resize, crop and letterbox to within a hundredth of a pixel', async () => {
  const module = await Postprocess.create();
  const random = generator(7);
  const whole = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  for (let round = 0; round < 300; round++) {
    const [width, height] = [whole(1, 5000), whole(1, 5000)];
    const [inputWidth, inputHeight] = [whole(8, 640), whole(8, 640)];
    const shortest = Math.max(inputWidth, inputHeight) + whole(0, 50);
    const profile = { profile: 'pillow', filter: 'bilinear' } as const;
    const size: [number, number] = [inputHeight, inputWidth];
    // Size of the whole resized picture and what lies before the window, in pixels of the input.
    let [full, crop] = [
      [inputWidth, inputHeight],
      [0, 0],
    ];
    let resize: object = { ...profile, size };
    const kind = round % 3;
    if (kind === 1) {
      resize = { ...profile, letterbox: { size } };
      const byWidth = inputWidth * height <= inputHeight * width;
      const even = (x: number) => {
        const low = Math.floor(x);
        return x - low === 0.5 ? low + (low % 2) : Math.round(x);
      };
      full = byWidth
        ? [inputWidth, Math.max(1, Math.min(inputHeight, even((height * inputWidth) / width)))]
        : [Math.max(1, Math.min(inputWidth, even((width * inputHeight) / height))), inputHeight];
      crop = [-((inputWidth - full[0]!) >> 1), -((inputHeight - full[1]!) >> 1)];
    } else if (kind === 2) {
      const long = Math.floor((shortest * Math.max(width, height)) / Math.min(width, height));
      if (long > 65535) continue;
      resize = { ...profile, shortest, crop: size, origin: 'floor' };
      full = width <= height ? [shortest, long] : [long, shortest];
      crop = [Math.floor((full[0]! - inputWidth) / 2), Math.floor((full[1]! - inputHeight) / 2)];
    }
    const scale = [width / full[0]!, height / full[1]!];
    const limit = [width, height];
    const corners = [
      random() * inputWidth,
      random() * inputHeight,
      random() * inputWidth,
      random() * inputHeight,
    ];
    const expected = corners.map((x, i) =>
      Math.min(Math.max((Math.fround(x) + crop[i % 2]!) * scale[i % 2]!, 0), limit[i % 2]!),
    );
    const input = { ...(card({}).input as object), shape: [1, 3, inputHeight, inputWidth], resize };
    module.openCard(
      card({
        input: input as never,
        output: [output('scores', 1, 1, 1), output('boxes', 1, 1, 4)],
        detect: { head: 'boxes', coordinates: 'pixels' },
      }),
    );
    const { predictions } = module.answer('detect', [f32(0.9), f32(...corners)], { width, height });
    const box = predictions[0]?.box ?? assert.fail();
    for (const [i, value] of expected.entries()) {
      near(box[i]!, value, 1e-2 + value * 1e-6, `${JSON.stringify(resize)} of ${width} x ${height}, ${i}`);
      assert.ok(box[i]! >= 0 && box[i]! <= limit[i % 2]!);
    }
  }
});

test('what does not fit is an error that says so', async () => {
  const module = await Postprocess.create();
  const kinds = [output('scores', 1, 2, 2), output('boxes', 1, 2, 4)];
  const detect = { head: 'boxes' } as const;
  const codeOf = (body: () => void) => {
    try {
      body();
      return 'none';
    } catch (error) {
      assert.ok(error instanceof EdgeInferError);
      return `${error.code}: ${error.message}`;
    }
  };
  const nan = Number.NaN;
  module.openCard(card({ output: kinds, detect }), labels);
  const four = f32(0, 0, 1, 1, 0, 0, 1, 1);
  assert.match(
    codeOf(() => module.answer('detect', [f32(1, 2, 3), four])),
    /^MODEL_MISFIT.*12 bytes, 4 values/,
  );
  assert.match(
    codeOf(() => module.answer('detect', [f32(nan, nan, nan, nan), four])),
    /^MODEL_OUTPUT_NAN/,
  );
  assert.match(
    codeOf(() => module.answer('detect', [f32(1, 1, 1, 1), four], { width: -1, height: 5 })),
    /^USAGE/,
  );
  for (const [change, reason] of [
    [{ output: kinds }, /detect is missing/],
    [{ output: kinds, detect: { head: 'circles' } }, /detect\.head must be one of/],
    [{ output: kinds, detect: { ...detect, iou: 3 } }, /detect\.iou must be a number of 0 to 1/],
    [{ output: [kinds[0]], detect }, /output must have boxes/],
    [{ output: [kinds[1]], detect }, /output must have scores/],
    [
      { output: [{ ...kinds[1], shape: undefined }, kinds[0]], detect },
      /output must have boxes with a shape/,
    ],
    [{ output: kinds, detect: { head: 'ssd_priors' } }, /detect\.priors is missing/],
    [
      { output: kinds, detect: { head: 'ssd_priors', priors: '../p' } },
      /detect\.priors must be a path inside/,
    ],
    [{ output: [], detect }, /output must have 1 to 8 elements/],
  ] as const) {
    assert.match(
      codeOf(() => module.openCard(card(change as never))),
      reason,
    );
  }
  module.openCard(card({ output: kinds, detect: { head: 'ssd_priors', priors: 'p' } }), labels);
  assert.match(
    codeOf(() => module.answer('detect', [f32(1, 1, 1, 1), four])),
    /^USAGE_NO_PRIORS/,
  );
});
