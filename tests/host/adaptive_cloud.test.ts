/** A server is asked about what is unsure; whatever it does, the local answer stands and nobody waits longer than agreed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityModel, onnxModel } from '../../host/conformance/onnx.js';
import {
  type AdaptiveEngine,
  type AdaptiveOptions,
  type CloudOptions,
  createAdaptiveEngine,
  createEngine,
  type Engine,
} from '../../host/index.js';
import { ppm } from '../support/guest_stub.js';
import { type ServedModel, type ServerFault, startOipServer } from '../support/oip_server.js';
import { writeOnnxPackage } from '../support/onnx_package.js';
import { withScratch } from '../support/scratch.js';

const picture = ppm(40, 30);
let fp32: Engine;
let served: ServedModel;

before(async () => {
  fp32 = await createEngine({ model: 'cifar10', precision: 'fp32', workers: 1 });
  served = {
    engine: fp32,
    inputs: [{ name: 'input', datatype: 'FP32', shape: [1, 3, 32, 32] }],
    outputs: [{ name: 'logits', datatype: 'FP32', shape: [1, 10] }],
  };
});
after(() => fp32.close());

/** The INT8 form here, the FP32 form there. */
function open(
  url: string,
  cloud: Partial<CloudOptions> = {},
  options: Partial<AdaptiveOptions> = {},
): Promise<AdaptiveEngine> {
  return createAdaptiveEngine({
    models: [{ name: 'int8', model: 'cifar10', precision: 'int8' }],
    workers: 1,
    signals: [],
    cloud: { url, model: 'cifar', when: { confidenceBelow: 1.01 }, ...cloud },
    ...options,
  });
}

describe('a server that works', () => {
  for (const binary of [true, false]) {
    test(`binary tensors ${binary}: its answer is that of the same model here, to the bit`, async () => {
      await using server = await startOipServer({ cifar: served }, { binary });
      await using engine = await open(server.url);
      const expected = await fp32.classify(picture, { top: 3 });
      const { decision, ...answer } = await engine.classify(picture, { top: 3 });
      assert.deepEqual(answer.predictions, expected.predictions);
      assert.equal(answer.input_sha256, expected.input_sha256);
      assert.equal(decision.model, 'cloud');
      const { outcome, sent, sent_sha256, bytes, attempts } = decision.cloud ?? {};
      assert.deepEqual(
        { outcome, sent, bytes, attempts },
        { outcome: 'answered', sent: 'tensor', bytes: 12288, attempts: 1 },
      );
      assert.equal(sent_sha256, expected.input_sha256);
      assert.equal(decision.cloud?.binary, binary);
      assert.deepEqual(
        decision.escalated_from?.map(({ model }) => model),
        ['int8'],
      );
      assert.equal(answer.model_version, '7');
    });
  }

  test('the encoded picture, where it takes BYTES', async () => {
    const bytes = { ...served, inputs: [{ name: 'image', datatype: 'BYTES', shape: [1] }] };
    for (const binary of [true, false]) {
      await using server = await startOipServer({ cifar: bytes }, { binary });
      await using engine = await open(server.url, { send: 'picture' });
      const expected = await fp32.classify(picture);
      const answer = await engine.classify(picture);
      assert.deepEqual(answer.predictions, expected.predictions);
      assert.equal(answer.decision.cloud?.sent, 'picture');
      assert.equal(answer.decision.cloud?.bytes, picture.byteLength);
    }
  });

  test('it is asked only by the rule: unsure pictures, or large ones', async () => {
    await using server = await startOipServer({ cifar: served });
    await using sure = await open(server.url, { when: { confidenceBelow: 0 } });
    const { decision } = await sure.classify(picture);
    assert.deepEqual([decision.model, decision.cloud?.outcome], ['int8', 'not_asked']);
    assert.equal(server.seen.length, 0, 'nothing was sent, not even a look whether it is there');
    await using large = await open(server.url, { when: { largerThan: 3000 } });
    assert.equal((await large.classify(ppm(20, 20))).decision.model, 'int8');
    assert.equal((await large.classify(picture)).decision.model, 'cloud');
    assert.equal(server.questions().length, 1);
  });

  test('a card that does not classify cannot say what comes back', async () => {
    await withScratch(async (folder) => {
      const graph = identityModel('f32', [1, 3, 4, 4]);
      const output = { name: 'y', dtype: 'f32', kind: 'raw' };
      const card = writeOnnxPackage(join(folder, 'raw'), graph, { task: 'raw', output });
      await assert.rejects(open('http://127.0.0.1:9', { card }), { code: 'CLOUD_MODEL', exitCode: 4 });
    });
  });

  test('without cloud in the options nothing is sent at all', async () => {
    await using server = await startOipServer({ cifar: served });
    await using engine = await createAdaptiveEngine({
      models: [{ name: 'int8', model: 'cifar10', precision: 'int8' }],
      workers: 1,
      confidence: 1,
    });
    const { decision } = await engine.classify(picture);
    assert.equal(decision.cloud, undefined);
    assert.equal(server.seen.length, 0);
  });

  test('its headers are sent, and its allowance is kept', async () => {
    await using server = await startOipServer({ cifar: served });
    await using engine = await open(server.url, {
      headers: { authorization: 'Bearer x' },
      budget: { requests: 2 },
    });
    const outcomes: unknown[] = [];
    for (let i = 0; i < 4; i++) outcomes.push((await engine.classify(picture)).decision.cloud?.outcome);
    assert.deepEqual(outcomes, ['answered', 'answered', 'unavailable', 'unavailable']);
    assert.equal(server.questions().length, 2);
    assert.ok(server.seen.every(({ headers }) => headers.authorization === 'Bearer x'));
  });

  test('answers that change nothing are asked for less and less', async () => {
    await using server = await startOipServer({ cifar: served });
    await using engine = await open(server.url);
    for (let i = 0; i < 200; i++) await engine.classify(picture);
    assert.ok(server.questions().length < 150, `${server.questions().length} questions of 200`);
  });
});

