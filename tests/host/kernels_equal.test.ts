/** Scalar and SIMD forms of the kernels give the same bytes: random and hard data, all rests, unaligned addresses. */
import { before, test } from 'node:test';
import { instantiateForTest, type TestGuest } from '../support/assembly.js';
import { argmaxPairs } from '../support/kernel_pairs/argmax.js';
import { boxPairs } from '../support/kernel_pairs/boxes.js';
import { colorPairs } from '../support/kernel_pairs/color.js';
import { halfPairs } from '../support/kernel_pairs/half.js';
import { hashPairs } from '../support/kernel_pairs/hash.js';
import { nmsPairs } from '../support/kernel_pairs/nms.js';
import { normalizePairs } from '../support/kernel_pairs/normalize.js';
import { normalizeFloatPairs } from '../support/kernel_pairs/normalize_float.js';
import { quantizePairs } from '../support/kernel_pairs/quantize.js';
import { opencvPairs } from '../support/kernel_pairs/resize_opencv.js';
import { tensorflowPairs } from '../support/kernel_pairs/resize_tensorflow.js';
import { similarityPairs } from '../support/kernel_pairs/similarity.js';
import { softmaxPairs, topKPairs } from '../support/kernel_pairs/softmax.js';
import { checkPair } from '../support/kernel_pairs.js';

let guest: TestGuest;
before(async () => {
  guest = await instantiateForTest('assembly/entries/kernel_pairs_testing.ts');
  // Kernels have no static data: without a page of its own the first block would lie at 0, which means no memory.
  guest.memory.grow(1);
});

const pairs = [
  ...argmaxPairs,
  ...boxPairs,
  ...colorPairs,
  ...halfPairs,
  ...nmsPairs,
  ...hashPairs,
  ...normalizePairs,
  ...normalizeFloatPairs,
  ...opencvPairs,
  ...tensorflowPairs,
  ...quantizePairs,
  ...similarityPairs,
  ...softmaxPairs,
  ...topKPairs,
];
for (const pair of pairs) {
  test(`${pair.name}: scalar == SIMD`, () => checkPair(pair, guest));
}
