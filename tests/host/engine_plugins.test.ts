/** Plug-ins of models: what they may do, and that hostile ones fail their own request and nothing else. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { identityModel } from '../../host/conformance/onnx.js';
import { inspectPlugin } from '../../host/engine/plugin/inspect.js';
import { createEngine, loadPackage, type RawImage, verifyPackage } from '../../host/index.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { edgeInfer } from '../support/cli.js';
import { ppm } from '../support/guest_stub.js';
import { writeOnnxPackage } from '../support/onnx_package.js';
import { seeded } from '../support/pictures.js';
import { answering, type PluginParts, pluginWasm, writePluginPackage } from '../support/plugins.js';
import { withScratch } from '../support/scratch.js';

/** A picture of one colour. */
const gray = (value: number, channels = 3): RawImage => ({
  data: new Uint8Array(6 * 4 * channels).fill(value),
  width: 6,
  height: 4,
});
const LOOP = '(loop $on (br $on))';
const PRE =
  '(func (export "preprocess") (param $pixels i32) (param i32 i32) (param $tensor i32) (param i32) (result i32)';
const POST = '(func (export "postprocess") (param i32 i32 i32 f32) (result i32)';

describe('a plug-in', () => {
  test('makes the tensor; all pictures reach it as upright RGB', async () => {
    await withScratch(async (folder) => {
      const model = writePluginPackage(folder, { input: pluginWasm() });
      await using engine = await createEngine({ model, workers: 1, cache: true });
      const dark = await engine.classify(gray(3));
      assert.deepEqual(
        dark.predictions.map(({ label }) => label),
        ['light', 'dark'],
      );
      const light = await engine.classify(gray(200));
      assert.deepEqual(
        light.predictions.map(({ class_id, label, confidence }) => ({ class_id, label, confidence })),
        [
          { class_id: 0, label: 'dark', confidence: 1 },
          { class_id: 1, label: 'light', confidence: light.predictions[1]?.confidence },
        ],
      );
      assert.deepEqual(light.graph, { encoding: 'onnx', precision: 'fp32', provider: 'cpu' });
      const { data, shape, dtype } = await engine.preprocess(gray(200));
      assert.deepEqual([...new Float32Array(data.buffer)], [200, 100]);
      assert.deepEqual({ shape, dtype }, { shape: [1, 2], dtype: 'f32' });
      for (const picture of [gray(200, 1), gray(200, 4)]) {
        const { input_sha256, cached } = await engine.classify(picture);
        assert.equal(input_sha256, light.input_sha256);
        assert.deepEqual(cached, { by: 'tensor' });
      }
      const png = join(CHECKOUT, 'dist/sample/airplane.png');
      await assert.rejects(engine.classify(png), { code: 'PLUGIN_MEMORY', message: /196608 bytes/ });
      assert.equal((await engine.classify(ppm(9, 7))).predictions.length, 2);
      await assert.rejects(engine.embed(gray(1)), { code: 'MODEL_TASK' });
      const tensor = { dtype: 'f32', shape: [1, 2], data: Float32Array.of(1, 2) } as const;
      assert.deepEqual([...((await engine.run({ x: tensor })).y?.data ?? [])], [1, 2]);
    });
  });

  test('may have pictures resized: the bytes of the profile pillow', async () => {
    await withScratch(async (folder) => {
      const resize =
        '(import "edge_infer" "resize" (func $resize (param i32 i32 i32 i32 i32 i32 i32) (result i32)))';
      // The first byte of the tensor's first value is the status of a call that is wrong, the rest what the good one made.
      const body = `(func (export "preprocess") (param $pixels i32) (param $w i32) (param $h i32) (param $tensor i32) (param i32) (result i32)
        (f32.store (local.get $tensor) (f32.convert_i32_u
          (call $resize (local.get $pixels) (i32.const 30000) (i32.const 30000) (i32.const 64) (i32.const 1) (i32.const 1) (i32.const 2))))
        (drop (call $resize (local.get $pixels) (local.get $w) (local.get $h) (i32.const 64) (i32.const 1) (i32.const 1) (i32.const 5)))
        (f32.store offset=4 (local.get $tensor) (f32.convert_i32_u (i32.load8_u (i32.const 65))))
        (i32.const 0))`;
      const model = writePluginPackage(join(folder, 'm'), { input: pluginWasm({ head: resize, body }) });
      await using engine = await createEngine({ model, workers: 1 });
      const random = seeded(4);
      const picture = { ...gray(0), data: Uint8Array.from({ length: 72 }, () => random() % 256) };
      const [wrong, green] = new Float32Array((await engine.preprocess(picture)).data.buffer);
      const input = {
        ...{ name: 'x', dtype: 'u8', layout: 'NHWC', shape: [1, 1, 1, 3], color: 'RGB' },
        resize: { profile: 'pillow', filter: 'lanczos', size: [1, 1] },
      };
      const card = { task: 'raw', input, output: { name: 'y', dtype: 'u8', kind: 'raw' } };
      const plain = writeOnnxPackage(join(folder, 'p'), identityModel('u8', [1, 1, 1, 3]), card);
      await using other = await createEngine({ model: plain, workers: 0 });
      assert.deepEqual([wrong, green], [1, (await other.preprocess(picture)).data[1]]);
    });
  });

  test('makes the answer; threshold, top and labels are held for it', async () => {
    await withScratch(async (folder) => {
      const said =
        '[{"class_id":1,"confidence":0.5},{"class_id":7,"confidence":0.25,"label":"own"},{"class_id":0,"confidence":0.1}]';
      const model = writePluginPackage(folder, {
        input: pluginWasm(),
        output: pluginWasm({ body: answering(said) }),
      });
      await using engine = await createEngine({ model, workers: 0 });
      const { predictions } = await engine.classify(gray(3));
      assert.deepEqual(predictions, [
        { class_id: 1, label: 'light', confidence: 0.5 },
        { class_id: 7, label: 'own', confidence: 0.25 },
        { class_id: 0, label: 'dark', confidence: 0.1 },
      ]);
      assert.equal((await engine.classify(gray(3), { top: 2 })).predictions.length, 2);
      assert.equal((await engine.classify(gray(3), { threshold: 0.3 })).predictions.length, 1);
      assert.ok(engine.stats().workers[0]?.threadId, 'it has a thread though none was asked for');
    });
  });

  test('that does not end is ended; others do not notice', { timeout: 60_000 }, async () => {
    await withScratch(async (folder) => {
      // It loops for pictures that begin with 13.
      const body = `${PRE} (if (i32.eq (i32.load8_u (local.get $pixels)) (i32.const 13)) (then ${LOOP}))
        (f32.store (local.get $tensor) (f32.const 5)) (i32.const 0))`;
      const model = writePluginPackage(folder, { input: pluginWasm({ body }) });
      await using engine = await createEngine({ model, workers: 2 });
      await engine.warm();
      const values = Array.from({ length: 40 }, (_, i) => (i % 10 === 4 ? 13 : 50 + i));
      const results = await Promise.allSettled(values.map((value) => engine.classify(gray(value))));
      assert.deepEqual(
        results.map((one) => (one.status === 'fulfilled' ? 'answered' : one.reason.code)),
        values.map((value) => (value === 13 ? 'PLUGIN_TIMEOUT' : 'answered')),
      );
      const restarts = engine.stats().workers.reduce((sum, worker) => sum + worker.restarts, 0);
      assert.equal(restarts, 4);
      // An abort does not leave the worker with it.
      const aborted = engine.classify(gray(13), { signal: AbortSignal.timeout(50) });
      await assert.rejects(aborted, { name: 'TimeoutError' });
      assert.equal((await engine.classify(gray(9))).predictions.length, 2);
    });
  });
});