describe('a server that does not', () => {
  const faults: [ServerFault, RegExp][] = [
    ['status_500', /HTTP status 500 out of memory/],
    ['status_400', /HTTP status 400 unexpected shape/],
    ['cut', /did not answer/],
    ['malformed', /not JSON/],
    ['not_an_object', /no outputs/],
    ['wrong_shape', /logits/],
    ['wrong_datatype', /i32, the card says f32/],
    ['short_binary', /bytes/],
    ['nan', /NaN/],
    ['redirect', /did not answer/],
  ];
  for (const [fault, why] of faults) {
    test(`${fault}: the local answer stands, and the decision says why`, async () => {
      await using server = await startOipServer({ cifar: served });
      await using engine = await open(server.url, { retries: 0 });
      await engine.classify(picture);
      server.fault = fault;
      await using local = await createEngine({ model: 'cifar10', precision: 'int8', workers: 1 });
      const expected = await local.classify(picture);
      const { decision, ...answer } = await engine.classify(picture);
      assert.deepEqual(answer.predictions, expected.predictions);
      assert.equal(decision.model, 'int8');
      assert.equal(decision.cloud?.outcome, 'failed');
      assert.match(decision.cloud?.why ?? '', why);
      assert.equal(decision.reasons.at(-1)?.code, 'cloud_failed');
      // The breaker is open: the next one costs nothing.
      const asked = server.seen.length;
      const next = await engine.classify(picture);
      assert.equal(next.decision.cloud?.outcome, 'unavailable');
      assert.match(next.decision.cloud?.why ?? '', /left alone/);
      assert.equal(server.seen.length, asked);
    });
  }

  test('slow: no answer waits longer than the timeout, nor than the budget', async () => {
    await using server = await startOipServer({ cifar: served });
    await using engine = await open(server.url, { timeout: 800, cooldown: 1 });
    await engine.classify(picture);
    server.fault = 'slow';
    server.delay = 6000;
    const began = performance.now();
    const { decision } = await engine.classify(picture);
    assert.equal(decision.cloud?.outcome, 'failed');
    assert.match(decision.cloud?.why ?? '', /no answer within 800 ms/);
    assert.ok(performance.now() - began < 800 + 600, `${performance.now() - began} ms`);
    await using hurried = await open(server.url, { timeout: 5000 }, { latencyBudget: 300 });
    const since = performance.now();
    assert.equal((await hurried.classify(picture)).decision.model, 'int8');
    assert.ok(performance.now() - since < 300 + 600, `${performance.now() - since} ms`);
  });

  test('nobody there: the first picture is answered here, the next ones do not even try', async () => {
    await using engine = await open(await nobody(), { retries: 0 });
    const first = await engine.classify(picture);
    assert.match(first.decision.cloud?.why ?? '', /ECONNREFUSED/);
    assert.equal(first.decision.model, 'int8');
    const next = await engine.classify(picture);
    assert.equal(next.decision.cloud?.outcome, 'unavailable');
    assert.equal(engine.stats().cloud?.breaker, 'open');
  });

  test('one failure that passes is tried again', async () => {
    await using server = await startOipServer({ cifar: served });
    await using engine = await open(server.url);
    await engine.classify(picture);
    Object.assign(server, { fault: 'status_500', times: 1 });
    const { decision } = await engine.classify(picture);
    assert.deepEqual([decision.cloud?.outcome, decision.cloud?.attempts], ['answered', 2]);
  });

  test('it comes back: a probe in the background, then questions again', async () => {
    await using server = await startOipServer({ cifar: served });
    await using engine = await open(server.url, { retries: 0, cooldown: 30 });
    Object.assign(server, { fault: 'status_500', times: 1 });
    assert.equal((await engine.classify(picture)).decision.cloud?.outcome, 'failed');
    await sleep(40);
    const probing = await engine.classify(picture);
    assert.match(probing.decision.cloud?.why ?? '', /being looked whether/);
    await until(() => engine.stats().cloud?.breaker === 'closed');
    assert.equal((await engine.classify(picture)).decision.cloud?.outcome, 'answered');
  });

  test('a model there that takes something else is told apart', async () => {
    const other = { ...served, inputs: [{ name: 'input', datatype: 'FP32', shape: [1, 3, 224, 224] }] };
    await using server = await startOipServer({ cifar: other });
    await using engine = await open(server.url);
    const { decision } = await engine.classify(picture);
    assert.match(decision.cloud?.why ?? '', /takes FP32 1x3x224x224, the card makes FP32 1x3x32x32/);
    assert.equal(server.questions().length, 0, 'no picture was sent');
  });

  test('an abort and a closed engine end the wait at once', async () => {
    await using server = await startOipServer({ cifar: served });
    const engine = await open(server.url, { timeout: 10_000 });
    await engine.classify(picture);
    server.fault = 'slow';
    server.delay = 3000;
    const controller = new AbortController();
    const request = engine.classify(picture, { signal: controller.signal });
    await sleep(60);
    const began = performance.now();
    controller.abort(new Error('not wanted'));
    await assert.rejects(request, /not wanted/);
    assert.ok(performance.now() - began < 200);
    await engine.close({ abort: true });
    await assert.rejects(engine.classify(picture), { code: 'ENGINE_CLOSED' });
  });
});

