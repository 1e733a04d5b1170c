/** The JPEG decoder against Pillow (libjpeg-turbo): tests/golden/jpeg.json, made by scripts/golden/jpeg.py. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { assertRefused, type Edits, edited, flatPicture } from '../support/jpegs.js';
import { codecs, seeded } from '../support/pictures.js';
import { testData, testWith } from '../support/requirements.js';

/** "WIDTH HEIGHT CHANNELS ORIENTATION SHA256", "refused", or "any": it may be decoded or refused. */
type Expected = string;

interface Golden {
  readonly pillow: string;
  readonly files: Record<string, Expected>;
  readonly cifar: string;
  readonly bases: Record<string, string>;
  readonly cases: Record<string, Record<Edits, Expected>>;
}

const TRUNCATED = 101;
const TOO_MUCH_WORK = 123;
const MIB = 1024 * 1024;

const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/jpeg.json'), 'utf8')) as Golden;
const guest = await codecs();
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const base = (name: string) => Buffer.from(golden.bases[name]!, 'base64');

function assertExpected(file: Buffer, expected: Expected, name: string): void {
  const picture = guest.decode(file);
  if (expected === 'any') {
    assert.ok(picture.status === 0 || picture.text.length > 10, name);
  } else if (expected === 'refused') {
    // 170 and more: the dispatcher saw that the file does not start like a JPEG.
    if (picture.status < 170) assertRefused(picture, name);
  } else {
    assert.equal(picture.text, '', name);
    const { width, height, channels, orientation, pixels } = picture;
    assert.equal([width, height, channels, orientation, sha256(pixels)].join(' '), expected, name);
  }
}

for (const [name, cases] of Object.entries(golden.cases)) {
  const list = Object.entries(cases);
  test(`${name}: ${list.length} variants equal Pillow ${golden.pillow} bit for bit`, () => {
    for (const [edits, expected] of list) {
      assertExpected(edited(base(name), edits), expected, `${name} ${edits}`);
    }
  });
}

testWith('JPEG files have the pixels of Pillow, or are refused', { data: testData }, ({ data }) => {
  const files = Object.entries(golden.files);
  assert.ok(files.length > 500);
  for (const [name, expected] of files) {
    assertExpected(readFileSync(join(data, 'images', name)), expected, name);
  }
});

/** The files of a tar archive whose names end in `suffix`, in order. */
function* untar(archive: Buffer, suffix: string): Generator<Buffer> {
  for (let at = 0; at + 512 <= archive.length; ) {
    const name = archive.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8) || 0;
    if (name.endsWith(suffix)) yield archive.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

testWith('300 pictures of CIFAR-10 have the pixels of Pillow', { data: testData }, ({ data }) => {
  const archive = gunzipSync(readFileSync(join(data, 'images/cifar10_jpeg.tar.gz')));
  const hash = createHash('sha256');
  let index = 0;
  for (const file of untar(archive, '.jpg')) {
    if (index % 37 === 0 && index < 37 * 300) hash.update(guest.decode(file).pixels);
    index += 1;
  }
  assert.equal(hash.digest('hex'), golden.cifar);
});

test('only a missing end marker is forgiven; files cut anywhere else are refused as truncated', () => {
  for (const name of Object.keys(golden.bases)) {
    const file = base(name);
    const whole = guest.decode(file);
    const unended = guest.decode(file.subarray(0, -2));
    assert.equal(unended.text, '', name);
    assert.ok(unended.pixels.equals(whole.pixels), name);
    for (let length = 4; length < file.length - 4; length += 7) {
      const picture = guest.decode(file.subarray(0, length));
      // The last byte or two of the data may be padding.
      if (picture.status !== 0 || length < file.length - 6)
        assert.equal(picture.status, TRUNCATED, `${name} ${length}`);
    }
  }
});

test('a baseline picture of 12 megapixels is decoded in less than 2 MiB beside the file', async () => {
  const fresh = await codecs();
  const file = flatPicture(4000, 3000);
  const picture = fresh.decode(file);
  assert.equal(picture.text, '');
  assert.ok(picture.pixels.every((sample) => sample === 128));
  assert.ok(fresh.call.arenaHighWater!() - file.length < 2 * MIB);
});

test('a file of endless scans is refused', () => {
  const file = base('progressive gray');
  // An AC scan of one coefficient, whose data ends at once, over and over.
  const scan = file.lastIndexOf(Buffer.from([0xff, 0xda]));
  const piece = file.subarray(scan, scan + 10);
  const pieces = Buffer.concat(Array.from({ length: 6000 }, () => piece));
  const endless = Buffer.concat([file.subarray(0, -2), pieces, Buffer.from([0xff, 0xd9])]);
  assert.equal(guest.decode(endless).status, TOO_MUCH_WORK);
});

test('3000 damaged files: a picture or a status, no trap, bounded time, the arena left as it was', () => {
  const files = Object.keys(golden.bases).map(base);
  const next = seeded(7);
  const below = (limit: number) => next() % limit;
  const mark = guest.call.arenaMark!();
  for (let n = 0; n < 3000; n += 1) {
    const whole = files[n % files.length]!;
    const frame = Math.max(whole.indexOf('ffc0', 'hex'), whole.indexOf('ffc2', 'hex'));
    const file = Buffer.from(whole);
    for (let i = below(6); i >= 0; i -= 1) file[2 + below(file.length - 2)] = below(256);
    // The size stays: a huge picture is legal, and only slow.
    whole.copy(file, frame + 5, frame + 5, frame + 9);
    const length = below(4) === 0 ? below(file.length) : file.length;
    const started = performance.now();
    const { status } = guest.decode(file.subarray(0, length));
    assert.ok(status === 0 || (status >= 100 && status < 140) || status >= 170, `file ${n}: ${status}`);
    assert.ok(performance.now() - started < 2000, `file ${n} takes long`);
    assert.equal(guest.call.arenaMark!(), mark, `file ${n}`);
  }
});

test('what JPEG has beyond Huffman-coded pictures of 8 bits is refused by name', () => {
  const file = base('444');
  const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
  const refused = (edits: Edits, pattern: RegExp) => {
    const picture = guest.decode(edited(file, edits));
    assertRefused(picture, String(pattern));
    assert.match(picture.text, pattern);
  };
  refused(`${frame + 1}:1:c3`, /lossless/);
  refused(`${frame + 1}:1:c5`, /hierarchical/);
  refused(`${frame + 1}:1:c9`, /arithmetic/);
  refused(`${frame + 4}:1:0c`, /precision/);
  refused(`${frame + 5}:2:0000`, /height is 0/);
  refused(`${frame + 5}:4:ffffffff`, /too large/);
  refused(`${frame + 11}:1:51`, /sampling/);
  refused(`${frame + 11}:1:00`, /sampling/);
  refused(`${frame + 11}:1:44`, /blocks/);
  refused(`${frame + 12}:1:03`, /quantisation/);
});
