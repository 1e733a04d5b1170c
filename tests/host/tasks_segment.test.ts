/** Segmentation: masks of every form against sums done by hand, DeepLab and road segmentation against their references. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Postprocess } from '../../host/engine/postprocess.js';
import { createEngine, type Segmentation } from '../../host/index.js';
import type { CardOutput, ModelCard } from '../../host/models/card.js';
import { parseNpy } from '../../host/parity/npy.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { edgeInfer, jsonLines } from '../support/cli.js';
import { testData, testWith } from '../support/requirements.js';
import { runtimeReady } from '../support/runtimes.js';
import { withScratch } from '../support/scratch.js';
import { writeDeepLab, writeRoadSegmentation } from '../support/task_packages.js';

interface ClassMap {
  sha256: string;
  counts: Record<string, number>;
}
const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/tasks.json'), 'utf8')) as {
  deeplab: Record<string, ClassMap>;
  road: Record<string, ClassMap>;
};
/** Share of pixels that may have another class: kernels of XNNPACK and OpenVINO differ by machine. */
const OTHER_PIXELS = 0.002;

function near(counts: ReadonlyMap<number, number>, expected: ClassMap, total: number, what: string): void {
  for (const [name, count] of Object.entries(expected.counts)) {
    const found = counts.get(Number(name)) ?? 0;
    assert.ok(
      Math.abs(found - count) <= OTHER_PIXELS * total,
      `${what}: class ${name} has ${found} for ${count}`,
    );
  }
}

function count(values: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

testWith('DeepLab gives the class map of ai-edge-litert', { data: testData }, ({ data }) =>
  withScratch(async (folder) => {
    const engine = await createEngine({ model: writeDeepLab(folder, data), workers: 1 });
    try {
      for (const [name, expected] of Object.entries(golden.deeplab)) {
        const file = join(data, 'images/coral_cc', name);
        const own = await engine.segment(file, { size: 'model' });
        assert.deepEqual([own.mask.width, own.mask.height], [513, 513]);
        near(count(own.mask.data), expected, 513 * 513, name);
        const { mask, picture, predictions } = await engine.segment(file);
        assert.deepEqual({ width: mask.width, height: mask.height }, picture);
        assert.equal(mask.data.length, picture.width * picture.height);
        assert.ok(predictions.some(({ label }) => label === 'dog'));
        nearest(own, { mask, picture });
      }
    } finally {
      await engine.close();
    }
  }),
);

/** Each pixel of the picture has the class of the nearest pixel of the graph's own mask. */
function nearest(own: Segmentation, { mask, picture }: Pick<Segmentation, 'mask' | 'picture'>): void {
  for (let y = 0; y < picture.height; y++) {
    const v = Math.floor(((y + 0.5) * 513) / picture.height);
    for (let x = 0; x < picture.width; x++) {
      const u = Math.floor(((x + 0.5) * 513) / picture.width);
      if (mask.data[y * picture.width + x] === own.mask.data[v * 513 + u]) continue;
      assert.fail(`pixel ${x}, ${y} has class ${mask.data[y * picture.width + x]}`);
    }
  }
}

for (const runtime of ['wasmtime', 'wasmtime-component'] as const) {
  testWith(
    `${runtime}: road segmentation gives the class map of OpenVINO`,
    { data: testData, runtime: runtimeReady(runtime) },
    ({ data }) =>
      withScratch(async (folder) => {
        const model = writeRoadSegmentation(folder, data);
        const [[name, expected] = assert.fail()] = Object.entries(golden.road);
        const image = join(data, 'models/openvino_road_segmentation_adas_0001', name);
        const mask = join(folder, 'mask.png');
        const flags = ['--model', model, '--runtime', runtime, '--size', 'model', '--mask', mask, '--json'];
        const { exitCode, stdout, stderr } = await edgeInfer(['segment', image, ...flags]);
        assert.equal(exitCode, 0, stderr);
        const [answer] = jsonLines<Segmentation>(stdout);
        const total = 512 * 896;
        const counts = new Map(answer?.predictions.map(({ class_id, area }) => [class_id, area * total]));
        near(counts, expected, total, name);
        assert.deepEqual(answer?.mask, { width: 896, height: 512 });
        assert.equal(readFileSync(mask).subarray(1, 4).toString(), 'PNG');
      }),
  );
}

const f32 = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);

/** Input of 4 x 2 pixels. */
function card(
  output: Partial<CardOutput>,
  change: object = {},
  resize: object = { size: [2, 4] },
): ModelCard {
  return {
    schema: 1,
    name: 'made',
    version: '1',
    task: 'segment',
    input: {
      name: 'x',
      dtype: 'f32',
      layout: 'NCHW',
      shape: [1, 3, 2, 4],
      color: 'RGB',
      resize: { profile: 'pillow', filter: 'bilinear', ...resize } as never,
    },
    output: { name: 'y', dtype: 'f32', kind: 'logits', ...output },
    graphs: [],
    ...change,
  };
}

