/** EXIF orientation of whole pictures, against PIL.ImageOps.exif_transpose. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { codecs } from '../support/pictures.js';
import { testData, testWith } from '../support/requirements.js';

interface Golden {
  readonly orientation: number;
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
}

const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/orient.json'), 'utf8')) as Record<
  string,
  Golden
>;
const guest = await codecs();

testWith(
  'pictures of all eight orientations are upright as Pillow has them',
  { data: testData },
  ({ data }) => {
    const { call, memory } = guest;
    for (const [name, expected] of Object.entries(golden)) {
      const stored = guest.decode(readFileSync(join(data, 'images/conformance/exif_orientation', name)));
      assert.equal(stored.text, '', name);
      assert.equal(stored.orientation, expected.orientation, name);
      const { width, height, channels, orientation, pixels } = stored;
      const mark = call.arenaMark!();
      const from = call.arenaAlloc!(pixels.length);
      const to = call.arenaAlloc!(pixels.length);
      new Uint8Array(memory.buffer).set(pixels, from);
      call.orientInto!(from, to, width, height, channels, orientation);
      const upright = new Uint8Array(memory.buffer, to, pixels.length);
      assert.deepEqual(
        orientation < 5 ? [width, height] : [height, width],
        [expected.width, expected.height],
        name,
      );
      assert.equal(createHash('sha256').update(upright).digest('hex'), expected.rgb, name);
      call.arenaRelease!(mark);
    }
  },
);
