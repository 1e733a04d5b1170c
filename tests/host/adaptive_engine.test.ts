/** The adaptive engine over real models: answers, streams whose frames are skipped, closing, the command line. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  type AdaptiveOptions,
  createAdaptiveEngine,
  createEngine,
  explain,
  type ImageSource,
} from '../../host/index.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { edgeInfer, jsonLines, runProgram } from '../support/cli.js';
import { ppm } from '../support/guest_stub.js';
import { withScratch } from '../support/scratch.js';

const models = [
  { name: 'int8', model: 'cifar10', precision: 'int8' },
  { name: 'fp32', model: 'cifar10', precision: 'fp32' },
];
const open = (options: Partial<AdaptiveOptions> = {}) =>
  createAdaptiveEngine({ models, workers: 1, signals: [], ...options });

/** A picture of one colour but for a white square at x: what dHash sees. */
function square(x: number, size = 64): ImageSource {
  const data = new Uint8Array(size * size * 3).fill(40);
  for (let row = 16; row < 48; row++) data.fill(255, (row * size + x) * 3, (row * size + x + 16) * 3);
  return { data, width: size, height: size };
}

describe('answers', () => {
  test('are those of the model that the decision names, with the caller’s top and threshold', async () => {
    await using engine = await open({ confidence: { threshold: 1, measure: 'entropy' } });
    await using fp32 = await createEngine({ model: 'cifar10', precision: 'fp32', workers: 1 });
    const picture = ppm(50, 40);
    const { decision, predictions, input_sha256 } = await engine.classify(picture, {
      top: 2,
      threshold: 0.01,
    });
    const expected = await fp32.classify(picture, { top: 2, threshold: 0.01 });
    assert.equal(decision.model, 'fp32');
    assert.deepEqual(predictions, expected.predictions);
    assert.equal(input_sha256, expected.input_sha256);
    assert.deepEqual(
      decision.escalated_from?.map(({ model }) => model),
      ['int8'],
    );
    assert.ok(explain(decision).length >= 5);
    assert.doesNotThrow(() => JSON.stringify(decision));
  });

  test('whatever answers pictures is carried; what takes or gives tensors stays with its model', async () => {
    await using engine = await open();
    const names = Object.keys(engine);
    for (const name of ['classify', 'embed', 'detect', 'segment']) assert.ok(names.includes(name), name);
    for (const name of ['run', 'preprocess', 'score']) assert.ok(!names.includes(name), name);
    await assert.rejects(engine.embed(ppm(9, 9)), { code: 'MODEL_TASK', exitCode: 4 });
  });

  test('lists, streams and broken pictures', async () => {
    await using engine = await open({ confidence: 0.5 });
    async function* stream() {
      yield ppm(20, 20).subarray(0, 500);
      yield ppm(20, 20).subarray(500);
    }
    const list = await engine.classify([ppm(33, 20), ppm(33, 20).subarray(0, 40), '/nothing.png', stream()]);
    const got = list.map((one) => (one.status === 'fulfilled' ? one.value.decision.model : one.reason.code));
    assert.ok(models.some(({ name }) => name === got[0]) && models.some(({ name }) => name === got[3]));
    assert.deepEqual(got.slice(1, 3), ['INPUT_INVALID', 'INPUT_UNREADABLE']);
    await assert.rejects(engine.classify(ppm(9, 9), { signal: AbortSignal.abort(new Error('no')) }), /no/);
  });

  test('closing waits for what was taken, and refuses what comes after', async () => {
    const engine = await open({ confidence: 1 });
    const request = engine.classify(ppm(60, 60));
    await sleep(1);
    await engine.close();
    assert.equal((await request).decision.model, 'fp32');
    await assert.rejects(engine.classify(ppm(9, 9)), { code: 'ENGINE_CLOSED' });
  });

  test('a wrong model fails at once, and nothing is left behind', async () => {
    const wrong = { models: [...models, { name: 'x', model: './nothing' }] };
    await assert.rejects(open(wrong), { code: 'MODEL_NOT_FOUND', exitCode: 4 });
  });
});

