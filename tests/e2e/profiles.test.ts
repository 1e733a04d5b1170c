/** The resize profiles through `edge-infer preprocess`: the tensors of the Python pipelines, byte for byte. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { edgeInfer } from '../support/cli.js';
import { tensorCases, writeProfilePackage, writeProfilePicture } from '../support/profile_card.js';
import { withScratch } from '../support/scratch.js';

const ELEMENT_BYTES = { f32: 4, f16: 2, u8: 1, i8: 1 };

for (const profile of ['opencv', 'torchvision', 'tensorflow']) {
  for (const item of tensorCases(profile)) {
    const { layout, color, dtype, resize, shape } = item;
    const name = `${profile} ${String(resize.filter)}, antialias ${String(resize.antialias ?? 'absent')}, ${color} ${layout} ${dtype}`;
    test(`${name}: preprocess gives the tensor of the Python pipeline`, async () => {
      await withScratch(async (work) => {
        writeProfilePackage(join(work, 'model'), item);
        writeProfilePicture(join(work, 'picture.ppm'), item);
        const out = join(work, 'tensor.npy');
        const { exitCode, stderr } = await edgeInfer([
          'preprocess',
          join(work, 'picture.ppm'),
          ...['--model', join(work, 'model'), '--out', out],
        ]);
        assert.equal(exitCode, 0, stderr);
        const bytes = shape.reduce((product, side) => product * side, ELEMENT_BYTES[dtype]);
        const tensor = readFileSync(out).subarray(-bytes);
        assert.equal(createHash('sha256').update(tensor).digest('hex'), item.sha256);
      });
    });
  }
}
