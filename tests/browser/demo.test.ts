/** The demo page as people use it: drop, choose, paste nothing foreign, camera, errors, keyboard; and its server. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { startDemo } from '../../host/demo/server.js';
import { classify } from '../../host/index.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { BrowserHouse } from '../support/browser_page.js';
import { chromium, testWith } from '../support/requirements.js';

const MODEL = join(CHECKOUT, 'models/cifar10');
const SAMPLE = join(CHECKOUT, 'dist/sample/airplane.png');
const PATIENCE = { timeout: 120_000 };

let house: BrowserHouse | undefined;
after(async () => house?.[Symbol.asyncDispose]());

async function withDemo(
  executable: string,
  body: (page: Page) => Promise<void>,
  expected?: RegExp,
): Promise<void> {
  house ??= await BrowserHouse.open(executable, MODEL);
  const permissions = ['camera', 'clipboard-read', 'clipboard-write'];
  await house.withPage('', body, { permissions, ...(expected === undefined ? {} : { expected }) });
}

async function shown(page: Page): Promise<{ hash: string; labels: string[]; total: string }> {
  await page.waitForSelector('#predictions li', PATIENCE);
  return {
    hash: (await page.textContent('#hash')) ?? '',
    labels: await page.locator('#predictions .name').allTextContents(),
    total: (await page.textContent('#time-total')) ?? '',
  };
}

testWith(
  'a dropped picture: labels, times and the hash of Node; the hash is copied',
  { chromium },
  async ({ chromium }) => {
    const expected = await classify(SAMPLE);
    await withDemo(chromium, async (page) => {
      await page.evaluate((text) => {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const dom = globalThis as unknown as {
          DataTransfer: new () => { items: { add(file: object): void } };
          File: new (parts: object[], name: string, options: object) => object;
          DragEvent: new (kind: string, options: object) => object;
          document: { getElementById(id: string): { dispatchEvent(event: object): void } };
        };
        const dataTransfer = new dom.DataTransfer();
        dataTransfer.items.add(new dom.File([bytes], 'photo.png', { type: 'image/png' }));
        const options = { dataTransfer, bubbles: true, cancelable: true };
        dom.document.getElementById('drop').dispatchEvent(new dom.DragEvent('drop', options));
      }, readFileSync(SAMPLE).toString('base64'));
      const { hash, labels, total } = await shown(page);
      assert.equal(hash, expected.input_sha256);
      assert.deepEqual(
        labels,
        expected.predictions.map(({ label }) => label),
      );
      assert.match(total, /^\d+(\.\d)? ms$/);
      assert.equal(await page.isVisible('#view'), true);
      await page.click('#copy');
      await page.waitForFunction(`navigator.clipboard.readText().then((text) => text === '${hash}')`);
    });
  },
  { timeout: 300_000 },
);

testWith(
  'by keyboard alone: the sample is classified, every control can be reached and shows that it is',
  { chromium },
  async ({ chromium }) => {
    await withDemo(chromium, async (page) => {
      const reached: string[] = [];
      for (let i = 0; i < 4; i += 1) {
        await page.keyboard.press('Tab');
        reached.push(
          String(await page.evaluate('document.activeElement.id || document.activeElement.value')),
        );
        const outline = await page.evaluate(
          `getComputedStyle(document.activeElement.closest('.button') ?? document.activeElement).outlineStyle`,
        );
        assert.equal(outline, 'solid', `focus is not seen on ${reached.at(-1)}`);
        if (reached.at(-1) === 'sample') {
          await page.keyboard.press('Enter');
          assert.equal((await shown(page)).labels[0], 'airplane');
        }
      }
      assert.deepEqual(reached, ['file', 'sample', 'watch', 'copy']);
    });
  },
  { timeout: 300_000 },
);

testWith(
  'a broken picture: what is wrong and what to do, the old answer is gone; the next picture works',
  { chromium },
  async ({ chromium }) => {
    await withDemo(chromium, async (page) => {
      await page.click('#sample');
      await shown(page);
      const broken = {
        name: 'photo.jpg',
        mimeType: 'image/jpeg',
        buffer: Buffer.from([255, 216, 255, 219, 0, 1]),
      };
      await page.setInputFiles('#file', broken);
      await page.waitForSelector('#error:not([hidden])', PATIENCE);
      assert.equal(await page.textContent('#error-code'), 'INPUT_INVALID');
      assert.match((await page.textContent('#error-message')) ?? '', /JPEG/);
      assert.equal(await page.locator('#predictions li').count(), 0);
      assert.equal(await page.isVisible('#view'), false);
      await page.setInputFiles('#file', SAMPLE);
      assert.equal((await shown(page)).labels[0], 'airplane');
      assert.equal(await page.isVisible('#error'), false);
    });
  },
  { timeout: 300_000 },
);

testWith(
  'the camera is classified frame by frame until it is stopped',
  { chromium },
  async ({ chromium }) => {
    await withDemo(chromium, async (page) => {
      await page.click('#watch');
      const first = (await shown(page)).hash;
      await page.waitForFunction(
        (hash) => {
          const { document } = globalThis as unknown as {
            document: { getElementById(id: string): { textContent: string } };
          };
          return document.getElementById('hash').textContent !== hash;
        },
        first,
        PATIENCE,
      );
      assert.equal(await page.getAttribute('#watch', 'aria-pressed'), 'true');
      await page.click('#watch');
      assert.equal(await page.getAttribute('#watch', 'aria-pressed'), 'false');
    });
  },
  { timeout: 300_000 },
);

for (const [name, context] of [
  ['phone', { viewport: { width: 360, height: 740 } }],
  ['dark', { colorScheme: 'dark' }],
] as const) {
  testWith(
    `${name}: nothing is wider than the window, text has contrast`,
    { chromium },
    async ({ chromium }) => {
      house ??= await BrowserHouse.open(chromium, MODEL);
      await house.withPage(
        '',
        async (page) => {
          await page.click('#sample');
          await shown(page);
          const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
          assert.equal(wide, false);
          for (const selector of ['h1', '.quiet', '#predictions .name', 'dt', '#hash', '.primary']) {
            const contrast = await page.evaluate(contrastOf, selector);
            assert.ok(contrast >= 4.5, `${selector}: ${contrast.toFixed(2)}`);
          }
        },
        context,
      );
    },
    { timeout: 300_000 },
  );
}

/** WCAG's contrast of an element's text to the ground that it is on; runs in the page. */
function contrastOf(selector: string): number {
  interface Node {
    parentElement: Node | null;
  }
  const dom = globalThis as unknown as {
    document: { querySelector(selector: string): Node };
    getComputedStyle(node: Node): { color: string; backgroundColor: string };
  };
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: string) => {
    const [red, green, blue] = channels(colour)
      .slice(0, 3)
      .map((value) =>
        value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
    return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
  };
  let ground: Node | null = dom.document.querySelector(selector);
  const ink = luminance(dom.getComputedStyle(ground).color);
  while (ground !== null && channels(dom.getComputedStyle(ground).backgroundColor)[3] === 0) {
    ground = ground.parentElement;
  }
  const paper = ground === null ? 1 : luminance(dom.getComputedStyle(ground).backgroundColor);
  return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
}

