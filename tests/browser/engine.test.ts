/** edge-infer/browser in Chromium: the same input hash and answer as in Node, and errors of the same form. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Page } from 'playwright-core';
import type * as Api from '../../host/browser/index.js';
import { classify, createEngine, preprocess } from '../../host/index.js';
import { CHECKOUT, sharedData } from '../../scripts/machine/paths.js';
import { BrowserHouse } from '../support/browser_page.js';
import { makePng, seeded } from '../support/pictures.js';
import { chromium, testData, testWith } from '../support/requirements.js';
import { writeUltraFace } from '../support/task_packages.js';

const BLANK = 'model/labels.txt';
const CONFIDENCE_TOLERANCE = 1e-4;
const MODEL = join(CHECKOUT, 'models/cifar10');
const MODULE = '/node_modules/edge-infer/dist/host/browser/index.js';

interface Outcome {
  readonly answers: readonly Api.BrowserClassification[];
  readonly tensors: readonly string[];
  readonly stats: Api.BrowserEngineStats;
  readonly isolated: boolean;
}

type Failed = { code: string; message: string; hint: string; exitCode: number };

const houses: BrowserHouse[] = [];
const scratch = mkdtempSync(join(tmpdir(), 'edge-infer-browser-'));
after(async () => {
  for (const house of houses) await house[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

async function house(executable: string, model = MODEL): Promise<BrowserHouse> {
  const opened = await BrowserHouse.open(executable, model);
  houses.push(opened);
  return opened;
}

/** Pictures of several codings and sizes: drawn ones, and photographs where there are any. */
function pictures(): Map<string, Buffer> {
  const list = new Map<string, Buffer>();
  list.set('sample', readFileSync(join(CHECKOUT, 'dist/sample/airplane.png')));
  const random = seeded(7);
  for (const [width, height, channels] of [
    [61, 43, 3],
    [32, 32, 1],
    [300, 20, 4],
  ] as const) {
    const color = { 1: 0, 3: 2, 4: 6 }[channels];
    const png = makePng({ width, height, depth: 8, color, sample: () => random() & 255 });
    list.set(`png ${width}x${height}x${channels}`, png);
  }
  const pixels = Buffer.from(Array.from({ length: 90 * 70 * 3 }, () => random() & 255));
  list.set('ppm', Buffer.concat([Buffer.from('P6 90 70 255\n'), pixels]));
  const data = sharedData();
  if (data !== undefined) list.set('parrot', readFileSync(join(data, 'images/coral_cc/parrot.jpg')));
  return list;
}

function classifyIn(page: Page, files: readonly Buffer[], options: object): Promise<Outcome> {
  return page.evaluate(
    async ([module, encoded, given]) => {
      const { createBrowserEngine } = (await import(module)) as typeof Api;
      const engine = await createBrowserEngine({ model: '/model/', ...given });
      const answers: Api.BrowserClassification[] = [];
      const tensors: string[] = [];
      for (const text of encoded) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        answers.push(await engine.classify(new Blob([bytes])));
        const tensor = await engine.preprocess(bytes);
        tensors.push(`${tensor.dtype} ${tensor.shape} ${tensor.data.length} ${tensor.input_sha256}`);
      }
      const stats = engine.stats();
      await engine.close();
      const isolated = (globalThis as unknown as { crossOriginIsolated: boolean }).crossOriginIsolated;
      return { answers, tensors, stats, isolated };
    },
    [MODULE, files.map((file) => file.toString('base64')), options] as const,
  );
}

/** The error of `createBrowserEngine(options)`, or of `classify(source)` with the built-in model. */
function failureIn(page: Page, options: object, source?: number[]): Promise<Failed> {
  return page.evaluate(
    async ([module, given, bytes]) => {
      const { createBrowserEngine, EdgeInferError } = (await import(module)) as typeof Api;
      try {
        const engine = await createBrowserEngine({ model: '/model/', ...given });
        await engine.classify(new Uint8Array(bytes ?? []));
      } catch (thrown) {
        if (!(thrown instanceof EdgeInferError)) throw thrown;
        const { code, message, hint, exitCode } = thrown;
        return { code, message, hint: hint ?? '', exitCode };
      }
      throw new Error('nothing failed');
    },
    [MODULE, options, source] as const,
  );
}

