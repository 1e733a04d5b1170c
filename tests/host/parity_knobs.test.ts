/** Each knob, turned in a card: the reference of that card is explained by this knob and no other, and its patch is right. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parity } from '../../host/index.js';
import type { CardInput, Resize } from '../../host/models/card.js';
import { makeJpeg } from '../fuzz/seeds/jpeg.js';
import { CARD_INPUT, drawnPicture, patched, referenceOf, SIDE, writeCase } from '../support/parity_case.js';
import { withScratch } from '../support/scratch.js';

const PNG = drawnPicture();
const JPEG = makeJpeg({
  width: 96,
  height: 64,
  sampling: [
    [2, 2],
    [1, 1],
    [1, 1],
  ],
  jfif: true,
});
const TURNED = makeJpeg({
  width: 96,
  height: 64,
  sampling: [
    [1, 1],
    [1, 1],
    [1, 1],
  ],
  jfif: true,
  orientation: 6,
});
const CLEAR = drawnPicture({ color: 6 });

interface KnobCase {
  readonly name: string;
  /** Fields of the training pipeline that the card has not. */
  readonly reference: Partial<CardInput> & { resize?: Resize };
  /** The card, where it is another than CARD_INPUT. */
  readonly card?: Partial<CardInput>;
  /** The knob that must be named, and what it must be. */
  readonly knob: string;
  readonly to: RegExp;
  readonly picture?: Uint8Array;
}

const resize = (change: Partial<Resize>, base: Resize = CARD_INPUT.resize): Resize =>
  ({ ...base, ...change }) as Resize;
const normalize = (mean: number[], std: number[]) => ({ divide: 255, mean, std });
const { mean, std } = CARD_INPUT.normalize as { mean: number[]; std: number[] };
const whole: Resize = { profile: 'pillow', filter: 'bilinear', size: [SIDE, SIDE] };

const CASES: readonly KnobCase[] = [
  ...(['nearest', 'box', 'hamming', 'bicubic', 'lanczos'] as const).map((filter) => ({
    name: `filter ${filter}`,
    reference: { resize: resize({ filter }) },
    knob: 'resize.filter',
    to: new RegExp(`^${filter}$`),
  })),
  ...(
    [
      ['opencv', 'area'],
      ['opencv', 'cubic'],
      ['torchvision', 'bicubic'],
      ['tensorflow', 'bilinear'],
    ] as const
  ).map(([profile, filter]) => ({
    name: `profile ${profile} ${filter}`,
    reference: { resize: resize({ profile, filter }) },
    knob: 'resize.profile',
    to: new RegExp(`^${profile} (${filter}|bi${filter})`),
  })),
  {
    name: 'antialias',
    card: { resize: resize({ profile: 'torchvision' }) },
    reference: { resize: resize({ profile: 'torchvision', antialias: false }) },
    knob: 'resize.antialias',
    to: /^false$/,
  },
  {
    name: 'draft',
    picture: JPEG,
    reference: { resize: resize({ draft: true }) },
    knob: 'resize.draft',
    to: /^true$/,
  },
  {
    name: 'origin',
    reference: { resize: resize({ origin: 'floor' }) },
    knob: 'resize.origin',
    to: /^floor$/,
  },
  {
    name: 'shortest off by one',
    reference: { resize: resize({ shortest: 32 }) },
    knob: 'resize',
    to: /^shortest 32, crop/,
  },
  { name: 'squash', reference: { resize: whole }, knob: 'resize', to: /^size \[24, 24\]$/ },
  {
    name: 'letterbox',
    reference: {
      resize: { profile: 'pillow', filter: 'bilinear', letterbox: { size: [SIDE, SIDE], fill: 0 } },
    },
    knob: 'resize',
    to: /^letterbox \[24, 24\] fill 0$/,
  },
  {
    name: 'shortest instead of size',
    card: { resize: whole },
    reference: { resize: resize({ shortest: 27 }) },
    knob: 'resize',
    to: /^shortest 27, crop \[24, 24\]$/,
  },
  {
    name: 'orientation',
    picture: TURNED,
    reference: { orientation: 'stored' },
    knob: 'orientation',
    to: /^stored$/,
  },
  { name: 'alpha', picture: CLEAR, reference: { alpha: 'white' }, knob: 'alpha', to: /^white$/ },
  { name: 'colour order', reference: { color: 'BGR' }, knob: 'color', to: /^BGR$/ },
  { name: 'layout', reference: { layout: 'NHWC', shape: [1, SIDE, SIDE, 3] }, knob: 'layout', to: /^NHWC$/ },
  { name: 'half precision', reference: { dtype: 'f16' }, knob: 'dtype', to: /^f16$/ },
  {
    name: 'scaling missing',
    reference: { normalize: { mean, std } },
    knob: 'normalize',
    to: /^\(x - mean\) \/ std/,
  },
  {
    name: 'multiplication',
    reference: { normalize: { multiply: 1 / 255, mean, std } },
    knob: 'normalize',
    to: /^\(x \* 0\.003922 - mean\)/,
  },
  {
    name: 'half instead of ImageNet',
    reference: { normalize: normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]) },
    knob: 'normalize',
    to: /^\(x \/ 255 - 0\.5\) \/ 0\.5$/,
  },
  {
    name: '127.5 - 1',
    reference: { normalize: { divide: 127.5, mean: [1, 1, 1] } },
    knob: 'normalize',
    // The same numbers, to the last bit.
    to: /^x \/ 127\.5 - 1$|^\(x \/ 255 - 0\.5\) \/ 0\.5$/,
  },
  { name: 'no mean and std', reference: { normalize: { divide: 255 } }, knob: 'normalize', to: /^x \/ 255$/ },
  {
    name: 'std missing',
    reference: { normalize: { divide: 255, mean } },
    knob: 'normalize',
    to: /^x \/ 255 - mean/,
  },
  {
    name: 'mean and std swapped',
    reference: { normalize: normalize([...mean].reverse(), [...std].reverse()) },
    knob: 'normalize',
    to: /the other way round/,
  },
  {
    name: 'numbers of nobody',
    reference: { normalize: normalize([0.31, 0.42, 0.53], [0.21, 0.22, 0.23]) },
    knob: 'normalize',
    to: /mean \[0\.31, 0\.42, 0\.53\] and std \[0\.21, 0\.22, 0\.23\]/,
  },
];