test('the example of docs/adaptive.md runs', async () => {
  await withScratch(async (folder) => {
    const text = readFileSync(join(CHECKOUT, 'docs/adaptive.md'), 'utf8');
    const [, example = ''] = /```js\n([\s\S]+?)```/.exec(text) ?? [];
    const index = pathToFileURL(join(CHECKOUT, 'dist/host/index.js')).href;
    // Node 20 does not know `await using`: what it does is written out.
    const plain = `${example.replace('await using', 'const')}\nawait engine.close();\n`;
    writeFileSync(join(folder, 'example.mjs'), plain.replace(`'edge-infer'`, `'${index}'`));
    writeFileSync(join(folder, 'photo.jpg'), ppm(40, 30));
    const { exitCode, stdout, stderr } = await runProgram(process.execPath, ['example.mjs'], { cwd: folder });
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /confidence: 0\.\d+[\s\S]+answered in .* \(budget/);
  });
});

describe('frames', () => {
  test('that look like the last computed one are carried over', async () => {
    await using engine = await open({ frames: { similar: { distance: 2 } } });
    const frames = [square(0), square(0), square(0), square(40), square(40), square(0)];
    const decisions = [];
    for await (const result of engine.classify.each(frames)) {
      assert.equal(result.status, 'fulfilled');
      if (result.status === 'fulfilled') decisions.push(result.value.decision);
    }
    assert.deepEqual(
      decisions.map(({ skipped_frame }) => skipped_frame?.carried_from),
      [undefined, 0, 0, undefined, 3, undefined],
    );
    assert.equal(decisions[1]?.reasons[0]?.code, 'frame_carried_over');
    assert.deepEqual(engine.stats().skipped_frames, { age: 0, similar: 3 });
  });

  test('that are too old while newer ones wait are carried over; the newest never is', async () => {
    await using engine = await open({ frames: { maxAge: 30 } });
    const count = 60;
    async function* camera() {
      for (let i = 0; i < count; i++) {
        yield square(i % 48, 64);
        await sleep(4);
      }
    }
    let seen = 0;
    let last: number | undefined;
    for await (const result of engine.classify.each(camera())) {
      assert.equal(result.status, 'fulfilled');
      if (result.status !== 'fulfilled') continue;
      const { skipped_frame } = result.value.decision;
      if (skipped_frame === undefined) last = seen;
      else {
        assert.equal(skipped_frame.frame, seen);
        assert.ok(skipped_frame.carried_from < seen && skipped_frame.age_ms > 30);
        assert.equal(skipped_frame.why, 'age');
      }
      seen++;
      // A slow consumer.
      if (seen < 10) await sleep(60);
    }
    assert.equal(seen, count);
    assert.equal(last, count - 1);
    assert.ok(engine.stats().skipped_frames.age > 10, `${engine.stats().skipped_frames.age}`);
  });

  test('leaving the loop leaves the stream', async () => {
    await using engine = await open({ frames: { maxAge: 1000 } });
    let returned = false;
    async function* camera() {
      try {
        for (;;) {
          yield square(0);
          await sleep(5);
        }
      } finally {
        returned = true;
      }
    }
    for await (const result of engine.classify.each(camera())) {
      assert.equal(result.status, 'fulfilled');
      break;
    }
    await sleep(50);
    assert.ok(returned);
  });
});

describe('the command line', () => {
  test('several models, explained', async () => {
    const { exitCode, stdout } = await edgeInfer([
      'classify',
      '--model',
      'cifar10:int8,cifar10:fp32',
      '--confidence',
      '1',
      '--budget',
      '5000',
      '--explain',
    ]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^airplane +81\.37 % {2}#+$/m);
    assert.match(stdout, /^cifar10:fp32 answered in .* \(budget/m);
    assert.match(stdout, / {2}unsure: 0\.814 < 1 \(cifar10:int8\)/);
  });

  test('JSON has the decision', async () => {
    const { exitCode, stdout } = await edgeInfer([
      'classify',
      '--model',
      'cifar10:int8,cifar10',
      '--confidence',
      '0.5',
      '--json',
    ]);
    assert.equal(exitCode, 0);
    const [row] = jsonLines<{ decision: { model: string }; predictions: { label: string }[] }>(stdout);
    assert.equal(row?.decision.model, 'cifar10:int8');
    assert.equal(row?.predictions[0]?.label, 'airplane');
  });

  test('flags that do not go together are refused', async () => {
    for (const flags of [
      ['--runtime', 'wasmtime'],
      ['--raw', '4x4'],
      ['--budget', 'soon'],
      ['--cloud', 'http://localhost:1'],
    ]) {
      const { exitCode, stderr } = await edgeInfer(['classify', '--model', 'cifar10,cifar10:int8', ...flags]);
      assert.equal(exitCode, 2, flags.join(' '));
      assert.match(stderr, /^error: /m);
    }
  });
});
