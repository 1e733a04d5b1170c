/** Postprocessing against torchvision, PyTorch and NumPy: tests/golden/postprocess.json, made by scripts/golden/postprocess.py. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { assertClose, Generator, KernelMemory, sha256 } from '../support/kernel_memory.js';

interface Golden {
  readonly torch: string;
  readonly torchvision: string;
  readonly numpy: string;
  readonly suppression: readonly (Record<
    'seed' | 'n' | 'extent' | 'limit' | 'levels' | 'kept' | 'batched',
    number
  > &
    Record<'kept_sha256' | 'batched_sha256', string>)[];
  readonly probabilities: readonly (Record<'seed' | 'n' | 'reach', number> &
    Record<'top' | 'softmax' | 'log_softmax' | 'sharp' | 'sigmoid', readonly number[]>)[];
  readonly quantization: readonly (Record<'seed' | 'n' | 'scale' | 'zero', number> &
    Record<string, unknown>)[];
  readonly class_maps: readonly (Record<'seed' | 'classes' | 'pixels', number> & Record<string, unknown>)[];
  readonly box_forms: readonly (Record<'seed' | 'n', number> & Record<string, unknown>)[];
  readonly embeddings: readonly (Record<'seed' | 'rows' | 'n', number> &
    Record<'normalized' | 'nearest' | 'cosines' | 'dots', readonly number[]>)[];
}

const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/postprocess.json'), 'utf8')) as Golden;

let kernels: KernelMemory;
before(async () => {
  kernels = await KernelMemory.load();
});

/** Boxes of a case: see boxes_of in scripts/golden/postprocess.py. */
function boxesOf(source: Generator, n: number, extent: number): Float32Array {
  const boxes = new Float32Array(n * 4);
  for (let i = 0; i < n; i++) {
    const [left, top, width, height] = Array.from({ length: 4 }, () => source.integer(65536)) as [
      number,
      number,
      number,
      number,
    ];
    const [x, y] = [left % (4 * extent), top % (4 * extent)];
    const right = x + (width % 16 === 0 ? 0 : width % 400);
    boxes.set([x / 4, y / 4, right / 4, (y + 4 + (height % 400)) / 4], i * 4);
  }
  return boxes;
}

/** Indices that nms keeps. */
function suppress(boxes: Float32Array, scores: Float32Array, classes: Int32Array | undefined, limit: number) {
  return kernels.run(() => {
    const n = scores.length;
    const kept = kernels.alloc(n * 4);
    const scratch = kernels.alloc(kernels.call('nmsScratchBytes', n, n));
    const categories = classes === undefined ? 0 : kernels.place(classes);
    const [at, values] = [kernels.place(boxes), kernels.place(scores)];
    const count = kernels.call('nms', at, values, categories, n, limit, -Infinity, n, scratch, kept);
    return kernels.bytes(kept, count * 4);
  });
}

test(`nms keeps the boxes of torchvision ${golden.torchvision}, ties included`, () => {
  for (const { seed, n, extent, limit, levels, ...wanted } of golden.suppression) {
    const source = new Generator(seed);
    const boxes = boxesOf(source, n, extent);
    const scores = Float32Array.from({ length: n }, () => source.integer(levels) / levels);
    const kept = suppress(boxes, scores, undefined, limit);
    assert.equal(kept.length / 4, wanted.kept);
    assert.equal(sha256(kept), wanted.kept_sha256);
    const states = Array.from({ length: n }, () => source.state());
    const order = [...states.keys()].sort((a, b) => states[a]! - states[b]! || a - b);
    const classes = Int32Array.from({ length: n }, () => source.integer(5));
    const batched = suppress(
      boxes,
      Float32Array.from(order, (place) => place / 4096),
      classes,
      limit,
    );
    assert.equal(batched.length / 4, wanted.batched);
    assert.equal(sha256(batched), wanted.batched_sha256);
  }
});

test(`softmax, log-softmax, temperature and sigmoid are those of PyTorch ${golden.torch} in f64`, () => {
  for (const { seed, n, reach, ...wanted } of golden.probabilities) {
    kernels.run(() => {
      const logits = kernels.place(new Generator(seed).logits(n, reach));
      const k = wanted.top.length;
      const [dst, scratch, ranked] = [kernels.alloc(n * 4), kernels.alloc(n * 4), kernels.alloc(k * 8)];
      assert.equal(kernels.call('softmaxTopK', logits, n, 0, k, scratch, ranked), k);
      const best = kernels.ranked(ranked, k);
      assert.deepEqual(
        best.map((row) => row.index),
        wanted.top,
      );
      assertClose(
        best.map((row) => row.value),
        wanted.softmax,
        1.2e-7,
      );
      kernels.call('logSoftmax', logits, 1, n, 1, scratch, dst);
      assertClose(kernels.floats(dst, k), wanted.log_softmax, 3e-7);
      kernels.call('softmax', logits, 1, n, 0.25, dst);
      const sharp = kernels.floats(dst, n);
      assertClose(
        wanted.top.map((index) => sharp[index]!),
        wanted.sharp,
        1.2e-7,
      );
      kernels.call('sigmoid', logits, n, dst);
      assertClose(kernels.floats(dst, k), wanted.sigmoid, 1.2e-7);
    });
  }
});

