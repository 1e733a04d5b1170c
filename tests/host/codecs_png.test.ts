/** PNG and BMP conformance files against Pillow and image-rs. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { codecs, type Decoded, rgbAndAlpha } from '../support/pictures.js';
import { testData, testWith } from '../support/requirements.js';

interface Golden {
  readonly refused?: true;
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
  readonly alpha: string | null;
}

const FOLDERS = ['pngsuite', 'pngsuite-extra', 'png_bugfixes', 'png_animated', 'misc', 'hostile'];
const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/png.json'), 'utf8')) as Record<
  string,
  Golden
>;
const guest = await codecs();
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

function assertRefused(picture: Decoded, name: string): void {
  assert.ok(picture.status >= 140 && picture.status < 190, `${name} is refused by PNG's own status`);
  assert.match(picture.text, /^[\x20-\x7e]{10,}[^.]$/, `${name} has a clear text`);
}

testWith('PNG and BMP files have the pixels of Pillow, or are refused', { data: testData }, ({ data }) => {
  let compared = 0;
  for (const [name, expected] of Object.entries(golden)) {
    const picture = guest.decode(readFileSync(join(data, 'images', name)));
    compared += 1;
    if (expected.refused === true) {
      assertRefused(picture, name);
      continue;
    }
    assert.equal(picture.text, '', name);
    assert.deepEqual([picture.width, picture.height], [expected.width, expected.height], name);
    const { rgb, alpha } = rgbAndAlpha(picture);
    assert.equal(sha256(rgb), expected.rgb, `${name} RGB`);
    if (expected.alpha !== null) assert.equal(sha256(alpha), expected.alpha, `${name} alpha`);
  }
  assert.ok(compared > 200);
});

testWith('PNG rows have the CRC-32 that image-rs lists for 8 bits', { data: testData }, ({ data }) => {
  const folder = join(data, 'images/conformance');
  const listed = new Map(
    readFileSync(join(folder, 'pngsuite_expected/results.txt'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(': ') as [string, string])
      .map(([path, crc]) => [basename(path), crc]),
  );
  let compared = 0;
  for (const group of FOLDERS) {
    for (const file of readdirSync(join(folder, group))) {
      const expected = listed.get(file);
      if (expected === undefined) continue;
      const picture = guest.decode(readFileSync(join(folder, group, file)));
      if (expected === 'Expected failure') assertRefused(picture, file);
      else assert.equal(String(crc32(picture.pixels)), expected, file);
      compared += 1;
    }
  }
  assert.equal(compared, listed.size);
});

testWith('files that are no pictures are refused as unknown', { data: testData }, ({ data }) => {
  const folder = join(data, 'images/conformance');
  for (const file of ['pngsuite/PngSuite.README', 'pngsuite/PngSuite.LICENSE', 'png_bugfixes/License.toml']) {
    assert.equal(guest.decode(readFileSync(join(folder, file))).status, 171, file);
  }
});