for (const [name, options, provider] of [
  ['WASM in a worker', { provider: 'wasm' }, 'cpu'],
  ['WASM in the page', { provider: 'wasm', worker: false, threads: 1 }, 'cpu'],
  ['WebGPU (SwiftShader) in a worker', { provider: 'webgpu' }, 'webgpu'],
] as const) {
  testWith(
    `${name}: input hashes and answers are Node's`,
    { chromium },
    async ({ chromium }, context) => {
      const list = pictures();
      const opened = await house(chromium);
      await opened.withPage(BLANK, async (page) => {
        const outcome = await classifyIn(page, [...list.values()], options);
        assert.equal(outcome.isolated, true);
        for (const [i, [label, file]] of [...list].entries()) {
          const expected = await classify(file);
          const tensor = await preprocess(file);
          const answer = outcome.answers[i]!;
          assert.equal(answer.input_sha256, expected.input_sha256, label);
          assert.equal(
            outcome.tensors[i],
            `${tensor.dtype} ${tensor.shape} ${tensor.data.length} ${tensor.input_sha256}`,
          );
          assert.equal(answer.runtime, 'browser');
          assert.deepEqual(answer.graph, { ...expected.graph, provider });
          assert.equal(answer.model_version, expected.model_version);
          assert.deepEqual(Object.keys(answer).sort(), Object.keys(expected).sort());
          assert.equal(answer.predictions.length, expected.predictions.length);
          for (const [rank, { class_id, label, confidence }] of answer.predictions.entries()) {
            const other = expected.predictions[rank]!;
            assert.deepEqual({ class_id, label }, { class_id: other.class_id, label: other.label });
            assert.ok(Math.abs(confidence - other.confidence) < CONFIDENCE_TOLERANCE);
          }
        }
        assert.equal(outcome.stats.done, list.size * 2);
        const times = outcome.answers.map((answer) => answer.timings);
        context.diagnostic(
          `ready in ${outcome.stats.opened_ms.toFixed(0)} ms; first ${JSON.stringify(times[0])}, last ${JSON.stringify(times.at(-1))}`,
        );
      });
    },
    { timeout: 300_000 },
  );
}

testWith(
  'a larger model over the network: the macaw, the same hash as in Node',
  { chromium, testData },
  async ({ chromium, testData }) => {
    const model = join(testData, 'models/mobilenet_v2_1.0_224');
    const photo = readFileSync(join(testData, 'images/coral_cc/parrot.jpg'));
    const expected = await classify(photo, { model });
    await (await house(chromium, model)).withPage(BLANK.replace('labels.txt', 'model.json'), async (page) => {
      const { answers } = await classifyIn(page, [photo], {});
      assert.equal(answers[0]?.input_sha256, expected.input_sha256);
      assert.equal(answers[0]?.predictions[0]?.label, expected.predictions[0]?.label);
    });
  },
  { timeout: 300_000 },
);

testWith(
  'a detector finds the faces that Node finds, from the same input; a model of another task says so',
  { chromium, testData },
  async ({ chromium, testData }) => {
    const model = writeUltraFace(join(scratch, 'ultraface'), testData);
    const photo = readFileSync(join(testData, 'images/coral_cc/face.jpg'));
    await using engine = await createEngine({ model, workers: 1 });
    const expected = await engine.detect(photo);
    assert.ok(expected.predictions.length > 0, 'there is a face to find');
    await (await house(chromium, model)).withPage('model/model.json', async (page) => {
      const { found, refused, task } = await page.evaluate(
        async ([module, text]) => {
          const { createBrowserEngine } = (await import(module)) as typeof Api;
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const engine = await createBrowserEngine({ model: '/model/' });
          const found = await engine.detect(bytes);
          const refused = await engine.classify(bytes).catch((thrown) => (thrown as Api.EdgeInferError).code);
          const { task } = engine.stats().model;
          await engine.close();
          return { found, refused, task };
        },
        [MODULE, photo.toString('base64')] as const,
      );
      assert.equal(task, 'detect');
      assert.equal(refused, 'TASK_UNSUPPORTED');
      assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
      assert.equal(found.input_sha256, expected.input_sha256);
      assert.deepEqual(found.picture, expected.picture);
      assert.equal(found.predictions.length, expected.predictions.length);
      for (const [i, { label, confidence, box }] of found.predictions.entries()) {
        const other = expected.predictions[i]!;
        assert.equal(label, other.label);
        assert.ok(Math.abs(confidence - other.confidence) < 1e-3);
        for (const [side, value] of box.entries()) assert.ok(Math.abs(value - other.box[side]!) < 0.5);
      }
    });
  },
  { timeout: 300_000 },
);