test('the server gives its own files alone, with the headers of an isolated page', async () => {
  await using server = await startDemo(MODEL, 0);
  const get = (path: string, method = 'GET') =>
    new Promise<{ status: number; type: string; isolation: string }>((resolve, reject) => {
      const { port } = new URL(server.url);
      request({ host: '127.0.0.1', port, path, method }, (response) => {
        response.resume();
        const { headers, statusCode } = response;
        resolve({
          status: statusCode ?? 0,
          type: String(headers['content-type']),
          isolation: `${headers['cross-origin-opener-policy']} ${headers['cross-origin-embedder-policy']}`,
        });
      })
        .once('error', reject)
        .end();
    });
  for (const [path, type] of [
    ['/', 'text/html; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/model/model.json', 'application/json'],
    ['/node_modules/edge-infer/dist/wasm/edge_kernels.wasm', 'application/wasm'],
    ['/node_modules/edge-infer/dist/host/browser/worker.js', 'text/javascript; charset=utf-8'],
    ['/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs', 'text/javascript; charset=utf-8'],
  ] as const) {
    const answer = await get(path);
    assert.deepEqual(answer, { status: 200, type, isolation: 'same-origin require-corp' }, path);
  }
  for (const path of [
    '/nothing',
    '/model/',
    '/model/../package.json',
    '/model/%2e%2e/%2e%2e/package.json',
    '/model/..%2f..%2fpackage.json',
    '/model//etc/passwd',
    '/%00',
  ]) {
    assert.equal((await get(path)).status, 404, path);
  }
  assert.equal((await get('/%zz')).status, 400);
  assert.equal((await get('/', 'POST')).status, 405);
  const { port } = new URL(server.url);
  await assert.rejects(startDemo(MODEL, Number(port)), { code: 'PORT_IN_USE' });
});