const INTEGERS = { u8: [0, 1], i8: [1, 1], i16: [2, 2] } as const;

test(`quantise, dequantise and requantise give the bytes of NumPy ${golden.numpy}`, () => {
  for (const { seed, n, scale, zero, ...wanted } of golden.quantization) {
    const source = new Generator(seed);
    kernels.run(() => {
      const values = kernels.place(source.logits(n, 64));
      const accumulators = kernels.place(Int32Array.from({ length: n }, () => (source.state() | 0) >> 12));
      const [q, back] = [kernels.alloc(n * 2), kernels.alloc(n * 4)];
      for (const [name, [integer, bytes]] of Object.entries(INTEGERS)) {
        kernels.call('quantize', integer, values, n, scale, zero, q);
        assert.equal(sha256(kernels.bytes(q, n * bytes)), wanted[`${name}_sha256`], name);
        kernels.call('dequantize', integer, q, n, scale, zero, back);
        assert.equal(sha256(kernels.bytes(back, n * 4)), wanted[`${name}_back_sha256`], name);
        if (bytes !== 1) continue;
        kernels.call('requantize', integer, accumulators, n, scale / 1000, zero, q);
        assert.equal(sha256(kernels.bytes(q, n)), wanted[`${name}_requantized_sha256`], name);
      }
    });
  }
});

test(`class maps are NumPy ${golden.numpy}'s argmax`, () => {
  for (const { seed, classes, pixels, ...wanted } of golden.class_maps) {
    const source = new Generator(seed);
    const wide = Number(classes > 256);
    kernels.run(() => {
      const count = classes * pixels;
      const logits = kernels.place(Float32Array.from({ length: count }, () => source.integer(40) / 8 - 2));
      const levels = kernels.place(source.bytes(count));
      const map = kernels.alloc(pixels * 2);
      const check = (name: string) =>
        assert.equal(sha256(kernels.bytes(map, pixels << wide)), wanted[`${name}_sha256`], name);
      kernels.call('argmaxPlanes', logits, classes, pixels, pixels, wide, map);
      check('f32_planes');
      kernels.call('argmaxRows', logits, pixels, classes, wide, map);
      check('f32_rows');
      for (const [signed, name] of ['u8', 'i8'].entries()) {
        kernels.call('argmaxPlanesOfBytes', levels, signed, classes, pixels, pixels, wide, map);
        check(`${name}_planes`);
        kernels.call('argmaxRowsOfBytes', levels, signed, pixels, classes, wide, map);
        check(`${name}_rows`);
      }
    });
  }
});

test(`box forms are those of torchvision ${golden.torchvision}'s box_convert`, () => {
  const conversions = [
    ['xywhToXyxy', 'xywh_xyxy'],
    ['xyxyToXywh', 'xyxy_xywh'],
    ['cxcywhToXyxy', 'cxcywh_xyxy'],
    ['xyxyToCxcywh', 'xyxy_cxcywh'],
  ] as const;
  for (const { seed, n, ...wanted } of golden.box_forms) {
    kernels.run(() => {
      const boxes = kernels.place(new Generator(seed).logits(4 * n, 640));
      const dst = kernels.alloc(n * 16);
      for (const [kernel, name] of conversions) {
        kernels.call(kernel, boxes, n, dst);
        assert.equal(sha256(kernels.bytes(dst, n * 16)), wanted[`${name}_sha256`], name);
      }
    });
  }
});

test(`norms, cosines and products are those of PyTorch ${golden.torch} in f64`, () => {
  for (const { seed, rows, n, ...wanted } of golden.embeddings) {
    const source = new Generator(seed);
    kernels.run(() => {
      const matrix = kernels.place(source.logits(rows * n, 2));
      const query = kernels.place(source.logits(n, 2));
      const [scratch, ranked, dst] = [
        kernels.alloc(rows * 4),
        kernels.alloc(24),
        kernels.alloc(rows * n * 4),
      ];
      assert.equal(kernels.call('nearestRows', matrix, rows, n, query, 1, 3, scratch, ranked), 3);
      const nearest = kernels.ranked(ranked, 3);
      assert.deepEqual(
        nearest.map((row) => row.index),
        wanted.nearest,
      );
      assertClose(
        nearest.map((row) => row.value),
        wanted.cosines,
        3e-7,
      );
      kernels.call('nearestRows', matrix, rows, n, query, 0, 1, scratch, ranked);
      assertClose(kernels.floats(scratch, 3), wanted.dots, 2e-5);
      kernels.call('l2Normalize', matrix, rows, n, dst);
      assertClose(kernels.floats(dst, wanted.normalized.length), wanted.normalized, 1e-7);
    });
  }
});