describe('refused before any of its code runs', () => {
  const limits = { memory_bytes: 65536, ms: 100 };
  const card = { path: 'pre.wasm', sha256: '', bytes: 0, abi: 1 as const, limits };
  const refused: [what: string, parts: PluginParts | Uint8Array, message: RegExp][] = [
    ['no module', Uint8Array.of(0, 1, 2), /does not compile/],
    [
      'a foreign import',
      { head: '(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))' },
      /imports the function wasi_snapshot_preview1\.fd_write/,
    ],
    [
      'a global instead of the function',
      { head: '(import "edge_infer" "log" (global i32))' },
      /imports the global edge_infer\.log/,
    ],
    [
      'a foreign memory',
      { memory: '(import "env" "memory" (memory 1 1)) (export "memory" (memory 0))' },
      /imports the memory env\.memory/,
    ],
    ['no memory', { memory: '(memory 1 1)' }, /exports no memory memory/],
    ['no room for the host', { alloc: '' }, /exports no function edge_plugin_alloc/],
    ['no function', { body: '' }, /exports no function preprocess/],
    ['a memory without end', { memory: '(memory (export "memory") 1)' }, /its memory has no maximum/],
    [
      'a memory of more than the limit',
      { memory: '(memory (export "memory") 1 2)' },
      /may become 131072 bytes, the card allows 65536/,
    ],
    ['a shared memory', { memory: '(memory (export "memory") 1 1 shared)' }, /shared/],
    ['a table without end', { head: '(table 1 funcref)' }, /its table has no maximum/],
    ['a table that is large', { head: '(table 1 1000000 funcref)' }, /its table may have 1000000 entries/],
  ];
  for (const [what, parts, message] of refused) {
    test(what, () => {
      const bytes = parts instanceof Uint8Array ? parts : pluginWasm(parts);
      assert.throws(() => inspectPlugin(bytes, 'preprocess', card), {
        code: 'PLUGIN_REFUSED',
        exitCode: 7,
        message,
      });
    });
  }

  test('what is allowed is not refused', () => {
    const head = '(import "edge_infer" "log" (func (param i32 i32))) (table 1 1000 funcref)';
    inspectPlugin(pluginWasm({ head }), 'preprocess', card);
  });

  test('other bytes than the card says, through the engine and by models verify', async () => {
    await withScratch(async (folder) => {
      const model = writePluginPackage(folder, { input: pluginWasm() });
      const file = join(model, 'pre.wasm');
      const bytes = readFileSync(file);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      writeFileSync(file, bytes);
      await assert.rejects(createEngine({ model, workers: 1 }), { code: 'MODEL_HASH_MISMATCH', exitCode: 7 });
      const checks = await verifyPackage(loadPackage(model));
      assert.equal(checks.find(({ path }) => path === 'pre.wasm')?.status, 'wrong-hash');
    });
  });

  test('cards with other limits, another interface or another task', async () => {
    await withScratch(async (folder) => {
      const input = pluginWasm();
      for (const change of [
        { abi: 2 as 1 },
        { limits: { memory_bytes: 1, ms: 5 } },
        { limits: { memory_bytes: 65536, ms: 0 } },
      ]) {
        const model = writePluginPackage(folder, { input, change });
        await assert.rejects(createEngine({ model, workers: 1 }), { code: 'CARD_INVALID', exitCode: 4 });
      }
      const model = writePluginPackage(folder, { input, change: { path: '../pre.wasm' } });
      await assert.rejects(createEngine({ model, workers: 1 }), {
        code: 'PATH_ESCAPES_PACKAGE',
        exitCode: 7,
      });
    });
  });
});

