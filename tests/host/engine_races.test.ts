/** What happens when requests are taken back at a bad moment: nobody else's bytes, places or answers are touched. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TaskQueue } from '../../host/engine/queue.js';
import { SharedBuffers } from '../../host/engine/shared_buffers.js';
import { Task } from '../../host/engine/task.js';
import type { RawImage } from '../../host/index.js';
import { FAULTS, faultyEngine } from '../support/faults.js';
import { seeded } from '../support/pictures.js';

const [width, height] = [33, 20];

function pixels(channels: 3 | 4, seed: number, alpha = 0): RawImage {
  const random = seeded(seed);
  const colours = Array.from({ length: width * height * 3 }, () => random() % 256);
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    data.set(colours.slice(i * 3, i * 3 + 3), i * channels);
    if (channels === 4) data[i * 4 + 3] = alpha;
  }
  return { data, width, height };
}

describe('the bytes of a request', () => {
  test('are free when it is settled and nobody holds them', () => {
    const task = new Task({ deadline: undefined });
    task.promise.catch(() => {});
    const log: string[] = [];
    task.whenFree(() => log.push('freed'));
    const [reader, worker] = [task.hold(), task.hold()];
    task.cancel(new Error('not wanted'));
    reader();
    reader();
    assert.equal(log.length, 0);
    worker();
    task.whenFree(() => log.push('late'));
    assert.deepEqual(log, ['freed', 'late']);
  });

  test('stay its own while a worker reads them, though it was aborted: the cache learns nothing wrong', async () => {
    await using engine = await faultyEngine({ workers: 1, cache: true });
    // All have the same options, so that their answers are under the same keys.
    const top = FAULTS.sleep + 150;
    const known = await engine.classify(pixels(3, 1), { top });
    const other = pixels(4, 2);
    const controller = new AbortController();
    const aborted = engine.classify(other, { top, signal: controller.signal });
    await sleep(50);
    controller.abort();
    await assert.rejects(aborted, { name: 'AbortError' });
    // This one takes memory of the same size while the worker has not looked at the picture before.
    const alike = await engine.classify(pixels(4, 1, 77), { top });
    assert.deepEqual(alike.cached, { by: 'tensor' });
    assert.equal(alike.input_sha256, known.input_sha256);
    const again = await engine.classify(other, { top });
    assert.notEqual(again.input_sha256, known.input_sha256);
    assert.equal(again.cached, undefined);
  });

  test('no memory for them: the request fails alone', async () => {
    await using engine = await faultyEngine({ workers: 1 });
    const share = SharedBuffers.prototype.share;
    let left = 1;
    SharedBuffers.prototype.share = function (bytes) {
      if (left-- > 0) throw new RangeError('Array buffer allocation failed');
      return share.call(this, bytes);
    };
    try {
      await assert.rejects(engine.classify(pixels(3, 1)), { message: /allocation failed/ });
      assert.equal((await engine.classify(pixels(3, 1))).predictions.length, 5);
    } finally {
      SharedBuffers.prototype.share = share;
    }
    const { queued, running } = engine.stats();
    assert.deepEqual({ queued, running }, { queued: 0, running: 0 });
  });
});

describe('places in the queue', () => {
  test('one who is told of a free place and does not want it any more tells the next', {
    timeout: 5000,
  }, async () => {
    const queue = new TaskQueue({ length: 1, bytes: 1 }, () => {});
    queue.admit();
    const controller = new AbortController();
    const first = queue.admitWhenFree(controller.signal);
    const second = queue.admitWhenFree(undefined);
    queue.leave();
    controller.abort(new Error('not wanted'));
    await assert.rejects(first, /not wanted/);
    await second;
    assert.equal(queue.length, 1);
  });

  test('those who wait for one when the engine is closed are told so', { timeout: 20_000 }, async () => {
    const engine = await faultyEngine({ workers: 1, queue: 1 });
    const busy = [0, 1, 2].map(() => engine.classify(pixels(3, 1), { top: FAULTS.sleep + 100 }));
    const settled = Promise.allSettled(busy);
    const list = engine.classify([pixels(3, 2), pixels(3, 3), pixels(3, 4)]);
    await sleep(20);
    await engine.close({ abort: true });
    await settled;
    const codes = (await list).map((one) => (one.status === 'rejected' ? one.reason.code : 'answered'));
    assert.deepEqual(codes, ['ENGINE_CLOSED', 'ENGINE_CLOSED', 'ENGINE_CLOSED']);
  });
});