describe('a model in two parts', () => {
  const features = { name: 'f', type: 'f32', dims: [1, 3, 4, 4] } as const;
  const logits = { name: 'y', type: 'f32', dims: [1, 48] } as const;
  const flatten = { op: 'Flatten', inputs: ['f'], outputs: ['y'], ints: { axis: 1 } };
  const head = onnxModel(
    [{ op: 'Sqrt', inputs: ['x'], outputs: ['f'] }],
    [{ ...features, name: 'x' }],
    [features],
  );
  const tail = onnxModel([flatten], [features], [logits]);
  const tailOfBytes = onnxModel(
    [{ op: 'DequantizeLinear', inputs: ['q', 'q_scale', 'q_zero'], outputs: ['f'] }, flatten],
    [
      { name: 'q', type: 'u8', dims: [1, 3, 4, 4] },
      { name: 'q_scale', type: 'f32', dims: [1] },
      { name: 'q_zero', type: 'u8', dims: [1] },
    ],
    [logits],
  );
  const tailOfHalves = onnxModel(
    [{ op: 'Cast', inputs: ['h'], outputs: ['f'], ints: { to: 1 } }, flatten],
    [{ name: 'h', type: 'f16', dims: [1, 3, 4, 4] }],
    [logits],
  );
  const whole = onnxModel(
    [{ op: 'Sqrt', inputs: ['x'], outputs: ['f'] }, flatten],
    [{ ...features, name: 'x' }],
    [logits],
  );
  const raw = (name: string) => ({ task: 'raw', output: { name, dtype: 'f32', kind: 'raw' } });
  const classes = {
    task: 'classify',
    output: { name: 'y', dtype: 'f32', kind: 'logits', labels: 'labels.txt' },
  };

  /** The whole model, with labels. */
  function writeWhole(folder: string): string {
    const labels = Array.from({ length: 48 }, (_, i) => `class ${i}\n`).join('');
    const sha256 = createHash('sha256').update(labels).digest('hex');
    const files = [{ path: 'labels.txt', sha256, bytes: labels.length }];
    writeOnnxPackage(folder, whole, { ...classes, files });
    writeFileSync(join(folder, 'labels.txt'), labels);
    return folder;
  }

  for (const [precision, graph, input, datatype] of [
    ['f32', tail, 'f', 'FP32'],
    ['f16', tailOfHalves, 'h', 'FP16'],
    ['u8', tailOfBytes, 'q', 'UINT8'],
  ] as const) {
    test(`features as ${precision}: the answer is that of the whole model within the error that is told`, async () => {
      await withScratch(async (folder) => {
        const model = writeWhole(join(folder, 'whole'));
        const split = {
          head: writeOnnxPackage(join(folder, 'head'), head, raw('f')),
          model: 'tail',
          precision,
        };
        await using there = await createEngine({
          model: writeOnnxPackage(join(folder, 'tail'), graph, raw('y')),
          workers: 1,
          preload: false,
        });
        await using all = await createEngine({ model, workers: 1 });
        const scales = [
          { name: 'q_scale', datatype: 'FP32', shape: [1] },
          { name: 'q_zero', datatype: 'UINT8', shape: [1] },
        ];
        const inputs = [
          { name: input, datatype, shape: [1, 3, 4, 4] },
          ...(precision === 'u8' ? scales : []),
        ];
        const outputs = [{ name: 'y', datatype: 'FP32', shape: [1, 48] }];
        const complete = {
          engine: all,
          inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3, 4, 4] }],
          outputs,
        };
        await using server = await startOipServer({
          tail: { engine: there, inputs, outputs },
          whole: complete,
        });
        await using engine = await createAdaptiveEngine({
          models: [{ name: 'here', model }],
          workers: 1,
          signals: [],
          // A network this slow makes each byte count.
          cloud: {
            url: server.url,
            model: 'whole',
            when: { confidenceBelow: 1.01 },
            split,
            bandwidth: 500,
            timeout: 9000,
          },
        });
        const expected = await all.classify(picture, { top: 48 });
        const { predictions, decision } = await engine.classify(picture, { top: 48 });
        const { sent, bytes, compression } = decision.cloud ?? {};
        if (precision === 'f32') assert.equal(decision.cloud?.outcome, 'answered', decision.cloud?.why);
        else assert.deepEqual({ sent, bytes }, { sent: 'features', bytes: precision === 'u8' ? 48 : 96 });
        // Softmax of logits that are off by at most e changes no confidence by more than a factor of exp(2 e).
        const bound = Math.exp(2 * (compression?.max_abs_error ?? 0)) - 1 + 1e-6;
        for (const { class_id, confidence } of predictions) {
          const other = expected.predictions.find((row) => row.class_id === class_id)?.confidence ?? 0;
          assert.ok(
            Math.abs(confidence / other - 1) <= bound,
            `${class_id}: ${confidence} ${other} ${bound}`,
          );
        }
        if (precision !== 'f32')
          assert.ok((compression?.max_abs_error ?? 0) > 0 && (compression?.max_abs_error ?? 1) < 0.003);
      });
    });
  }

  test('without a network the second part runs here', async () => {
    await withScratch(async (folder) => {
      const model = writeWhole(join(folder, 'whole'));
      const tailHere = { ...raw('y'), input: { name: 'f', dtype: 'f32', shape: [1, 3, 4, 4] } };
      const split = {
        head: writeOnnxPackage(join(folder, 'head'), head, raw('f')),
        tail: writeOnnxPackage(join(folder, 'tail'), tail, tailHere),
        model: 'tail',
      };
      await using engine = await createAdaptiveEngine({
        models: [{ name: 'here', model }],
        workers: 1,
        signals: [],
        cloud: {
          url: 'http://127.0.0.1:1',
          model: 'whole',
          when: { confidenceBelow: 1.01 },
          split,
          retries: 0,
        },
      });
      await using all = await createEngine({ model, workers: 1 });
      const { predictions, decision } = await engine.classify(picture);
      assert.deepEqual(predictions, (await all.classify(picture)).predictions);
      assert.equal(decision.cloud?.why, 'both parts of the model ran here');
      assert.equal(decision.cloud?.sent, undefined);
    });
  });
});

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  await using server = await startOipServer({});
  return server.url;
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await sleep(5);
  assert.ok(condition());
}
