/** Box decoders against their formulas in f64. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertClose, Generator, KernelMemory } from '../support/kernel_memory.js';

let kernels: KernelMemory;
before(async () => {
  kernels = await KernelMemory.load();
});

const around = (x: number, y: number, w: number, h: number) => [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const greatest = (values: Float32Array) => values.reduce((best, x, i) => (x > values[best]! ? i : best), 0);

test('priors: TFLite (y first) and UltraFace (x first)', () => {
  const source = new Generator(71);
  const n = 500;
  const offsets = source.logits(n * 4, 8);
  const priors = Float32Array.from({ length: n * 4 }, () => source.unit());
  for (const yFirst of [true, false]) {
    kernels.run(() => {
      const dst = kernels.alloc(n * 16);
      kernels.call(
        'decodePriors',
        kernels.place(offsets),
        kernels.place(priors),
        n,
        Number(yFirst),
        10,
        5,
        dst,
      );
      const expected = Array.from({ length: n }, (_, i) => {
        const [a, b, c, d] = [...offsets.subarray(i * 4, i * 4 + 4)] as [number, number, number, number];
        const [p, q, r, s] = [...priors.subarray(i * 4, i * 4 + 4)] as [number, number, number, number];
        const [first, second] = [(a / 10) * r + p, (b / 10) * s + q];
        const [firstSize, secondSize] = [Math.exp(c / 5) * r, Math.exp(d / 5) * s];
        return yFirst
          ? around(second, first, secondSize, firstSize)
          : around(first, second, firstSize, secondSize);
      });
      assertClose(kernels.floats(dst, n * 4), expected.flat(), 1e-6);
    });
  }
});

test('priors: huge sizes saturate, NaN stays', () => {
  kernels.run(() => {
    const dst = kernels.alloc(16);
    const decode = (...offsets: number[]) => {
      const prior = kernels.place(Float32Array.of(0.5, 0.5, 1, 1));
      kernels.call('decodePriors', kernels.place(Float32Array.from(offsets)), prior, 1, 0, 10, 5, dst);
      return [...kernels.floats(dst, 4)];
    };
    const [left, , right] = decode(0, 0, Infinity, -Infinity);
    assert.ok(right! > 8e37 && right! < Infinity && left === -right!);
    assert.deepEqual(decode(0, 0, -Infinity, -Infinity), [0.5, 0.5, 0.5, 0.5]);
    assert.ok(decode(Number.NaN, 0, Number.NaN, 0).some(Number.isNaN));
    assert.ok(decode(0, 0, Number.NaN, 0).some(Number.isNaN));
  });
});

test('back to the picture: letterbox and crop', () => {
  // 1280 x 720 in 640 x 640: 640 x 360 with 140 above and below.
  const boxes = Float32Array.of(
    0,
    140,
    640,
    500,
    320,
    320,
    330,
    340,
    -50,
    100,
    700,
    600,
    Number.NaN,
    320,
    5,
    340,
  );
  kernels.run(() => {
    const at = kernels.place(boxes);
    kernels.call('boxesToPicture', at, 4, 0, 140, 2, 2, 1280, 720, at);
    const wanted = [0, 0, 1280, 720, 640, 360, 660, 400, 0, 0, 1280, 720, Number.NaN, 360, 10, 400];
    assert.deepEqual([...kernels.floats(at, 16)], wanted);
    // 500 x 400 resized to 300 x 240, of which 224 x 224 from (38, 8) on are the input.
    const crop = kernels.place(Float32Array.of(0, 0, 224, 224));
    kernels.call('boxesToPicture', crop, 1, -38, -8, 500 / 300, 400 / 240, 500, 400, crop);
    assertClose(
      kernels.floats(crop, 4),
      [38, 8, 262, 232].map((x) => (x * 5) / 3),
      1e-6,
    );
  });
});

interface Candidates {
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly classes: Int32Array;
}

/** Runs a decoder that ends with (lowest, [scratch,] boxes, scores, classes). */
function decode(
  kernel: string,
  n: number,
  lowest: number,
  scratch: readonly number[],
  ...args: number[]
): Candidates {
  const [boxes, scores, classes] = [kernels.alloc(n * 16), kernels.alloc(n * 4), kernels.alloc(n * 4)];
  const count = kernels.call(kernel, ...args, lowest, ...scratch, boxes, scores, classes);
  return {
    boxes: kernels.floats(boxes, count * 4),
    scores: kernels.floats(scores, count),
    classes: kernels.integers(classes, count),
  };
}

