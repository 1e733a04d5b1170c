/** The engine: batches, streams, deadlines, aborts, the bounded queue, swapping models, closing. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createEngine, type ImageSource } from '../../host/index.js';
import { FAULTS, faultyEngine } from '../support/faults.js';
import { ppm } from '../support/guest_stub.js';
import { testData, testWith } from '../support/requirements.js';

const pictures = Array.from({ length: 24 }, (_, i) => ppm(33 + i, 20 + i));
const picture = pictures[0] as Uint8Array;
const broken = picture.subarray(0, 40);

describe('many pictures', () => {
  test('a list: in order, each its own success or failure, more than the queue holds', async () => {
    await using engine = await createEngine({ workers: 2, queue: 3 });
    const single: string[] = [];
    for (const one of pictures) single.push((await engine.classify(one)).input_sha256);
    const list: ImageSource[] = [...pictures];
    list.splice(5, 0, broken, '/nothing.png');
    const results = await engine.classify(list, { top: 1 });
    const got = results.map((one) => (one.status === 'fulfilled' ? one.value.input_sha256 : one.reason.code));
    assert.deepEqual(got, [...single.slice(0, 5), 'INPUT_INVALID', 'INPUT_UNREADABLE', ...single.slice(5)]);
    assert.equal(new Set(single).size, pictures.length);
    assert.equal(engine.stats().refused, 0);
    assert.deepEqual(await engine.classify([]), []);
  });

  test('as many as come: in order, taken only a little ahead, given back when the loop is left', async () => {
    await using engine = await createEngine({ workers: 2 });
    let taken = 0;
    let returned = false;
    async function* camera() {
      try {
        for (;;) {
          taken++;
          yield pictures[taken % pictures.length] as Uint8Array;
        }
      } finally {
        returned = true;
      }
    }
    let seen = 0;
    for await (const result of engine.preprocess.each(camera())) {
      seen++;
      const expected = await engine.preprocess(pictures[seen % pictures.length] as Uint8Array);
      assert.equal(result.status === 'fulfilled' && result.value.input_sha256, expected.input_sha256);
      assert.ok(taken - seen <= 4, `${taken} taken for ${seen} seen`);
      if (seen === 10) break;
    }
    assert.ok(returned);
    assert.equal(engine.stats().queued, 0);
  });

  test('an abort ends a list and a stream; wrong options are told at once', async () => {
    await using engine = await createEngine({ workers: 1 });
    const controller = new AbortController();
    const list = engine.classify(pictures, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await assert.rejects(list, /enough/);
    await assert.rejects(engine.classify(pictures, { top: 0 }), { code: 'USAGE_INVALID' });
    await assert.rejects(engine.classify.each(pictures, { top: 0 }).next(), { code: 'USAGE_INVALID' });
  });
});

describe('the queue', () => {
  test('refuses what is over its length, and goes on', async () => {
    await using engine = await faultyEngine({ workers: 1, queue: 3 });
    // One runs, one is at hand, three wait.
    const first = engine.classify(picture, { top: FAULTS.sleep + 300 });
    await sleep(50);
    const second = engine.classify(picture);
    await sleep(20);
    const waiting = [1, 2, 3].map((top) => engine.classify(picture, { top }));
    assert.equal(engine.stats().queued, 3);
    await assert.rejects(engine.classify(picture), {
      code: 'QUEUE_FULL',
      exitCode: 5,
      message: /3 requests are waiting/,
    });
    const list = await engine.classify([picture, picture]);
    assert.deepEqual(
      list.map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    );
    await Promise.all([first, second, ...waiting]);
    const { queued, running, done, failed, refused } = engine.stats();
    assert.deepEqual(
      { queued, running, done, failed, refused },
      { queued: 0, running: 0, done: 7, failed: 0, refused: 1 },
    );
  });

  test('refuses what is over its bytes', async () => {
    await using engine = await faultyEngine({ workers: 1, queue: { bytes: 3000 } });
    const first = [0, 1].map(() => engine.classify(picture, { top: FAULTS.sleep + 100 }));
    await sleep(50);
    const waiting = engine.classify(picture);
    await assert.rejects(engine.classify(picture), { code: 'QUEUE_FULL', message: /bytes are waiting/ });
    await Promise.all([...first, waiting]);
  });

  test('an abort takes a request back, wherever it is', async () => {
    await using engine = await faultyEngine({ workers: 1 });
    const running = new AbortController();
    const waiting = new AbortController();
    const slow = engine.classify(picture, { top: FAULTS.sleep + 200, signal: running.signal });
    const next = engine.classify(picture, { signal: waiting.signal });
    const last = engine.classify(picture, { signal: waiting.signal });
    const after = engine.classify(picture, { top: 2 });
    await sleep(50);
    const began = performance.now();
    running.abort();
    waiting.abort(new Error('not wanted'));
    await assert.rejects(slow, { name: 'AbortError' });
    await assert.rejects(next, /not wanted/);
    await assert.rejects(last, /not wanted/);
    assert.ok(performance.now() - began < 100, 'rejected at once');
    assert.equal((await after).predictions.length, 2);
    const { restarts, done } = engine.stats().workers[0] ?? {};
    assert.deepEqual({ restarts, done }, { restarts: 0, done: 2 });
  });

  test('what waits behind a slow request goes to whoever is idle', async () => {
    await using engine = await faultyEngine({ workers: 2 });
    await engine.warm();
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    await Promise.all([
      engine.classify(picture, { top: FAULTS.sleep + 600 }).then(note('slow')),
      engine.classify(picture, { top: FAULTS.sleep + 150 }).then(note('short')),
      engine.classify(picture).then(note('behind one')),
      engine.classify(picture).then(note('behind the other')),
    ]);
    assert.equal(order.at(-1), 'slow');
  });
});

describe('workers', () => {
  test('start when there is work for them', async () => {
    await using engine = await createEngine({ workers: 2 });
    const states = () => engine.stats().workers.map(({ state }) => state);
    assert.deepEqual(states(), ['idle', 'empty']);
    await engine.classify(picture);
    assert.deepEqual(states(), ['idle', 'empty']);
    await Promise.all(pictures.map((one) => engine.classify(one)));
    await engine.warm();
    // What one worker was sent and another one took over is confirmed a moment after the answer.
    for (let waited = 0; waited < 5000 && states().includes('busy'); waited += 10) await sleep(10);
    assert.deepEqual(states(), ['idle', 'idle']);
    const { latency_ms, memory, workers } = engine.stats();
    assert.ok(latency_ms.p50 > 0 && latency_ms.p50 <= latency_ms.p95 && latency_ms.p95 <= latency_ms.p99);
    assert.ok(
      memory.instancesHighWater > 0 && memory.picturesHighWater > 0 && memory.rss <= memory.rssHighWater,
    );
    assert.equal(new Set(workers.map(({ threadId }) => threadId)).size, 2);
    assert.equal(
      workers.reduce((sum, { done }) => sum + done, 0),
      25,
    );
  });

  test('an engine that is forgotten does not keep the process; one that runs may be left by process.exit', async () => {
    const index = new URL('../../host/index.js', import.meta.url).href;
    const forget = `import { createEngine } from '${index}';
      const engine = await createEngine({ workers: 2 });
      const pixels = { data: new Uint8Array(30000), width: 100, height: 100 };
      console.log((await engine.classify(pixels)).predictions.length);`;
    const leave = `${forget}
      for (let i = 0; i < 100; i++) engine.classify(pixels).catch(() => {});
      setTimeout(() => process.exit(3), 100);`;
    const node = (code: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { timeout: 60_000 });
    assert.equal((await node(forget)).stdout, '5\n');
    await assert.rejects(node(leave), { code: 3, stdout: '5\n', stderr: '' });
  });
});

describe('closing', () => {
  test('waits for what was taken', async () => {
    const engine = await createEngine({ workers: 1 });
    const answers = pictures.map((one) => engine.classify(one));
    const closed = engine.close();
    await assert.rejects(engine.classify(picture), { code: 'ENGINE_CLOSED', exitCode: 2 });
    await assert.rejects(engine.swapModel('cifar10'), { code: 'ENGINE_CLOSED' });
    assert.equal((await Promise.all(answers)).length, pictures.length);
    await closed;
    await engine.close();
    await assert.rejects(engine.classify(picture), { code: 'ENGINE_CLOSED' });
  });

  test('or not', async () => {
    const engine = await faultyEngine({ workers: 1 });
    const answers = Promise.allSettled(
      [FAULTS.sleep + 5000, 1, 2, 3].map((top) => engine.classify(picture, { top })),
    );
    await sleep(50);
    const began = performance.now();
    await engine.close({ abort: true });
    assert.ok(performance.now() - began < 2000);
    assert.deepEqual(
      (await answers).map((one) => one.status === 'rejected' && one.reason.code),
      Array(4).fill('ENGINE_CLOSED'),
    );
  });

  test('engines made and closed in turn do not crash the process', async () => {
    for (let i = 0; i < 6; i++) {
      await using engine = await createEngine({ workers: 1, precision: 'int8' });
      const { graph } = await engine.classify(picture);
      assert.equal(graph.precision, 'int8');
    }
  });
});

testWith('models are swapped while requests go on', { data: testData }, async ({ data }) => {
  await using engine = await createEngine({ workers: 2, queue: 16 });
  const other = join(data, 'models/mobilenet_v2_1.0_224');
  let going = true;
  const sizes = new Set<number>();
  let answered = 0;
  const client = async () => {
    while (going) {
      const { predictions } = await engine.classify(picture, { top: 1000 });
      sizes.add(predictions.length);
      answered++;
    }
  };
  const clients = Promise.all(Array.from({ length: 6 }, client));
  await engine.swapModel(other);
  assert.equal(engine.model.name, 'mobilenet_v2_1.0_224');
  assert.equal((await engine.classify(picture, { top: 1000 })).predictions.length, 1000);
  await assert.rejects(engine.swapModel('imaginary'), { code: 'MODEL_NOT_FOUND' });
  await assert.rejects(engine.swapModel('cifar10', { precision: 'fp8' }), { code: 'MODEL_NO_GRAPH' });
  assert.equal(engine.model.name, 'mobilenet_v2_1.0_224');
  await Promise.all([engine.swapModel('cifar10', { precision: 'int8' }), engine.swapModel('cifar10')]);
  const { predictions, graph } = await engine.classify(picture, { top: 1000 });
  assert.equal(predictions.length, 10);
  assert.equal(graph.precision, 'fp32');
  going = false;
  await clients;
  assert.deepEqual([...sizes].sort(), [10, 1000]);
  assert.ok(answered > 10);
  assert.equal(engine.stats().failed, 0);
  assert.equal(engine.stats().refused, 0);
});
