/** A page of headless Chromium on the demo's server, which sees no other server. */
import assert from 'node:assert/strict';
import { type Browser, chromium as driver, type Page } from 'playwright-core';
import { type DemoServer, startDemo } from '../../host/demo/server.js';
import { chromiumEnvironment } from '../../scripts/machine/chromium.js';

/** SwiftShader stands for a graphics card: WebGPU on the CPU. */
const FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

/** Machines that run other tests beside this one are slow. */
const PATIENCE_MS = 120_000;

/** A browser and a server, for all tests of a file. */
export class BrowserHouse implements AsyncDisposable {
  private constructor(
    readonly server: DemoServer,
    private readonly browser: Browser,
  ) {}

  static async open(executable: string, model: string): Promise<BrowserHouse> {
    const browser = await driver.launch({
      executablePath: executable,
      args: FLAGS,
      env: { ...(process.env as Record<string, string>), ...chromiumEnvironment() },
    });
    return new BrowserHouse(await startDemo(model, 0), browser);
  }

  /** Runs `body` with a fresh page; it fails when the page asks any other origin, or logs an error that is not `expected`. */
  async withPage(
    address: string,
    body: (page: Page) => Promise<void>,
    options: Parameters<Browser['newContext']>[0] & { expected?: RegExp } = {},
  ): Promise<void> {
    const { expected, ...context } = options;
    const opened = await this.browser.newContext(context);
    const page = await opened.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const strangers: string[] = [];
    const errors: string[] = [];
    opened.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (`${origin}/` !== this.server.url && !['blob:', 'data:'].includes(protocol)) {
        strangers.push(request.url());
      }
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && expected?.test(message.text()) !== true) errors.push(message.text());
    });
    try {
      await page.goto(new URL(address, this.server.url).href);
      await body(page);
      assert.deepEqual(strangers, [], 'nothing but this server is asked');
      assert.deepEqual(errors, [], 'the page logs no error');
    } finally {
      await opened.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }
}
