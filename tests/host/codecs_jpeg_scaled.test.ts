/** JPEG at 1/2, 1/4, 1/8 against Pillow's Image.draft: tests/golden/jpeg_scaled.json, made by scripts/golden/jpeg_scaled.py. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { runProgram } from '../support/cli.js';
import { assertRefused, type Edits, edited } from '../support/jpegs.js';
import { inputCard, openKernels } from '../support/kernels.js';
import { codecs, type Decoded } from '../support/pictures.js';
import { python, testData, testWith } from '../support/requirements.js';

/** "CHANNELS ORIENTATION SHA256" of the three sizes, "refused", or "any". */
type Expected = string;

interface Golden {
  readonly pillow: string;
  readonly files: Record<string, Expected>;
  readonly bases: Record<string, string>;
  readonly cases: Record<string, Record<Edits, Expected>>;
  /** SHA-256 of the tensor of 7 x 9 after a draft. */
  readonly tensors: Record<string, string>;
}

const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/jpeg_scaled.json'), 'utf8')) as Golden;
const guest = await codecs();
const base = (name: string) => Buffer.from(golden.bases[name]!, 'base64');

/** The picture at 1 / `denominator`, as Image.draft is asked for it. */
function reduced(file: Buffer, denominator: number): Decoded {
  const side = (length: number) => Math.max(Math.trunc(length / denominator), 1);
  return guest.decode(file, (width, height) => [side(width), side(height)]);
}

function assertExpected(file: Buffer, expected: Expected, name: string): void {
  const pictures = [2, 4, 8].map((denominator) => reduced(file, denominator));
  if (expected === 'any') {
    for (const picture of pictures) assert.ok(picture.status === 0 || picture.text.length > 10, name);
  } else if (expected === 'refused') {
    for (const picture of pictures) if (picture.status < 170) assertRefused(picture, name);
  } else {
    const hash = createHash('sha256');
    for (const { text, width, height, pixels } of pictures) {
      assert.equal(text, '', name);
      hash.update(`${width} ${height} `).update(pixels);
    }
    const { channels, orientation } = pictures[0]!;
    assert.equal(`${channels} ${orientation} ${hash.digest('hex')}`, expected, name);
  }
}

for (const [name, cases] of Object.entries(golden.cases)) {
  const list = Object.entries(cases);
  test(`${name}: ${list.length} variants at 1/2, 1/4, 1/8 equal Pillow ${golden.pillow} bit for bit`, () => {
    for (const [edits, expected] of list) {
      assertExpected(edited(base(name), edits), expected, `${name} ${edits}`);
    }
  });
}

testWith('JPEG files at 1/2, 1/4, 1/8 have the pixels of Pillow', { data: testData }, ({ data }) => {
  const files = Object.entries(golden.files);
  assert.ok(files.length > 500);
  for (const [name, expected] of files) {
    assertExpected(readFileSync(join(data, 'images', name)), expected, name);
  }
});

testWith('fresh pictures, asked for in fresh sizes, have the pixels of Pillow', { python }, async (given) => {
  const seed = Date.now() % 1_000_000;
  const script = join(CHECKOUT, 'scripts/golden/jpeg_scaled.py');
  const made = await runProgram(given.python, [script, '--fresh', String(seed), '300']);
  assert.equal(made.exitCode, 0, made.stderr);
  const lines = made.stdout.trim().split('\n');
  assert.equal(lines.length, 300);
  for (const [n, line] of lines.entries()) {
    const [asked, file, expected] = line.split(' ') as [string, string, string];
    const [askedWidth, askedHeight] = asked.split(':').map(Number) as [number, number];
    const { text, width, height, pixels } = guest.decode(Buffer.from(file, 'base64'), () => [
      askedWidth,
      askedHeight,
    ]);
    assert.equal(text, '', `seed ${seed}, picture ${n}`);
    const hash = createHash('sha256').update(`${width} ${height} `).update(pixels).digest('hex');
    assert.equal(hash, expected, `seed ${seed}, picture ${n}`);
  }
});

test('the scale is the smallest that leaves at least the size asked for', () => {
  const file = base('420');
  const whole = guest.decode(file);
  const size = (width: number, height: number) => {
    const picture = guest.decode(file, () => [width, height]);
    return [picture.width, picture.height];
  };
  assert.deepEqual([whole.width, whole.height], [53, 45]);
  assert.deepEqual(size(27, 22), [53, 45]);
  assert.deepEqual(size(26, 23), [53, 45]);
  assert.deepEqual(size(26, 22), [27, 23]);
  assert.deepEqual(size(13, 11), [14, 12]);
  assert.deepEqual(size(6, 5), [7, 6]);
  assert.deepEqual(size(1, 1), [7, 6]);
  assert.deepEqual(size(60, 1), [53, 45]);
});

test('pictures other than JPEG are not reduced', () => {
  const file = Buffer.concat([Buffer.from('P5 32 16 255\n'), Buffer.alloc(512, 7)]);
  const { width, height, pixels } = guest.decode(file, () => [4, 2]);
  assert.deepEqual([width, height, pixels.length], [32, 16, 512]);
});

test('a card with draft gives the tensors of Pillow and NumPy, turned pictures too', () => {
  const resize = { profile: 'pillow', filter: 'bilinear', size: [7, 9] };
  const drafting = openKernels(inputCard(7, 9, { ...resize, draft: true }));
  const whole = openKernels(inputCard(7, 9, resize));
  const named = Object.entries(golden.tensors);
  assert.ok(named.length >= 20);
  let different = 0;
  for (const [name, expected] of named) {
    const { tensor, message } = drafting.preprocess(base(name));
    assert.equal(message, '', name);
    assert.equal(createHash('sha256').update(tensor).digest('hex'), expected, name);
    if (!tensor.equals(whole.preprocess(base(name)).tensor)) different += 1;
  }
  assert.ok(different > 10, 'drafts are another picture');
});

test('a crop does not count for the draft, the size resized to does', () => {
  // 53 x 45 at 1/2, resized to 25 x 22; of it the middle 5 x 3.
  const resize = { profile: 'pillow', filter: 'bilinear', size: [22, 25], draft: true };
  const cropped = openKernels(inputCard(3, 5, { ...resize, crop: [3, 5] })).preprocess(base('420')).tensor;
  const all = openKernels(inputCard(22, 25, resize)).preprocess(base('420')).tensor;
  const at = (c: number, y: number, x: number) => all.readFloatLE(((c * 22 + y + 10) * 25 + x + 10) * 4);
  for (let i = 0; i < 45; i += 1) {
    const [c, y, x] = [Math.trunc(i / 15), Math.trunc(i / 5) % 3, i % 5];
    assert.equal(cropped.readFloatLE(i * 4), at(c, y, x), `${c} ${y} ${x}`);
  }
});

test('draft in a card must be true or false', () => {
  const { opened } = openKernels(
    inputCard(7, 9, { profile: 'pillow', filter: 'bilinear', size: [7, 9], draft: 2 }),
  );
  assert.match(opened.message, /input\.resize\.draft must be true or false/);
});