function assertCandidates(
  got: Candidates,
  wanted: readonly { readonly box: readonly number[]; readonly score: number; readonly category: number }[],
): void {
  assert.deepEqual(
    [...got.classes],
    wanted.map((item) => item.category),
  );
  assertClose(
    got.scores,
    wanted.map((item) => item.score),
    1e-6,
  );
  assertClose(
    got.boxes,
    wanted.flatMap((item) => item.box),
    1e-5,
  );
}

/** A head of `n` rows {cx, cy, w, h, more...} in pixels, and probabilities. */
function head(source: Generator, n: number, columns: number): Float32Array {
  return Float32Array.from({ length: n * columns }, (_, i) => source.unit() * (i % columns < 4 ? 640 : 1));
}

test('YOLOv8 planes and rows without objectness: the same candidates', () => {
  const source = new Generator(72);
  for (const [n, categories] of [
    [1, 1],
    [13, 3],
    [700, 80],
    [50, 300],
  ] as const) {
    const rows = head(source, n, 4 + categories);
    if (n > 1) rows[4] = Number.NaN;
    const planes = rows.map((_, i) => rows[(i % n) * (4 + categories) + Math.floor(i / n)]!);
    const lowest = 1 - 1 / categories / 2;
    const wanted = Array.from({ length: n }, (_, i) => {
      const row = rows.subarray(i * (4 + categories), (i + 1) * (4 + categories));
      const scores = row.slice(4).map((x) => (Number.isNaN(x) ? -1 : x));
      const category = greatest(scores);
      const [x, y, w, h] = [...row] as [number, number, number, number];
      return { box: around(x, y, w, h), score: scores[category]!, category };
    }).filter((item) => item.score >= lowest);
    kernels.run(() => {
      const scratch = [kernels.alloc(n * 2)];
      assertCandidates(
        decode('yoloPlanes', n, lowest, scratch, kernels.place(planes), n, categories),
        wanted,
      );
      assertCandidates(decode('yoloRows', n, lowest, [], kernels.place(rows), n, categories, 0), wanted);
    });
  }
});

test('YOLOv5 rows with objectness', () => {
  const source = new Generator(73);
  const [n, categories, lowest] = [600, 7, 0.4];
  const rows = head(source, n, 5 + categories);
  const wanted = Array.from({ length: n }, (_, i) => {
    const row = rows.subarray(i * (5 + categories), (i + 1) * (5 + categories));
    const category = greatest(row.slice(5));
    const [x, y, w, h, object] = [...row] as [number, number, number, number, number];
    return { box: around(x, y, w, h), score: Math.fround(object * row[5 + category]!), category };
  }).filter((item) => item.score >= lowest);
  assert.ok(wanted.length > 10 && wanted.length < n);
  kernels.run(() => {
    assertCandidates(decode('yoloRows', n, lowest, [], kernels.place(rows), n, categories, 1), wanted);
  });
});

test('YOLOv5 raw grid: sigmoid, cells, anchors', () => {
  const source = new Generator(74);
  const [anchors, height, width, categories, stride, lowest] = [3, 5, 7, 4, 16, 0.35];
  const sizes = Float32Array.of(10, 13, 16, 30, 33, 23);
  const columns = 5 + categories;
  const logits = source.logits(anchors * height * width * columns, 4);
  const wanted = Array.from({ length: anchors * height * width }, (_, cell) => {
    const row = logits.subarray(cell * columns, (cell + 1) * columns);
    const category = greatest(row.slice(5));
    const [x, y, w, h, object, score] = [...row.subarray(0, 5), row[5 + category]!].map(sigmoid) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const anchor = Math.floor(cell / (height * width));
    const centerX = (2 * x - 0.5 + (cell % width)) * stride;
    const centerY = (2 * y - 0.5 + (Math.floor(cell / width) % height)) * stride;
    const box = around(
      centerX,
      centerY,
      (2 * w) ** 2 * sizes[anchor * 2]!,
      (2 * h) ** 2 * sizes[anchor * 2 + 1]!,
    );
    return { box, score: object * score, category };
  }).filter((item) => item.score >= lowest);
  assert.ok(wanted.length > 10 && wanted.length < anchors * height * width);
  kernels.run(() => {
    const at = [kernels.place(logits), anchors, height, width, categories, stride, kernels.place(sizes)];
    assertCandidates(decode('yoloGrid', anchors * height * width, lowest, [], ...at), wanted);
  });
});
