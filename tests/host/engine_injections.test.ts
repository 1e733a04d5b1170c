/** Hundreds of requests with traps, endless loops, ends of threads and aborts among them: exactly these fail. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Classification, createEngine, EdgeInferError, type Engine } from '../../host/index.js';
import { FAULTS, faultyEngine } from '../support/faults.js';
import { ppm } from '../support/guest_stub.js';
import { seeded } from '../support/pictures.js';

const pictures = Array.from({ length: 12 }, (_, i) => ppm(24 + i * 5, 60 - i * 3));
const CLIENTS = 8;

/** What is injected, and the error that it must be. */
const INJECTIONS = {
  trap: 'WORKER_TRAPPED',
  exit: 'WORKER_TRAPPED',
  loop: 'DEADLINE_EXCEEDED',
  abort: 'AbortError',
} as const;
type Injection = keyof typeof INJECTIONS;

/** What of an answer must be the same each time. */
const contentOf = ({ input_sha256, predictions, graph }: Classification) => ({
  input_sha256,
  predictions,
  graph,
});

async function send(engine: Engine, picture: Uint8Array, injection: Injection | undefined) {
  switch (injection) {
    case undefined:
      return await engine.classify(picture, { top: 3 });
    case 'loop':
      return await engine.classify(picture, { top: FAULTS.loop, deadline: 400 });
    case 'abort': {
      const controller = new AbortController();
      const answer = engine.classify(picture, { top: FAULTS.sleep + 60, signal: controller.signal });
      answer.catch(() => {});
      await sleep(15);
      controller.abort();
      return await answer;
    }
    default:
      return await engine.classify(picture, { top: FAULTS[injection] });
  }
}

function codeOf(error: unknown): string {
  if (error instanceof EdgeInferError) return error.code;
  return error instanceof Error ? error.name : String(error);
}

test('300 requests, 24 of them harmful, in a seeded order', { timeout: 180_000 }, async () => {
  await using engine = await faultyEngine({ workers: 2 });
  const wanted: object[] = [];
  for (const picture of pictures) wanted.push(contentOf(await engine.classify(picture, { top: 3 })));
  const random = seeded(2026);
  const kinds = Object.keys(INJECTIONS) as Injection[];
  const orders: (Injection | undefined)[] = Array.from({ length: 300 }, (_, i) =>
    i < 24 ? kinds[i % kinds.length] : undefined,
  );
  for (let i = orders.length - 1; i > 0; i--) {
    const other = random() % (i + 1);
    [orders[i], orders[other]] = [orders[other], orders[i]];
  }
  const got: string[] = Array(orders.length).fill('not asked');
  let next = 0;
  const client = async () => {
    for (let i = next++; i < orders.length; i = next++) {
      const which = i % pictures.length;
      try {
        const answer = await send(engine, pictures[which] as Uint8Array, orders[i]);
        assert.deepEqual(contentOf(answer), wanted[which], `answer ${i}`);
        got[i] = 'answered';
      } catch (error) {
        got[i] = codeOf(error);
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  assert.deepEqual(
    got,
    orders.map((injection) => (injection === undefined ? 'answered' : INJECTIONS[injection])),
  );
  const { done, failed, refused, queued, running } = engine.stats();
  assert.deepEqual(
    { done, failed, refused, queued, running },
    { done: 288, failed: 24, refused: 0, queued: 0, running: 0 },
  );
  assert.deepEqual(contentOf(await engine.classify(pictures[0] as Uint8Array, { top: 3 })), wanted[0]);
});

test('models are swapped again and again under load: no request is dropped, each answer is one of theirs', {
  timeout: 120_000,
}, async () => {
  await using engine = await createEngine({ workers: 2, precision: 'fp32' });
  const answersOf = async () => {
    const answers: string[] = [];
    for (const picture of pictures) answers.push(JSON.stringify(contentOf(await engine.classify(picture))));
    return answers;
  };
  const precisions = ['fp32', 'int8'];
  const wanted: string[][] = [await answersOf()];
  await engine.swapModel('cifar10', { precision: 'int8' });
  wanted.push(await answersOf());
  let swapping = true;
  const counts = [0, 0];
  const client = async (number: number) => {
    for (let i = number; swapping; i++) {
      const which = i % pictures.length;
      const answer = JSON.stringify(contentOf(await engine.classify(pictures[which] as Uint8Array)));
      const model = wanted.findIndex((answers) => answers[which] === answer);
      assert.notEqual(model, -1, answer);
      counts[model] = (counts[model] ?? 0) + 1;
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
  for (let swap = 0; swap < 6; swap++) {
    const precision = precisions[swap % 2] as string;
    await engine.swapModel('cifar10', { precision });
    // Whoever asks after the swap is answered by the new model.
    const { graph } = await engine.classify(pictures[0] as Uint8Array);
    assert.equal(graph.precision, precision);
  }
  swapping = false;
  await clients;
  assert.ok(
    counts.every((count) => count > 10),
    `${counts}`,
  );
  const { failed, refused, workers } = engine.stats();
  assert.deepEqual({ failed, refused }, { failed: 0, refused: 0 });
  assert.deepEqual(
    workers.map(({ restarts }) => restarts),
    [0, 0],
  );
});
