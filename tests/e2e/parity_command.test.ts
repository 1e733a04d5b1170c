/** `edge-infer parity`: what it prints, what it writes, how it ends. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CardInput } from '../../host/models/card.js';
import type { ParityReport } from '../../host/parity/index.js';
import { edgeInfer } from '../support/cli.js';
import { CARD_INPUT, drawnPicture, referenceOf, SIDE, writeCase } from '../support/parity_case.js';
import { codecs } from '../support/pictures.js';
import { withScratch } from '../support/scratch.js';

/** A picture, a model and the tensor of a pipeline with another input; the arguments of the command. */
async function prepare(folder: string, reference: CardInput): Promise<string[]> {
  const picture = join(folder, 'picture.png');
  writeFileSync(picture, drawnPicture());
  const model = writeCase(join(folder, 'model'), CARD_INPUT);
  const tensor = join(folder, 'tensor.npy');
  writeFileSync(tensor, await referenceOf(join(folder, 'pipeline'), reference, drawnPicture()));
  return ['parity', picture, '--model', model, '--against', tensor];
}

test('equal: exit code 0, one line', async () => {
  await withScratch(async (folder) => {
    const { exitCode, stdout, stderr } = await edgeInfer(await prepare(folder, CARD_INPUT));
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^equal: all 1728 elements, bit for bit; input_sha256 [0-9a-f]{64}\n$/);
    assert.equal(stderr, '');
  });
});

test('explained: exit code 1, the knob, the patch, a table, a picture', async () => {
  await withScratch(async (folder) => {
    const resize = { ...CARD_INPUT.resize, filter: 'bicubic' } as const;
    const args = await prepare(folder, { ...CARD_INPUT, resize });
    const drawn = join(folder, 'difference.png');
    const { exitCode, stdout } = await edgeInfer([...args, '--diff', drawn]);
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /^not equal: \d+\.\d % of 1728 elements differ, at most [\d.]+, on average [\d.]+\n/,
    );
    assert.match(stdout, /\nequal when resize\.filter is bicubic \(your card says bilinear\)\n/);
    assert.match(stdout, /\n\[\{"op":"replace","path":"\/input\/resize\/filter","value":"bicubic"\}\]\n/);
    assert.match(stdout, /\nmax diff +mean diff +one knob alone\n0 +0 +resize\.filter: bicubic\n/);
    assert.match(stdout, /drawn in .*difference\.png: black is equal, white is [\d.]+\n$/);
    const picture = (await codecs()).decode(readFileSync(drawn));
    assert.equal(picture.status, 0);
    assert.equal(picture.width % SIDE, 0);
    assert.ok(
      picture.pixels.some((sample) => sample === 255) && picture.pixels.some((sample) => sample === 0),
    );
    const json = await edgeInfer([...args, '--json']);
    assert.equal(json.exitCode, 1);
    const report = JSON.parse(json.stdout) as ParityReport;
    assert.equal(report.verdict, 'explained');
    assert.deepEqual(report.explanation?.changes, [
      { knob: 'resize.filter', to: 'bicubic', from: 'bilinear', in_card: true },
    ]);
    assert.deepEqual(report.reference, { dtype: 'f32', shape: [1, 3, SIDE, SIDE], layout: 'NCHW' });
    assert.ok(report.tried.length > 30 && report.tried[0]?.equal);
    assert.equal(report.heat_map, undefined);
    assert.equal(json.stdout.trim().split('\n').length, 1);
  });
});

test('different: the nearest and what it means; a tolerance makes it equal', async () => {
  await withScratch(async (folder) => {
    const args = await prepare(folder, CARD_INPUT);
    const file = args[args.length - 1]!;
    const tensor = readFileSync(file);
    // One sample more or less in every third element, at most: as another decoder would.
    const step = 1 / 255 / 0.225;
    for (let i = tensor.length - 1728 * 4, n = 0; i < tensor.length; i += 12, n += 1)
      tensor.writeFloatLE(tensor.readFloatLE(i) + step * ((n % 3) - 1), i);
    writeFileSync(file, tensor);
    const { exitCode, stdout, stderr } = await edgeInfer(args);
    assert.equal(exitCode, 1, stderr);
    assert.match(stdout, /\nno knob explains it: \d+ variants of the pixels were tried; the nearest:\n/);
    assert.match(stdout, /\n {2}[\d.]+ +[\d.]+ +the card as it is\n/);
    assert.match(
      stdout,
      /\nnote: the reference looks like \(x \/ 255 - mean\) \/ std with mean \[0\.485, 0\.456, 0\.406\]/,
    );
    assert.match(stdout, /\nnote: the pixels differ by at most 1\.\d+ of 255, on average 0\.\d+: /);
    const loose = await edgeInfer([...args, '--tolerance', '0.02']);
    assert.equal(loose.exitCode, 0);
    assert.match(loose.stdout, /^equal: all 1728 elements, within the tolerance: at most 0\.0174; /);
  });
});

test('errors: codes and exit codes', async () => {
  await withScratch(async (folder) => {
    const [, picture = '', , model = '', , tensor = ''] = await prepare(folder, CARD_INPUT);
    const broken = join(folder, 'broken.npy');
    writeFileSync(broken, 'no tensor');
    const cases: [string[], number, RegExp][] = [
      [[picture, '--model', model], 2, /--against/],
      [
        [picture, '--model', model, '--against', tensor, '--tolerance', 'much'],
        2,
        /--tolerance is wrong \(much\)/,
      ],
      [
        [picture, '--model', model, '--against', join(folder, 'none.npy')],
        3,
        /reference tensor \(.*none\.npy\): no such file/,
      ],
      [[picture, '--model', model, '--against', broken], 3, /it is no \.npy file\. Save it with numpy\.save/],
      [
        [picture, '--model', 'cifar10', '--against', tensor],
        3,
        /wrong shape .*\[1, 3, 24, 24\], the card asks for \[1, 3, 32, 32\]/,
      ],
      [
        [tensor, '--model', model, '--against', tensor],
        3,
        /cannot use the picture: not a known image format/,
      ],
      [
        [join(folder, 'none.png'), '--model', model, '--against', tensor],
        3,
        /cannot read the picture .*no such file/,
      ],
      [[picture, '--model', 'imaginary', '--against', tensor], 4, /model not found/],
      [
        [picture, '--model', model, '--against', tensor, '--diff', join(folder, 'no', 'out.png')],
        3,
        /cannot write the picture/,
      ],
    ];
    for (const [args, code, text] of cases) {
      const { exitCode, stdout, stderr } = await edgeInfer(['parity', ...args]);
      assert.equal(exitCode, code, `${args}: ${stderr}`);
      assert.match(stderr, text);
      assert.match(stderr, /^error: [^\n]+\n$/);
      assert.equal(stdout, '');
    }
    const json = await edgeInfer(['parity', picture, '--model', model, '--against', broken, '--json']);
    assert.equal(JSON.parse(json.stdout).error.code, 'INPUT_TENSOR');
  });
});
