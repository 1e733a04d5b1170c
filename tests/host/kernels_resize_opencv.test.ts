/** The resize profile `opencv` against cv2.resize: the golden file, fresh cases, and some to check by eye. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { python } from '../support/requirements.js';
import { libraryTests } from '../support/resize_library.js';
import { ResizeStage } from '../support/resize_stage.js';

libraryTests('opencv', python);

let stage: ResizeStage;
before(async () => {
  stage = await ResizeStage.open('opencv');
});

const GRAY = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 255];
/** What cv2 4.14.0 makes of {@link GRAY} as 4 x 3: filter, full size, pixels. */
const RESULTS: readonly (readonly [string, readonly [number, number], readonly number[]])[] = [
  ['nearest', [3, 2], [0, 10, 20, 40, 50, 60]],
  ['nearest', [5, 3], [0, 0, 10, 20, 30, 40, 40, 50, 60, 70, 80, 80, 90, 100, 255]],
  ['bilinear', [3, 2], [11, 25, 38, 71, 85, 189]],
  ['bilinear', [5, 3], [0, 7, 15, 23, 30, 40, 47, 55, 63, 70, 80, 87, 95, 146, 255]],
  ['area', [3, 2], [16, 28, 41, 69, 82, 167]],
  ['area', [5, 3], [0, 8, 15, 23, 30, 40, 48, 55, 63, 70, 80, 88, 95, 139, 255]],
  ['area', [4, 1], [40, 50, 60, 118]],
  ['bicubic', [3, 2], [9, 23, 32, 74, 77, 197]],
  ['bicubic', [4, 1], [40, 50, 60, 70]],
];

for (const [filter, full, expected] of RESULTS) {
  test(`${filter} of a small picture to ${full.join(' x ')}`, () => {
    const given = {
      seed: 0,
      content: 'noise',
      channels: 1,
      source: [4, 3],
      filter,
      antialias: false,
    } as const;
    const rows = stage.resize({ ...given, full, crop: [0, 0, ...full] }, Uint8Array.from(GRAY));
    assert.deepEqual([...rows], expected);
  });
}