describe('fails its request alone', () => {
  const failing: [
    what: string,
    side: 'input' | 'output',
    parts: PluginParts,
    code: string,
    message: RegExp,
  ][] = [
    ['a trap', 'input', { body: `${PRE} unreachable)` }, 'PLUGIN_TRAPPED', /unreachable/],
    [
      'endless recursion',
      'input',
      { body: `(func $f (call $f)) ${PRE} (call $f) (i32.const 0))` },
      'PLUGIN_TRAPPED',
      /call stack/,
    ],
    [
      'a start function that traps',
      'input',
      { body: `(start $s) (func $s unreachable) ${PRE} (i32.const 0))` },
      'PLUGIN_TRAPPED',
      /unreachable/,
    ],
    ['a status', 'input', { body: `${PRE} (i32.const 42))` }, 'PLUGIN_FAILED', /preprocess gave 42/],
    [
      'a status of another type',
      'input',
      { body: `(func (export "preprocess") (result i64) (i64.const 0))` },
      'PLUGIN_FAILED',
      /gave 0/,
    ],
    [
      'what it logs is told, without control characters',
      'input',
      {
        head: '(import "edge_infer" "log" (func $log (param i32 i32)))',
        body: `(data (i32.const 64) "too\\1b[2J dark") ${PRE} (call $log (i32.const 64) (i32.const 12)) (i32.const 1))`,
      },
      'PLUGIN_FAILED',
      /gave 1; it said: too \[2J dark$/,
    ],
    [
      'a log out of its memory',
      'input',
      {
        head: '(import "edge_infer" "log" (func $log (param i32 i32)))',
        body: `${PRE} (call $log (i32.const -1) (i32.const -1)) (i32.const 1))`,
      },
      'PLUGIN_FAILED',
      /gave 1$/,
    ],
    [
      'no room',
      'input',
      { alloc: '(func (export "edge_plugin_alloc") (param i32) (result i32) (i32.const 0))' },
      'PLUGIN_MEMORY',
      /no room for 72 bytes/,
    ],
    [
      'room out of its memory',
      'input',
      { alloc: '(func (export "edge_plugin_alloc") (param i32) (result i32) (i32.const -8))' },
      'PLUGIN_MEMORY',
      /no room/,
    ],
    [
      'room at its end',
      'input',
      { alloc: '(func (export "edge_plugin_alloc") (param i32) (result i32) (i32.const 65520))' },
      'PLUGIN_MEMORY',
      /no room/,
    ],
    [
      'a memory that shall grow',
      'input',
      {
        body: `${PRE} (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable))) (i32.const 0))`,
      },
      'PLUGIN_TRAPPED',
      /unreachable/,
    ],
    ['no answer', 'output', { body: `${POST} (i32.const 0))` }, 'PLUGIN_FAILED', /gave no answer/],
    [
      'an answer out of its memory',
      'output',
      { body: `${POST} (i32.const 65530))` },
      'PLUGIN_OUTPUT',
      /outside of its memory/,
    ],
    [
      'a text out of its memory',
      'output',
      {
        body: `${POST} (i32.store (i32.const 16) (i32.const 65000)) (i32.store (i32.const 20) (i32.const 1000)) (i32.const 16))`,
      },
      'PLUGIN_OUTPUT',
      /outside/,
    ],
    [
      'a text without end',
      'output',
      { body: `${POST} (i32.store (i32.const 20) (i32.const -1)) (i32.const 16))` },
      'PLUGIN_OUTPUT',
      /4294967295 bytes/,
    ],
    ['no JSON', 'output', { body: answering('{"class_id"') }, 'PLUGIN_OUTPUT', /not JSON/],
    [
      'no UTF-8',
      'output',
      {
        body: `(data (i32.const 64) "\\ff\\fe") ${POST} (i32.store (i32.const 16) (i32.const 64)) (i32.store (i32.const 20) (i32.const 2)) (i32.const 16))`,
      },
      'PLUGIN_OUTPUT',
      /not JSON/,
    ],
    [
      'JSON that is very deep',
      'output',
      { body: answering('['.repeat(30_000)) },
      'PLUGIN_OUTPUT',
      /not JSON/,
    ],
    ['no list', 'output', { body: answering('{"class_id":1}') }, 'PLUGIN_OUTPUT', /no list/],
    [
      'a list of nothing',
      'output',
      { body: answering('[null]') },
      'PLUGIN_OUTPUT',
      /class_id of prediction 0 is wrong/,
    ],
    [
      'a class that is none',
      'output',
      { body: answering('[{"class_id":1.5,"confidence":1}]') },
      'PLUGIN_OUTPUT',
      /class_id/,
    ],
    [
      'too sure',
      'output',
      { body: answering('[{"class_id":0,"confidence":1},{"class_id":1,"confidence":1e9}]') },
      'PLUGIN_OUTPUT',
      /confidence of prediction 1 is wrong/,
    ],
    [
      'a label that is none',
      'output',
      { body: answering('[{"class_id":1,"confidence":1,"label":{}}]') },
      'PLUGIN_OUTPUT',
      /label/,
    ],
  ];
  test('whatever it does', { timeout: 120_000 }, async () => {
    await withScratch(async (folder) => {
      const good = writePluginPackage(join(folder, 'good'), { input: pluginWasm() });
      await using engine = await createEngine({ model: good, workers: 1 });
      const tensor = { dtype: 'f32', shape: [1, 2], data: Float32Array.of(1, 2) } as const;
      for (const [i, [what, side, parts, code, message]] of failing.entries()) {
        const input = side === 'input' ? pluginWasm(parts) : pluginWasm();
        const output = side === 'output' ? { output: pluginWasm(parts) } : {};
        await engine.swapModel(writePluginPackage(join(folder, `m${i}`), { input, ...output }));
        await assert.rejects(engine.classify(gray(9)), { code, message, exitCode: 5 }, what);
        // The instance, its graph and the plug-in's other half work on.
        assert.deepEqual([...((await engine.run({ x: tensor })).y?.data ?? [])], [1, 2], what);
        await assert.rejects(engine.classify(gray(9)), { code, message }, `${what}, again`);
      }
      const restarts = engine.stats().workers.reduce((sum, worker) => sum + worker.restarts, 0);
      assert.equal(restarts, 0);
    });
  });
});

describe('the example', () => {
  test('is built and classifies, in the engine and on the command line; other runtimes refuse it', {
    timeout: 120_000,
  }, async () => {
    await withScratch(async (folder) => {
      const model = join(folder, 'model');
      await promisify(execFile)(process.execPath, [join(CHECKOUT, 'examples/plugin/build.mjs'), model]);
      const picture = join(CHECKOUT, 'dist/sample/airplane.png');
      await using engine = await createEngine({ model, workers: 1 });
      const { predictions, input_sha256 } = await engine.classify(picture);
      assert.equal(predictions[0]?.label, 'airplane');
      const sum = predictions.reduce((total, { confidence }) => total + confidence, 0);
      assert.ok(sum > 0.5 && sum <= 1.0001);
      const json = await edgeInfer(['classify', picture, '--model', model, '--json']);
      assert.equal(json.exitCode, 0, json.stderr);
      const answer = JSON.parse(json.stdout);
      assert.deepEqual(answer.predictions, predictions);
      assert.equal(answer.input_sha256, input_sha256);
      assert.match(
        (await edgeInfer(['classify', picture, '--model', model])).stdout,
        /^airplane +\d+\.\d\d %/,
      );
      assert.match(
        (await edgeInfer(['models', 'inspect', model])).stdout,
        /plug-in +input: plugin\.wasm .* 500 ms a call/,
      );
      const elsewhere = await edgeInfer([
        'preprocess',
        picture,
        '--model',
        model,
        '--out',
        join(folder, 'x.npy'),
      ]);
      assert.equal(elsewhere.exitCode, 4);
      assert.match(elsewhere.stderr, /input\.plugin.* is a plug-in, which only the engine for Node runs/);
    });
  });
});
