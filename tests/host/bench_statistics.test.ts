/** What the benchmark computes of its samples, and the order in which it takes them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alternate } from '../../host/bench/rounds.js';
import { quantile, summarize, trendOf } from '../../host/bench/statistics.js';

test('median and p95 are interpolated as NumPy does', () => {
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5);
  assert.equal(quantile([1, 2, 3], 0.5), 2);
  // numpy.percentile([0, 10, 20, 30, 40], 95) is 38
  assert.equal(quantile([0, 10, 20, 30, 40], 0.95), 38);
  assert.equal(quantile([7], 0.95), 7);
  assert.throws(() => quantile([], 0.5), RangeError);
});

test('a summary does not depend on the order of samples, and leaves them as they are', () => {
  const samples = [5, 1, 4, 2, 3];
  const { median, q1, q3, p95, rounds } = summarize(samples);
  assert.deepEqual({ median, q1, q3, rounds }, { median: 3, q1: 2, q3: 4, rounds: 5 });
  assert.ok(Math.abs(p95 - 4.8) < 1e-12);
  assert.deepEqual(samples, [5, 1, 4, 2, 3]);
});

test('subjects take turns in every round, and the warm-up does not count', async () => {
  const order: string[] = [];
  const subject = (name: string, ms: number) => ({
    sample: async () => {
      order.push(name);
      return ms * order.length;
    },
  });
  const done: number[] = [];
  const samples = await alternate([subject('a', 1), subject('b', 10)], {
    rounds: 2,
    warmup: 1,
    onRound: (count) => done.push(count),
  });
  assert.deepEqual(order, ['a', 'b', 'a', 'b', 'a', 'b']);
  assert.deepEqual(samples, [
    [3, 5],
    [40, 60],
  ]);
  assert.deepEqual(done, [1, 2]);
});

test('rounds end when they are told to', async () => {
  const stop = new AbortController();
  const subject = {
    sample: async () => {
      stop.abort(new Error('enough'));
      return 1;
    },
  };
  await assert.rejects(alternate([subject, subject], { rounds: 3, signal: stop.signal }), /enough/);
});

test('a trend: its slope, and an interval that is wider where neighbours deviate alike', () => {
  const line = trendOf([
    [0, 1],
    [1, 3],
    [2, 5],
    [3, 7],
  ]);
  assert.deepEqual(line, { slope: 2, low: 2, high: 2 });
  // NumPy: slope 0.5, standard error 0.7; the residuals alternate, so nothing is added.
  const uneven = trendOf([
    [0, 1],
    [1, 4],
    [2, 0],
    [3, 5],
    [4, 3],
  ]);
  assert.ok(Math.abs(uneven.slope - 0.5) < 1e-12);
  assert.ok(Math.abs(uneven.high - uneven.slope - 1.96 * 0.7) < 1e-9);
  // Long waves around nothing: taken as independent they would look like growth.
  const waves = Array.from({ length: 200 }, (_, i) => [i, Math.sin(i / 40)] as const);
  const { low, high } = trendOf(waves);
  assert.ok(low < 0 && high > 0);
  const growing = trendOf(waves.map(([x, y]) => [x, y + x / 5] as const));
  assert.ok(growing.low > 0.1);
  assert.throws(
    () =>
      trendOf([
        [0, 1],
        [1, 2],
      ]),
    RangeError,
  );
});
