/** edge_infer.wasm itself in Chromium, suspended by JSPI while ONNX Runtime Web computes: the answer and errors of Node. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Page } from 'playwright-core';
import type * as Api from '../../host/browser/index.js';
import { CHECKOUT, sharedData } from '../../scripts/machine/paths.js';
import { BrowserHouse } from '../support/browser_page.js';
import { type Answer, edgeInfer, jsonLines } from '../support/cli.js';
import { chromium, testWith } from '../support/requirements.js';

const MODULE = '/node_modules/edge-infer/dist/host/browser/index.js';
const MODEL = join(CHECKOUT, 'models/cifar10');
const CONFIDENCE_TOLERANCE = 1e-4;

let house: BrowserHouse | undefined;
after(async () => house?.[Symbol.asyncDispose]());

function runIn(
  page: Page,
  args: readonly string[],
  picture: Buffer,
  options: object = {},
): Promise<Api.BrowserRun> {
  return page.evaluate(
    async ([module, args, text, options]) => {
      const { runInBrowser } = (await import(module)) as typeof Api;
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      return await runInBrowser(args, { files: { photo: bytes, model: '/model/' }, ...options });
    },
    [MODULE, args, picture.toString('base64'), options] as const,
  );
}

for (const provider of ['wasm', 'webgpu'] as const) {
  testWith(
    `the core module classifies through JSPI with ${provider}, as in Node`,
    { chromium },
    async ({ chromium }) => {
      const data = sharedData();
      const pictures = [join(CHECKOUT, 'dist/sample/airplane.png')];
      if (data !== undefined) pictures.push(join(data, 'images/coral_cc/parrot.jpg'));
      house ??= await BrowserHouse.open(chromium, MODEL);
      await house.withPage('model/labels.txt', async (page) => {
        for (const file of pictures) {
          const native = await edgeInfer(['classify', file, '--json']);
          const [expected] = jsonLines<Answer>(native.stdout);
          const args = ['classify', 'photo', '--model', 'model', '--json'];
          const { exitCode, stdout, stderr } = await runIn(page, args, readFileSync(file), { provider });
          assert.equal(exitCode, 0, stderr + stdout);
          const [answer] = jsonLines<Answer>(stdout);
          assert.equal(answer?.input_sha256, expected?.input_sha256);
          assert.deepEqual(
            answer?.predictions.map(({ class_id, label }) => ({ class_id, label })),
            expected?.predictions.map(({ class_id, label }) => ({ class_id, label })),
          );
          for (const [rank, { confidence }] of (answer?.predictions ?? []).entries()) {
            assert.ok(
              Math.abs(confidence - (expected?.predictions[rank]?.confidence ?? 0)) < CONFIDENCE_TOLERANCE,
            );
          }
          assert.equal(answer?.graph.encoding, 'onnx');
        }
      });
    },
    { timeout: 300_000 },
  );
}

testWith(
  'the exit codes and errors of the guest; help; and a clear error in a browser without JSPI',
  { chromium },
  async ({ chromium }) => {
    house ??= await BrowserHouse.open(chromium, MODEL);
    const sample = readFileSync(join(CHECKOUT, 'dist/sample/airplane.png'));
    await house.withPage(
      'model/labels.txt',
      async (page) => {
        const help = await runIn(page, ['--help'], sample);
        assert.equal(help.exitCode, 0);
        assert.match(help.stdout, /classify/);
        const broken = Buffer.from([0xff, 0xd8, 0xff, 0xdb, 0, 1]);
        for (const [args, picture, exitCode, code] of [
          [['classify', 'photo', '--model', 'model', '--json'], broken, 3, 'INPUT_INVALID'],
          [['classify', 'absent', '--model', 'model', '--json'], sample, 3, 'INPUT_UNREADABLE'],
          [['classify', 'photo', '--model', 'nothing', '--json'], sample, 4, 'MODEL_NOT_FOUND'],
          [
            ['classify', 'photo', '--model', 'model', '--json', '--encoding', 'openvino'],
            sample,
            5,
            undefined,
          ],
        ] as const) {
          const run = await runIn(page, args, picture);
          assert.equal(run.exitCode, exitCode, run.stderr + run.stdout);
          if (code !== undefined) assert.match(run.stdout + run.stderr, new RegExp(code));
        }
        const missing = await page.evaluate(async (module) => {
          const { canSuspend, runInBrowser } = (await import(module)) as typeof Api;
          const { WebAssembly } = globalThis as unknown as { WebAssembly: { Suspending?: unknown } };
          delete WebAssembly.Suspending;
          try {
            await runInBrowser(['--help'], { files: {} });
          } catch (thrown) {
            return { can: canSuspend(), ...(thrown as Api.EdgeInferError).toJSON().error };
          }
          throw new Error('it ran');
        }, MODULE);
        assert.equal(missing.code, 'JSPI_MISSING');
        assert.equal(missing.can, false);
        assert.match(missing.hint ?? '', /createBrowserEngine/);
      },
      { expected: /404/ },
    );
  },
  { timeout: 300_000 },
);
