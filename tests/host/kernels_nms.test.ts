/** Suppression of boxes against plain references: greedy in the arithmetic of f32, soft in f64. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertClose, Generator, KernelMemory } from '../support/kernel_memory.js';

let kernels: KernelMemory;
before(async () => {
  kernels = await KernelMemory.load();
});

interface Scene {
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly classes: Int32Array;
}

/** Boxes on a raster, so that many touch, coincide or have no area; `hard`: some of NaN and infinities too. */
function scene(source: Generator, n: number, hard: boolean): Scene {
  const boxes = new Float32Array(n * 4).map((_, i) => {
    if (hard && source.integer(40) === 0) return [Number.NaN, Infinity, -Infinity, 3e38][source.integer(4)]!;
    return (i % 4 < 2 ? 0 : 3) + source.integer(12);
  });
  const scores = new Float32Array(n).map(() => {
    if (hard && source.integer(20) === 0) return [Number.NaN, Infinity, -Infinity, -0][source.integer(4)]!;
    return source.integer(64) / 64;
  });
  return { boxes, scores, classes: new Int32Array(n).map(() => source.integer(3) - 1) };
}

const { fround } = Math;

/** Intersection over union, each step rounded by `round`. */
function overlap(boxes: Float32Array, i: number, j: number, round: (x: number) => number): number {
  const [a, b] = [boxes.subarray(i * 4, i * 4 + 4), boxes.subarray(j * 4, j * 4 + 4)];
  const extent = (axis: number) => {
    const length = round(Math.min(a[axis + 2]!, b[axis + 2]!) - Math.max(a[axis]!, b[axis]!));
    return length > 0 ? length : 0;
  };
  const area = (box: Float32Array) => round(round(box[2]! - box[0]!) * round(box[3]! - box[1]!));
  const inside = round(extent(0) * extent(1));
  return round(inside / round(round(area(a) + area(b)) - inside));
}

/** Indices of the boxes that may be ranked, best first. */
function ranking({ boxes, scores }: Scene, lowest: number): number[] {
  return [...scores.keys()]
    .filter((i) => scores[i]! >= lowest && boxes.subarray(i * 4, i * 4 + 4).every((x) => !Number.isNaN(x)))
    .sort((a, b) => (scores[a] === scores[b] ? a - b : scores[b]! > scores[a]! ? 1 : -1));
}

function greedy(item: Scene, byClass: boolean, limit: number, lowest: number, most: number): number[] {
  const kept: number[] = [];
  for (const i of ranking(item, lowest)) {
    if (kept.length >= most) break;
    const rivals = kept.filter((j) => !byClass || item.classes[i] === item.classes[j]);
    if (!rivals.some((j) => overlap(item.boxes, i, j, fround) > limit)) kept.push(i);
  }
  return kept;
}

interface Soft {
  readonly indices: number[];
  readonly scores: number[];
}

function soft(item: Scene, byClass: boolean, gaussian: boolean, parameter: number, lowest: number): Soft {
  const live = new Map(ranking(item, lowest).map((i) => [i, item.scores[i]!]));
  const taken: Soft = { indices: [], scores: [] };
  while (live.size > 0) {
    const [best, score] = [...live].reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] < a[0]) ? b : a));
    taken.indices.push(best);
    taken.scores.push(score);
    live.delete(best);
    for (const [i, other] of live) {
      if (byClass && item.classes[i] !== item.classes[best]) continue;
      const iou = overlap(item.boxes, i, best, (x) => x);
      if (Number.isNaN(iou)) continue;
      const lowered = gaussian
        ? other * Math.exp(-(iou ** 2) / parameter)
        : iou >= parameter
          ? other * (1 - iou)
          : other;
      if (lowered >= lowest) live.set(i, lowered);
      else live.delete(i);
    }
  }
  return taken;
}

function runGreedy(item: Scene, byClass: boolean, limit: number, lowest: number, most: number): number[] {
  return kernels.run(() => {
    const n = item.scores.length;
    const scratch = kernels.alloc(kernels.call('nmsScratchBytes', n, most));
    const kept = kernels.alloc(Math.min(n, most) * 4);
    const classes = byClass ? kernels.place(item.classes) : 0;
    const [boxes, scores] = [kernels.place(item.boxes), kernels.place(item.scores)];
    const count = kernels.call('nms', boxes, scores, classes, n, limit, lowest, most, scratch, kept);
    assert.ok(count >= 0);
    return [...kernels.integers(kept, count)];
  });
}

function runSoft(
  item: Scene,
  byClass: boolean,
  gaussian: boolean,
  parameter: number,
  lowest: number,
  most: number,
): Soft {
  return kernels.run(() => {
    const n = item.scores.length;
    const scratch = kernels.alloc(kernels.call('softNmsScratchBytes', n));
    const [kept, values] = [kernels.alloc(n * 4), kernels.alloc(n * 4)];
    const classes = byClass ? kernels.place(item.classes) : 0;
    const [boxes, scores] = [kernels.place(item.boxes), kernels.place(item.scores)];
    const method = [Number(gaussian), parameter, lowest, most] as const;
    const count = kernels.call('softNms', boxes, scores, classes, n, ...method, scratch, kept, values);
    assert.ok(count >= 0);
    return { indices: [...kernels.integers(kept, count)], scores: [...kernels.floats(values, count)] };
  });
}

