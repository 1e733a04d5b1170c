/** Y'CbCr -> RGB: all 2^24 triples against the real-number matrices and, BT.601 limited, against OpenCV. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { instantiateForTest, type TestGuest } from '../support/assembly.js';
import { CODINGS, realMatrix } from '../support/raw_frames.js';

const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/yuv.json'), 'utf8')) as {
  readonly opencv: string;
  readonly every_triple: string;
};

let guest: TestGuest;
before(async () => {
  guest = await instantiateForTest('assembly/entries/kernel_testing.ts');
});

/** Calls `use` with the RGB of Y = 0 .. 255 for every U and V; the view is valid during the call only. */
function everyTriple(place: number, use: (u: number, v: number, rgb: Uint8Array) => void): void {
  const { call, memory } = guest;
  const mark = call.arenaMark!();
  const luma = call.arenaAlloc!(256);
  const chroma = call.arenaAlloc!(2);
  const dst = call.arenaAlloc!(768);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(
    Uint8Array.from({ length: 256 }, (_, y) => y),
    luma,
  );
  const matrix = call.yuvMatrix!(place >> 1, place & 1);
  for (let u = 0; u < 256; u++) {
    for (let v = 0; v < 256; v++) {
      bytes.set([u, v], chroma);
      // A step of 0: all pixels share one pair.
      call.yuvToRgb!(luma, 1, chroma, chroma + 1, 0, dst, 256, matrix);
      use(u, v, bytes.subarray(dst, dst + 768));
    }
  }
  call.arenaRelease!(mark);
}

test(`BT.601 limited: every triple as OpenCV ${golden.opencv} converts it`, () => {
  const hash = createHash('sha256');
  everyTriple(0, (_u, _v, rgb) => hash.update(rgb));
  assert.equal(hash.digest('hex'), golden.every_triple);
});

for (const [place, coding] of CODINGS.entries()) {
  const { matrix, range } = coding;
  // OpenCV's factors have three digits.
  const bound = place === 0 ? 0.7 : 0.501;
  test(`${matrix} ${range}: every triple within ${bound} of the real numbers`, () => {
    const [offset = 0, luma = 0, blueU = 0, greenU = 0, greenV = 0, redV = 0] = realMatrix(coding);
    let worst = 0;
    everyTriple(place, (cb, cr, rgb) => {
      const [u, v] = [cb - 128, cr - 128];
      const [red, green, blue] = [redV * v, greenU * u + greenV * v, blueU * u];
      for (let y = 0; y < 256; y++) {
        const level = Math.max(y - offset, 0) * luma;
        const at = y * 3;
        const r = Math.min(255, Math.max(0, level + red)) - rgb[at]!;
        const g = Math.min(255, Math.max(0, level + green)) - rgb[at + 1]!;
        const b = Math.min(255, Math.max(0, level + blue)) - rgb[at + 2]!;
        worst = Math.max(worst, Math.abs(r), Math.abs(g), Math.abs(b));
      }
    });
    assert.ok(worst <= bound, `${worst}`);
    assert.ok(worst > 0.49, 'the bound is not measured');
  });
}