testWith(
  'what a browser decodes: ImageData and raw pixels give the bytes that Node gets from the same pixels; bitmaps and video do too',
  { chromium },
  async ({ chromium }) => {
    const random = seeded(11);
    const [width, height] = [48, 40];
    const rgba = Buffer.from(
      Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : random() & 255)),
    );
    const expected = await preprocess({ data: rgba, width, height, format: 'rgba' });
    await (await house(chromium)).withPage(BLANK, async (page) => {
      const hashes = await page.evaluate(
        async ([module, bytes, width, height]) => {
          const dom = globalThis as unknown as {
            ImageData: new (data: Uint8ClampedArray, width: number, height: number) => object;
            VideoFrame: new (data: Uint8Array, init: object) => { close(): void };
            createImageBitmap(data: object): Promise<object>;
          };
          const { createBrowserEngine } = (await import(module)) as typeof Api;
          const engine = await createBrowserEngine({ model: '/model/' });
          const pixels = new dom.ImageData(Uint8ClampedArray.from(bytes), width, height);
          const init = { format: 'RGBA', codedWidth: width, codedHeight: height, timestamp: 0 };
          const sources = [
            pixels,
            { data: Uint8Array.from(bytes), width, height, format: 'rgba' },
            await dom.createImageBitmap(pixels),
            new dom.VideoFrame(Uint8Array.from(bytes), init),
          ] as Api.BrowserImageSource[];
          const list: string[] = [];
          for (const source of sources) list.push((await engine.preprocess(source)).input_sha256);
          await engine.close();
          return list;
        },
        [MODULE, [...rgba], width, height] as const,
      );
      assert.deepEqual(hashes, Array(hashes.length).fill(expected.input_sha256));
    });
  },
  { timeout: 300_000 },
);

testWith(
  'errors have code, message and hint, whatever went wrong',
  { chromium },
  async ({ chromium }) => {
    const changed = join(scratch, 'changed');
    cpSync(MODEL, changed, { recursive: true });
    const graph = readFileSync(join(changed, 'model.fp32.onnx'));
    graph[graph.length >> 1]! ^= 1;
    writeFileSync(join(changed, 'model.fp32.onnx'), graph);
    const expected = /404|Failed to load resource/;
    await (await house(chromium, changed)).withPage(BLANK, async (page) => {
      const refused = await failureIn(page, {});
      assert.equal(refused.code, 'MODEL_HASH_MISMATCH');
      assert.equal(refused.exitCode, 7);
    });
    const good = await house(chromium);
    await good.withPage(
      BLANK,
      async (page) => {
        for (const [options, source, code, exitCode] of [
          [{}, [1, 2, 3], 'INPUT_INVALID', 3],
          [{ model: '/nothing/' }, [], 'DOWNLOAD_FAILED', 6],
          [{ onnxruntime: '/nothing/' }, [], 'ONNXRUNTIME_MISSING', 5],
          [{ kernels: '/model/labels.txt' }, [], 'RUNTIME_NO_WASM', 5],
          [{ precision: 'fp8' }, [], 'MODEL_NO_GRAPH', 4],
        ] as const) {
          const failed = await failureIn(page, options, [...source]);
          assert.equal(failed.code, code, failed.message);
          assert.equal(failed.exitCode, exitCode);
          assert.ok(failed.message.length > 10 && failed.hint.length > 5, JSON.stringify(failed));
        }
      },
      { expected },
    );
  },
  { timeout: 300_000 },
);

testWith(
  'a full queue refuses at once, an aborted request rejects with its reason, a closed engine says so',
  { chromium },
  async ({ chromium }) => {
    const photo = readFileSync(join(CHECKOUT, 'dist/sample/airplane.png'));
    await (await house(chromium)).withPage(BLANK, async (page) => {
      const codes = await page.evaluate(
        async ([module, text]) => {
          const { createBrowserEngine, EdgeInferError } = (await import(module)) as typeof Api;
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const engine = await createBrowserEngine({ model: '/model/', queue: 2 });
          const name = (thrown: unknown) =>
            thrown instanceof EdgeInferError ? thrown.code : (thrown as Error).message;
          const stop = new AbortController();
          const first = engine.classify(bytes);
          const second = engine.classify(bytes, { signal: stop.signal }).catch(name);
          const third = engine.classify(bytes).catch(name);
          stop.abort(new Error('not wanted any more'));
          const list = [(await first).predictions[0]?.label, await second, await third];
          await engine.close();
          list.push(...(await Promise.all([engine.classify(bytes).catch(name)])).map(String));
          return list;
        },
        [MODULE, photo.toString('base64')] as const,
      );
      assert.deepEqual(codes, ['airplane', 'not wanted any more', 'QUEUE_FULL', 'ENGINE_CLOSED']);
    });
  },
  { timeout: 300_000 },
);