describe('parity', () => {
  for (const { name, reference, card = {}, knob, to, picture = PNG } of CASES) {
    test(`${name}: explained by ${knob} alone, and by its patch`, async () => {
      await withScratch(async (folder) => {
        const input = { ...CARD_INPUT, ...card };
        const against = await referenceOf(join(folder, 'pipeline'), { ...CARD_INPUT, ...reference }, picture);
        const report = await parity(picture, { model: writeCase(join(folder, 'card'), input), against });
        assert.equal(report.verdict, 'explained');
        assert.ok(report.difference.differing > 0 || knob === 'layout');
        const { changes, patch } = report.explanation!;
        assert.deepEqual(
          changes.map((change) => change.knob),
          [knob],
          JSON.stringify(changes),
        );
        assert.match(changes[0]!.to, to);
        assert.notEqual(changes[0]!.to, changes[0]!.from);
        const mended = patched({ input }, patch!).input;
        const again = await parity(picture, { model: writeCase(join(folder, 'mended'), mended), against });
        assert.equal(again.verdict, 'equal', JSON.stringify(patch));
        assert.deepEqual([again.difference.max, again.difference.differing], [0, 0]);
      });
    });
  }

  test('equal with the card as it is: f32 and f64, with and without a batch axis', async () => {
    await withScratch(async (folder) => {
      const model = writeCase(folder, CARD_INPUT);
      const against = await referenceOf(folder, CARD_INPUT, PNG);
      const { verdict, input_sha256, difference, tried } = await parity(PNG, { model, against });
      assert.deepEqual(
        [verdict, difference, tried],
        ['equal', { max: 0, mean: 0, differing: 0, elements: 3 * SIDE * SIDE }, []],
      );
      assert.match(input_sha256, /^[0-9a-f]{64}$/);
    });
  });

  test('two and three knobs at once: found in pairs, patched together', async () => {
    await withScratch(async (folder) => {
      const reference: CardInput = {
        ...CARD_INPUT,
        color: 'BGR',
        resize: resize({ profile: 'opencv', filter: 'area', origin: 'floor' }),
        normalize: { divide: 127.5, mean: [1, 1, 1] },
      };
      const against = await referenceOf(join(folder, 'pipeline'), reference, PNG);
      const told: number[] = [];
      const model = writeCase(join(folder, 'card'), CARD_INPUT);
      const report = await parity(PNG, { model, against, onProgress: (done, all) => told.push(done / all) });
      assert.equal(report.verdict, 'explained');
      const { changes, patch } = report.explanation!;
      assert.deepEqual(
        changes.map((change) => change.knob),
        ['resize.profile', 'resize.origin', 'color', 'normalize'],
      );
      assert.ok(told.length > 3 && told[told.length - 1] === 1, 'progress is told');
      assert.ok(report.variants > 200);
      const mended = patched({ input: CARD_INPUT }, patch!).input;
      const again = await parity(PNG, { model: writeCase(join(folder, 'mended'), mended), against });
      assert.equal(again.verdict, 'equal');
    });
  });

  test('a quantised input: plain pixels, another scale, another type', async () => {
    await withScratch(async (folder) => {
      const quantised: CardInput = { ...CARD_INPUT, dtype: 'i8', quant: { scale: 0.0186, zero_point: -14 } };
      const model = writeCase(join(folder, 'card'), quantised);
      const cases: [CardInput, string[]][] = [
        [{ ...CARD_INPUT, dtype: 'u8', normalize: {} }, ['normalize', 'dtype']],
        [{ ...CARD_INPUT }, ['dtype']],
        [{ ...quantised, resize: resize({ filter: 'bicubic' }) }, ['resize.filter']],
      ];
      for (const [i, [reference, knobs]] of cases.entries()) {
        const against = await referenceOf(join(folder, `pipeline ${i}`), reference, PNG);
        const { explanation } = await parity(PNG, { model, against });
        assert.deepEqual(
          explanation?.changes.map((change) => change.knob),
          knobs,
        );
        const mended = patched({ input: quantised }, explanation!.patch!).input;
        const again = await parity(PNG, { model: writeCase(join(folder, `mended ${i}`), mended), against });
        assert.equal(again.verdict, 'equal', JSON.stringify(explanation));
      }
    });
  });

  test('gray pictures', async () => {
    await withScratch(async (folder) => {
      const gray: CardInput = {
        ...CARD_INPUT,
        color: 'gray',
        shape: [1, 1, SIDE, SIDE],
        normalize: { divide: 255, mean: [0.5], std: [0.5] },
      };
      const reference = { ...gray, normalize: { divide: 255 } };
      const against = await referenceOf(join(folder, 'pipeline'), reference, PNG);
      const { explanation } = await parity(PNG, { model: writeCase(join(folder, 'card'), gray), against });
      assert.deepEqual(
        explanation?.changes.map(({ knob, to }) => [knob, to]),
        [['normalize', 'x / 255']],
      );
      assert.deepEqual(explanation?.patch?.[0]?.path.startsWith('/input/normalize'), true);
    });
  });

  test('of several inputs the picture is meant', async () => {
    await withScratch(async (folder) => {
      const text: CardInput = { name: 'text', dtype: 'i64', shape: [1, 16] };
      const model = writeCase(join(folder, 'card'), [text, CARD_INPUT]);
      const against = await referenceOf(join(folder, 'pipeline'), { ...CARD_INPUT, color: 'BGR' }, PNG);
      const { explanation } = await parity(PNG, { model, against });
      assert.deepEqual(explanation?.patch, [{ op: 'replace', path: '/input/1/color', value: 'BGR' }]);
      const none = writeCase(join(folder, 'none'), [text]);
      await assert.rejects(parity(PNG, { model: none, against }), { code: 'MODEL_NO_PICTURE', exitCode: 4 });
    });
  });

  test('a search is stopped by its signal', async () => {
    await withScratch(async (folder) => {
      const against = await referenceOf(
        join(folder, 'pipeline'),
        { ...CARD_INPUT, resize: resize({ filter: 'box', origin: 'floor' }) },
        PNG,
      );
      const controller = new AbortController();
      const stop = () => controller.abort(new Error('enough'));
      const model = writeCase(join(folder, 'card'), CARD_INPUT);
      await assert.rejects(
        parity(PNG, { model, against, signal: controller.signal, onProgress: stop }),
        /enough/,
      );
    });
  });
});
