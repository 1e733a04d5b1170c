/** The cache: by the same bytes, the same tensor, pictures that look alike; its bounds. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hammingDistance, PictureHasher } from '../../host/engine/picture_hash.js';
import { type PictureHash, PictureIndex } from '../../host/engine/picture_index.js';
import { type Classification, createEngine, type Engine, type RawImage } from '../../host/index.js';
import { Wasm } from '../../host/wasm.js';
import { ppm } from '../support/guest_stub.js';
import { seeded } from '../support/pictures.js';

const pictures = Array.from({ length: 8 }, (_, i) => ppm(33 + i, 20 + i));
const picture = pictures[0] as Uint8Array;

/** The pixels of {@link ppm} without the head of the file. */
function pixels(width: number, height: number): RawImage {
  return { data: ppm(width, height).subarray(-width * height * 3), width, height };
}

const counts = (engine: Engine) => {
  const { hits, misses, evictions, expired, entries } = engine.stats().cache ?? assert.fail('no cache');
  return { ...hits, misses, evictions, expired, entries };
};

/** Everything but what says how long it took and where it came from. */
function answerOf({ predictions, graph, input_sha256, model_version }: Classification) {
  return { predictions, graph, input_sha256, model_version };
}

for (const workers of [0, 2]) {
  describe(`the cache, ${workers} workers`, () => {
    test('by bytes and by tensor; options are part of the key', async () => {
      await using engine = await createEngine({ workers, cache: true });
      const first = await engine.classify(picture, { top: 3 });
      assert.equal(first.cached, undefined);
      assert.ok(first.timings.infer > 0);
      const again = await engine.classify(Uint8Array.from(picture), { top: 3 });
      assert.deepEqual(again.cached, { by: 'bytes' });
      assert.deepEqual(answerOf(again), answerOf(first));
      assert.equal(again.timings.infer, 0);
      const asPixels = await engine.classify(pixels(33, 20), { top: 3 });
      assert.deepEqual(asPixels.cached, { by: 'tensor' });
      assert.deepEqual(answerOf(asPixels), answerOf(first));
      assert.ok(asPixels.timings.preprocess > 0 && asPixels.timings.infer === 0);
      assert.deepEqual((await engine.classify(pixels(33, 20), { top: 3 })).cached, { by: 'bytes' });
      const other = await engine.classify(picture, { top: 2 });
      assert.equal(other.cached, undefined);
      assert.equal(other.predictions.length, 2);
      // The same numbers in another shape are another picture.
      assert.equal((await engine.classify(pixels(20, 33), { top: 3 })).cached, undefined);
      assert.deepEqual(counts(engine), {
        bytes: 2,
        tensor: 1,
        nearDuplicate: 0,
        misses: 3,
        evictions: 0,
        expired: 0,
        entries: 3,
      });
    });

    test('answers are the caller’s own; pictures that fail are not kept', async () => {
      await using engine = await createEngine({ workers, cache: true });
      const first = await engine.classify(picture);
      const wanted = structuredClone(answerOf(first));
      first.predictions.length = 0;
      const second = await engine.classify(picture);
      assert.deepEqual(answerOf(second), wanted);
      second.predictions.length = 0;
      assert.deepEqual(answerOf(await engine.classify(picture)), wanted);
      for (let i = 0; i < 2; i++) {
        await assert.rejects(engine.classify(picture.subarray(0, 50)), { code: 'INPUT_INVALID' });
      }
      assert.equal(counts(engine).entries, 1);
    });
  });
}

test('least recently used answers go first; by number and by bytes', async () => {
  await using engine = await createEngine({ workers: 1, cache: { entries: 2 } });
  for (const one of pictures) await engine.classify(one);
  assert.equal(counts(engine).misses, 8);
  assert.equal(counts(engine).evictions, 8 - counts(engine).entries);
  assert.deepEqual((await engine.classify(pictures[7] as Uint8Array)).cached, { by: 'bytes' });
  assert.equal((await engine.classify(picture)).cached, undefined);

  await using small = await createEngine({ workers: 1, cache: { bytes: 8000 } });
  for (const one of pictures) await small.classify(one);
  const { entries, bytes, evictions } = small.stats().cache ?? assert.fail('no cache');
  assert.ok(entries >= 1 && entries < 8 && bytes <= 8000 && evictions === 8 - entries);

  await using tiny = await createEngine({ workers: 1, cache: { bytes: 10 } });
  assert.deepEqual(answerOf(await tiny.classify(picture)), answerOf(await tiny.classify(picture)));
  assert.deepEqual({ ...counts(tiny) }, { ...counts(tiny), misses: 2, entries: 0, bytes: 0 });
});

test('an answer is good for its time', async () => {
  await using engine = await createEngine({ workers: 1, cache: { ttl: 300 } });
  await engine.classify(picture);
  assert.deepEqual((await engine.classify(picture)).cached, { by: 'bytes' });
  await sleep(350);
  assert.equal((await engine.classify(picture)).cached, undefined);
  assert.deepEqual({ ...counts(engine) }, { ...counts(engine), expired: 1, misses: 2, entries: 1 });
});

test('another model has other answers, the same one has the same', async () => {
  await using engine = await createEngine({ workers: 1, cache: true });
  const { predictions } = await engine.classify(picture);
  await engine.swapModel('cifar10', { precision: 'int8' });
  const int8 = await engine.classify(picture);
  assert.equal(int8.cached, undefined);
  assert.equal(int8.graph.precision, 'int8');
  await engine.swapModel('cifar10');
  const back = await engine.classify(picture);
  assert.deepEqual(back.cached, { by: 'bytes' });
  assert.deepEqual(back.predictions, predictions);
});