test('scores as planes and rows, and class maps of every integer type, give one mask', async () => {
  const module = await Postprocess.create();
  const map = [0, 1, 2, 2, 1, 1, 0, 2];
  const planes = [0, 1, 2].flatMap((c) => map.map((k) => (k === c ? 2 : -1)));
  const rows = map.flatMap((k) => [0, 1, 2].map((c) => (k === c ? 2 : -1)));
  const forms: [ModelCard, Uint8Array][] = [
    [card({ shape: [1, 3, 2, 4] }), f32(planes)],
    [card({ shape: [1, 2, 4, 3] }, { segment: { layout: 'NHWC' } }), f32(rows)],
    [card({ shape: [1, 2, 4], kind: 'mask', dtype: 'u8' }), Uint8Array.from(map)],
    [card({ shape: [1, 2, 4], kind: 'mask', dtype: 'i32' }), new Uint8Array(Int32Array.from(map).buffer)],
    [
      card({ shape: [2, 4], kind: 'mask', dtype: 'i64' }),
      new Uint8Array(BigInt64Array.from(map.map(BigInt)).buffer),
    ],
  ];
  for (const [model, output] of forms) {
    module.openCard(model, new TextEncoder().encode('a\nb\nc\n'));
    const own = module.answer('segment', [output], { width: 8, height: 4 }, { size: 'model' });
    assert.deepEqual([...own.mask.data], map);
    assert.deepEqual(
      own.predictions.map(({ label, area }) => [label, area]),
      [
        ['b', 0.375],
        ['c', 0.375],
        ['a', 0.25],
      ],
    );
    const twice = module.answer('segment', [output], { width: 8, height: 4 });
    assert.deepEqual(
      [...twice.mask.data],
      [0, 0, 1, 1].flatMap((y) => [0, 0, 1, 1, 2, 2, 3, 3].map((x) => map[y * 4 + x])),
    );
  }
});

test('scores are interpolated as torch does, and the greatest wins', async () => {
  const module = await Postprocess.create();
  let state = 5;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const scores = Array.from({ length: 3 * 8 }, () => Math.fround(random()));
  const [width, height] = [31, 17];
  module.openCard(card({ shape: [1, 3, 2, 4] }));
  const { mask } = module.answer('segment', [f32(scores)], { width, height });
  const at = (i: number, size: number, count: number) => {
    const place = Math.max(0, ((i + 0.5) * count) / size - 0.5);
    const low = Math.min(Math.floor(place), count - 1);
    return { low, high: Math.min(low + 1, count - 1), share: place - low };
  };
  let different = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [v, u] = [at(y, height, 2), at(x, width, 4)];
      const values = [0, 1, 2].map((c) => {
        const value = (row: number, column: number) => scores[c * 8 + row * 4 + column] ?? 0;
        const mix = (a: number, b: number, share: number) => a + (b - a) * share;
        return mix(
          mix(value(v.low, u.low), value(v.low, u.high), u.share),
          mix(value(v.high, u.low), value(v.high, u.high), u.share),
          v.share,
        );
      });
      const best = values.indexOf(Math.max(...values));
      if (mask.data[y * width + x] !== best) different++;
    }
  }
  // f32 and f64 part where two classes are all but equal.
  assert.ok(different <= 1, `${different} pixels`);
});

test('what a crop leaves out has no class; a letterbox hides nothing', async () => {
  const module = await Postprocess.create();
  const output = f32(new Array(8).fill(1));
  const shape = { shape: [1, 1, 2, 4] };
  module.openCard(card(shape, {}, { shortest: 4, crop: [2, 4], origin: 'floor' }));
  const { mask, predictions } = module.answer('segment', [output], { width: 8, height: 8 });
  const expected = [255, 255, 0, 0, 0, 0, 255, 255].flatMap((row) => new Array(8).fill(row));
  assert.deepEqual([...mask.data], expected);
  assert.equal(predictions[0]?.area, 0.5);
  module.openCard(card(shape, {}, { letterbox: { size: [2, 4] } }));
  const whole = module.answer('segment', [output], { width: 3, height: 9 });
  assert.deepEqual([...whole.mask.data], new Array(27).fill(0));
});

testWith('the guest writes masks as NumPy files', { data: testData }, ({ data }) =>
  withScratch(async (folder) => {
    const model = writeDeepLab(folder, data);
    const out = join(folder, 'mask.npy');
    const image = join(data, 'images/coral_cc/dog_segmentation_256.bmp');
    const flags = ['--model', model, '--mask', join(folder, 'm.png'), '--annotate', join(folder, 'a.png')];
    const { exitCode, stdout, stderr } = await edgeInfer(['segment', image, ...flags]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^dog {2}53\.\d\d %$/m);
    assert.equal(
      createHash('sha256')
        .update(readFileSync(join(folder, 'm.png')))
        .digest('hex').length,
      64,
    );
    const run = ['run', join(CHECKOUT, 'dist/wasm/edge_infer.wasm'), '--dir', folder, '--dir', data, '--'];
    const guest = await edgeInfer([
      ...run,
      'segment',
      image,
      '--model',
      model,
      '--out',
      out,
      '--size',
      'model',
    ]);
    assert.equal(guest.exitCode, 0, guest.stderr);
    const { shape, dtype } = parseNpy(readFileSync(out), out);
    assert.deepEqual([shape, dtype], [[513, 513], 'u8']);
    const two = await edgeInfer(['segment', image, image, '--model', model, '--mask', join(folder, 'm.png')]);
    assert.equal(two.exitCode, 2);
    assert.match(two.stderr, /--mask is for one picture file/);
  }),
);
