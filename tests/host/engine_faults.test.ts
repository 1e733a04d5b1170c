/** Workers that trap, hang, end or run out of memory: exactly the requests that did it fail. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EdgeInferError } from '../../host/index.js';
import { FAULTS, faultyEngine } from '../support/faults.js';
import { ppm } from '../support/guest_stub.js';
import { seeded } from '../support/pictures.js';

const picture = ppm(40, 30);

describe('faults', () => {
  test('injected at random into a stream of requests', { timeout: 120_000 }, async () => {
    await using engine = await faultyEngine({ workers: 2, queue: 200 });
    const wanted = await engine.classify(picture, { top: 3 });
    const random = seeded(7);
    const orders = Array.from({ length: 120 }, (_, i) => {
      if (i % 10 !== 0) return 3;
      return [FAULTS.trap, FAULTS.loop, FAULTS.exit, FAULTS.trap][random() % 4] as number;
    });
    const codes: Record<number, string> = {
      [FAULTS.trap]: 'WORKER_TRAPPED',
      [FAULTS.exit]: 'WORKER_TRAPPED',
      [FAULTS.loop]: 'DEADLINE_EXCEEDED',
    };
    // Only the loops have a deadline: it begins when the request is sent, and all are sent at once.
    const results = await Promise.allSettled(
      orders.map((top) => engine.classify(picture, top === FAULTS.loop ? { top, deadline: 2500 } : { top })),
    );
    const got = results.map((one) =>
      one.status === 'fulfilled' ? 'good' : ((one.reason as EdgeInferError).code ?? String(one.reason)),
    );
    assert.deepEqual(
      got,
      orders.map((top) => codes[top] ?? 'good'),
    );
    for (const one of results) {
      if (one.status === 'fulfilled') {
        assert.equal(one.value.input_sha256, wanted.input_sha256);
        assert.deepEqual(one.value.predictions, wanted.predictions);
      }
    }
    const { done, failed, refused, workers } = engine.stats();
    const restarts = workers.reduce((sum, worker) => sum + worker.restarts, 0);
    // A loop whose deadline passed while it waited never ran.
    const ran = results.filter((one) => one.status === 'rejected' && !/waiting$/.test(one.reason.message));
    assert.deepEqual({ done, failed, refused }, { done: 109, failed: 12, refused: 0 });
    assert.ok(ran.length >= 9);
    assert.equal(restarts, ran.length);
  });

  test('a heap that runs full', { timeout: 60_000 }, async () => {
    await using engine = await faultyEngine({ workers: 1 });
    const [good, bad, after] = await Promise.allSettled([
      engine.classify(picture, { top: 3 }),
      engine.classify(picture, { top: FAULTS.heap }),
      engine.classify(picture, { top: 3 }),
    ]);
    assert.equal(good.status, 'fulfilled');
    assert.equal(bad.status === 'rejected' && bad.reason.code, 'WORKER_TRAPPED');
    assert.equal(after.status, 'fulfilled');
  });

  test('a deadline that passes while waiting, and while running', async () => {
    await using engine = await faultyEngine({ workers: 1 });
    const slow = engine.classify(picture, { top: FAULTS.sleep + 400 });
    const atHand = engine.classify(picture, { top: 3, deadline: 50 });
    const waiting = engine.classify(picture, { top: 3, deadline: 60 });
    const patient = engine.classify(picture, { top: 3 });
    const waited = { code: 'DEADLINE_EXCEEDED', message: /passed while the request was waiting$/ };
    await assert.rejects(atHand, waited);
    await assert.rejects(waiting, waited);
    await slow;
    await patient;
    assert.deepEqual(
      engine.stats().workers.map(({ restarts }) => restarts),
      [0],
    );
    const running = engine.classify(picture, { top: FAULTS.sleep + 5000, deadline: 100 });
    await assert.rejects(running, { code: 'DEADLINE_EXCEEDED', message: /was running$/, exitCode: 5 });
    assert.equal((await engine.classify(picture)).predictions.length, 5);
    assert.equal(engine.stats().workers[0]?.restarts, 1);
  });

  test('a worker that ends by itself is replaced', async () => {
    await using engine = await faultyEngine({ workers: 1 });
    const before = engine.stats().workers[0]?.threadId;
    const died = engine.classify(picture, { top: FAULTS.exit });
    await assert.rejects(died, { code: 'WORKER_TRAPPED', exitCode: 5 });
    assert.equal((await engine.classify(picture, { top: 1 })).predictions.length, 1);
    assert.notEqual(engine.stats().workers[0]?.threadId, before);
  });

  test('an instance that has grown too large is replaced after its request', async () => {
    await using engine = await faultyEngine({ workers: 1, maxInstanceBytes: 32 * 2 ** 20 });
    const [width, height] = [4000, 3500];
    const large = { data: new Uint8Array(width * height * 3), width, height };
    for (let i = 0; i < 3; i++) {
      assert.equal((await engine.classify(large)).predictions.length, 5);
      assert.equal((await engine.classify(picture)).predictions.length, 5);
    }
    const [worker] = engine.stats().workers;
    assert.equal(worker?.recycled, 3);
    assert.equal(worker?.restarts, 0);
    assert.ok((worker?.memoryHighWater ?? 0) > 32 * 2 ** 20);
  });
});