test('hits pass a queue that is full of work', async () => {
  await using engine = await createEngine({ workers: 1, cache: true, queue: 50 });
  await engine.classify(picture);
  const slow = pictures.slice(1).map((one) => engine.classify(one));
  const began = performance.now();
  assert.deepEqual((await engine.classify(picture)).cached, { by: 'bytes' });
  const hit = performance.now() - began;
  await Promise.all(slow);
  assert.ok(hit < performance.now() - began);
  assert.equal(engine.stats().queued, 0);
});

describe('near duplicates', () => {
  /** A picture of soft stripes, with `noise` added to each sample. */
  function frame(phase: number, noise: number): RawImage {
    const [width, height] = [64, 48];
    const random = seeded(5);
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      const value = 128 + 90 * Math.sin(x / 9 + phase) * Math.cos(y / 7 + phase * 2);
      return Math.round(value + (noise === 0 ? 0 : (random() % (2 * noise)) - noise));
    });
    return { data, width, height };
  }

  test('are taken within the distance, and say so', async () => {
    await using engine = await createEngine({ workers: 1, cache: { nearDuplicates: { distance: 4 } } });
    const first = await engine.classify(frame(0, 0));
    const alike = await engine.classify(frame(0, 3));
    assert.equal(alike.cached?.by, 'near-duplicate');
    assert.ok((alike.cached?.distance ?? 65) <= 4);
    assert.deepEqual(answerOf(alike), answerOf(first));
    assert.equal((await engine.classify(frame(2, 0))).cached, undefined);
    assert.equal((await engine.classify(frame(0, 3), { top: 1 })).cached, undefined);
    assert.deepEqual({ ...counts(engine) }, { ...counts(engine), nearDuplicate: 1, misses: 3, entries: 3 });
  });

  test('of what was evicted are forgotten', async () => {
    await using engine = await createEngine({
      workers: 1,
      cache: { entries: 1, nearDuplicates: { distance: 4 } },
    });
    await engine.classify(frame(0, 0));
    for (const phase of [2, 3, 4]) await engine.classify(frame(phase, 0));
    assert.equal((await engine.classify(frame(0, 3))).cached, undefined);
  });

  test('the hash is dHash of 9 x 8 gray pixels; distances count bits', () => {
    const module = new Wasm.Module(readFileSync(join(import.meta.dirname, '../../wasm/edge_kernels.wasm')));
    const hasher = PictureHasher.create(module);
    const random = seeded(3);
    const bytes = Uint8Array.from({ length: 72 }, () => random() % 256);
    // A picture of 9 x 8 is not resized: its own pixels are compared.
    const [high, low] = hasher.hash({ bytes, width: 9, height: 8, layout: 1 });
    let bits = '';
    for (let y = 0; y < 8; y++) {
      for (let x = 1; x < 9; x++) {
        bits += (bytes[y * 9 + x] ?? 0) > (bytes[y * 9 + x - 1] ?? 0) ? '1' : '0';
      }
    }
    const text = [high, low].map((word) => word.toString(2).padStart(32, '0')).join('');
    assert.equal(text, bits);
    for (let i = 0; i < 200; i++) {
      const [a, b] = [
        [random(), random()],
        [random(), random()],
      ] as [[number, number], [number, number]];
      const ones = [a[0] ^ b[0], a[1] ^ b[1]]
        .map((word) => (word >>> 0).toString(2).replaceAll('0', '').length)
        .reduce((x, y) => x + y);
      assert.equal(hammingDistance(a, b), ones);
    }
    assert.equal(hammingDistance([0, 0], [0xffff_ffff, 0xffff_ffff]), 64);
    assert.throws(() => hasher.hash({ bytes, width: 9, height: 9, layout: 1 }), { code: 'INPUT_RAW_SIZE' });
  });
});

test('the index of hashes finds what a look at each one finds, while keys come and go', () => {
  const random = seeded(11);
  const index = new PictureIndex();
  const all = new Map<string, PictureHash>();
  for (let step = 0; step < 3000; step++) {
    const key = `k${random() % 300}`;
    // Few bits differ, so that some are near.
    const hash: PictureHash = [(random() & 0x0101_0101) >>> 0, (random() & 0x8000_0011) >>> 0];
    if (random() % 3 === 0) {
      index.delete(key);
      all.delete(key);
    } else {
      index.set(key, hash);
      all.set(key, hash);
    }
    assert.equal(index.size, all.size);
    const asked: PictureHash = [(random() & 0x0101_0101) >>> 0, (random() & 0x8000_0011) >>> 0];
    const distances = [...all.values()].map((other) => hammingDistance(asked, other));
    const least = Math.min(...distances);
    const found = index.nearest(asked, 2);
    assert.equal(found?.distance, least <= 2 ? least : undefined);
    if (found !== undefined) assert.equal(hammingDistance(asked, all.get(found.key) as PictureHash), least);
  }
});

test('wrong limits are refused', async () => {
  for (const cache of [
    { entries: 0 },
    { bytes: 0 },
    { ttl: -1 },
    { entries: 100_000, nearDuplicates: { distance: 1 } },
    { nearDuplicates: { distance: 33 } },
    { nearDuplicates: {} as { distance: number } },
  ]) {
    await assert.rejects(createEngine({ cache, workers: 0 }), { code: 'USAGE_INVALID', exitCode: 2 });
  }
});