test('greedy: the reference on 400 random scenes with ties, empty boxes, infinities and NaN', () => {
  const source = new Generator(61);
  for (let round = 0; round < 400; round++) {
    const item = scene(source, source.integer(round % 20 === 0 ? 400 : 40), round % 3 === 0);
    const byClass = round % 2 === 0;
    // 1/3 is an overlap that occurs; neither it nor 0.3 is a number of f32.
    const limit = [0, 0.3, 1 / 3, 0.5, 1][source.integer(5)]!;
    const lowest = [-Infinity, 0, 0.5][source.integer(3)]!;
    const most = [0, 1, 5, 1000][source.integer(4)]!;
    assert.deepEqual(
      runGreedy(item, byClass, limit, lowest, most),
      greedy(item, byClass, limit, lowest, most),
      `round ${round}`,
    );
  }
});

test('greedy: a limit that f32 cannot hold is compared as f64 would', () => {
  // The overlap is 1/3, rounded up in f32: above 1/3 in f64, equal to its own value.
  const boxes = Float32Array.of(0, 0, 2, 1, 1, 0, 3, 1);
  const item = { boxes, scores: Float32Array.of(1, 0.5), classes: new Int32Array(2) };
  assert.ok(fround(1 / 3) > 1 / 3);
  assert.deepEqual(runGreedy(item, false, 1 / 3, 0, 9), [0]);
  assert.deepEqual(runGreedy(item, false, fround(1 / 3), 0, 9), [0, 1]);
});

test('soft: linear and Gaussian are the reference on 200 random scenes', () => {
  const source = new Generator(62);
  for (let round = 0; round < 200; round++) {
    const plain = scene(source, source.integer(60), false);
    // Distinct scores: lowered ones that differ by a rounding would change places.
    const scores = plain.scores.map((score, i) => score + i / 2 ** 14 + 0.1);
    const item = { ...plain, scores };
    const gaussian = round % 2 === 0;
    const parameter = gaussian ? 0.5 : 0.3;
    const byClass = round % 3 === 0;
    const wanted = soft(item, byClass, gaussian, parameter, 0.01);
    const got = runSoft(item, byClass, gaussian, parameter, 0.01, 1000);
    assert.deepEqual(got.indices, wanted.indices, `round ${round}`);
    assertClose(got.scores, wanted.scores, 1e-6);
    const first = runSoft(item, byClass, gaussian, parameter, 0.01, 3);
    assert.deepEqual(first.indices, got.indices.slice(0, 3));
  }
});

test('soft: what is not a number is left out, boxes without area stay as they are', () => {
  const boxes = Float32Array.of(0, 0, 2, 2, 0, 0, 2, 2, 1, 1, 1, 3, 0, Number.NaN, 2, 2, 0, 0, 2, 2);
  const scores = Float32Array.of(0.5, 0.9, 0.7, 1, Number.NaN);
  const item = { boxes, scores, classes: new Int32Array(5) };
  const linear = runSoft(item, false, false, 0.5, 0.001, 5);
  assert.deepEqual(linear, { indices: [1, 2], scores: [fround(0.9), fround(0.7)] });
  const { indices, scores: lowered } = runSoft(item, false, true, 0.5, 0.001, 5);
  assert.deepEqual(indices, [1, 2, 0]);
  assertClose(lowered, [fround(0.9), fround(0.7), 0.5 * Math.exp(-2)], 1e-7);
  assert.equal(lowered[1], fround(0.7));
});

test('several pictures: each as alone', () => {
  const source = new Generator(63);
  const [images, n, most] = [3, 30, 8];
  const item = scene(source, images * n, false);
  kernels.run(() => {
    const scratch = kernels.alloc(kernels.call('nmsScratchBytes', n, most));
    const [kept, counts] = [kernels.alloc(images * most * 4), kernels.alloc(images * 4)];
    const [boxes, scores, classes] = [item.boxes, item.scores, item.classes].map((data) =>
      kernels.place(data),
    );
    const good = kernels.call(
      'nmsBatch',
      images,
      boxes!,
      scores!,
      classes!,
      n,
      0.4,
      0.1,
      most,
      scratch,
      kept,
      counts,
    );
    assert.equal(good, 1);
    for (const [image, count] of kernels.integers(counts, images).entries()) {
      const alone = {
        boxes: item.boxes.slice(image * n * 4, (image + 1) * n * 4),
        scores: item.scores.slice(image * n, (image + 1) * n),
        classes: item.classes.slice(image * n, (image + 1) * n),
      };
      assert.deepEqual(
        [...kernels.integers(kept + image * most * 4, count)],
        greedy(alone, true, 0.4, 0.1, most),
      );
    }
  });
});

test('100,000 boxes, bounded by the number that is kept; arguments that make no sense are refused', () => {
  const source = new Generator(64);
  const n = 100_000;
  const boxes = new Float32Array(n * 4).map((_, i) => (i % 4 < 2 ? 0 : 10) + source.integer(8000) / 4);
  const item = {
    boxes,
    scores: new Float32Array(n).map(() => source.unit()),
    classes: new Int32Array(n).map(() => source.integer(80)),
  };
  assert.deepEqual(runGreedy(item, true, 0.5, 0, 100), greedy(item, true, 0.5, 0, 100));
  assert.equal(runSoft(item, true, true, 0.5, 0.01, 20).indices.length, 20);
  kernels.run(() => {
    const nms = (count: number, limit: number) => kernels.call('nms', 0, 0, 0, count, limit, 0, 1, 0, 0);
    const softNms = (count: number, parameter: number) =>
      kernels.call('softNms', 0, 0, 0, count, 0, parameter, 0.1, 1, 0, 0, 0);
    assert.equal(nms(131_073, 0.5), -1);
    assert.equal(nms(-1, 0.5), -1);
    assert.equal(nms(1, -0.1), -1);
    assert.equal(nms(1, Number.NaN), -1);
    assert.equal(softNms(131_073, 0.5), -1);
    assert.equal(softNms(1, 0), -1);
    assert.equal(softNms(1, Number.NaN), -1);
  });
});
