/** Linear memory of edge_kernels.wasm, the smallest artifact with the whole way from file to tensor. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { flatPicture } from '../support/jpegs.js';
import { inputCard, openKernels } from '../support/kernels.js';

const MIB = 1024 * 1024;
const RESIZE = { profile: 'pillow', filter: 'bilinear', size: [224, 224] };

/** Level 128 of 255 in all places: what flatPicture has, whatever the resize. */
function assertFlat(tensor: Buffer): void {
  assert.equal(tensor.length, 3 * 224 * 224 * 4);
  const level = Math.fround(128 / 255);
  for (let at = 0; at < tensor.length; at += 4) assert.equal(tensor.readFloatLE(at), level);
}

test('a baseline JPEG of 12 megapixels becomes 224 x 224 in at most 8 MiB beside the file', () => {
  const file = flatPicture(4000, 3000);
  for (const draft of [false, true]) {
    const kernels = openKernels(inputCard(224, 224, { ...RESIZE, draft }));
    const before = kernels.memory.buffer.byteLength;
    const { message, tensor } = kernels.preprocess(file);
    assert.equal(message, '');
    assertFlat(tensor);
    const grown = kernels.memory.buffer.byteLength - before - file.length;
    assert.ok(grown > 0 && grown <= 8 * MIB, `${grown} bytes beside the file`);
    // Known use: rings, resizer, tensor of 588 KiB. A whole picture of 36 MB would show.
    assert.ok(kernels.memory.buffer.byteLength - file.length <= 8 * MIB, 'the module itself included');
  }
});

test('1000 pictures in a row take the memory of the largest', () => {
  const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/jpeg.json'), 'utf8')) as {
    readonly bases: Record<string, string>;
  };
  const files: Uint8Array[] = Object.values(golden.bases).map((text) => Buffer.from(text, 'base64'));
  files.push(flatPicture(500, 375), files[0]!.subarray(0, 300), Buffer.from('no picture'));
  const kernels = openKernels(inputCard(32, 32, { ...RESIZE, size: [32, 32] }));
  const round = () => files.map((file) => kernels.preprocess(file).status);
  const first = round();
  assert.equal(first.filter((status) => status === 0).length, files.length - 2);
  const before = kernels.memory.buffer.byteLength;
  for (let done = files.length; done < 1000; done += files.length) assert.deepEqual(round(), first);
  assert.equal(kernels.memory.buffer.byteLength, before);
});
