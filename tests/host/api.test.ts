/** One picture: `classify` and `preprocess`, and what an engine gives for each kind of source. */
import assert from 'node:assert/strict';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { classify, createEngine, type ImageSource, preprocess } from '../../host/index.js';
import { edgeInfer, jsonLines } from '../support/cli.js';
import { testData, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';

const model = (data: string) => join(data, 'models/mobilenet_v2_1.0_224');
const parrot = (data: string) => join(data, 'images/coral_cc/parrot.jpg');
const MACAW = 88;

testWith('path, bytes and command line give the same answer', { data: testData }, async ({ data }) => {
  const options = { model: model(data), top: 3 };
  const byPath = await classify(parrot(data), options);
  const byBytes = await classify(readFileSync(parrot(data)), options);
  const { stdout } = await edgeInfer([
    'classify',
    parrot(data),
    '--model',
    model(data),
    '--top',
    '3',
    '--json',
  ]);
  const [byCli] = jsonLines<typeof byPath>(stdout);
  assert.equal(byPath.predictions.length, 3);
  assert.equal(byPath.predictions[0]?.class_id, MACAW);
  assert.match(byPath.predictions[0]?.label ?? '', /macaw/);
  assert.deepEqual(byBytes.predictions, byPath.predictions);
  assert.deepEqual(byPath.graph, { encoding: 'onnx', precision: 'fp32', provider: 'cpu' });
  assert.equal(byCli?.input_sha256, byPath.input_sha256);
  assert.deepEqual(
    byCli?.predictions.map(({ class_id, confidence }) => [class_id, Math.fround(confidence)]),
    byPath.predictions.map(({ class_id, confidence }) => [class_id, confidence]),
  );
});

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** A server that gives `bytes` at /picture, and nothing elsewhere. */
async function withServer(bytes: Uint8Array, body: (url: (path: string) => URL) => Promise<void>) {
  const server = createServer((request, response) => {
    if (request.url === '/picture') response.end(bytes);
    else if (request.url === '/slow') response.write(bytes.subarray(0, 10));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await body((path) => new URL(path, `http://127.0.0.1:${port}`));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

for (const workers of [0, 1]) {
  testWith(
    `every kind of source is the same picture, ${workers} workers`,
    { data: testData },
    async ({ data }) => {
      const bytes = readFileSync(parrot(data));
      await using engine = await createEngine({ model: model(data), workers, preload: false });
      await withServer(bytes, async (url) => {
        const sources: Record<string, () => ImageSource> = {
          path: () => parrot(data),
          bytes: () => bytes,
          'shared bytes': () => shared(bytes),
          'file: URL': () => pathToFileURL(parrot(data)),
          'http: URL': () => url('/picture'),
          'data: URL': () => new URL(`data:image/jpeg;base64,${bytes.toString('base64')}`),
          'stream of Node': () => createReadStream(parrot(data)),
          'stream of the web': () => new Blob([bytes]).stream() as unknown as AsyncIterable<Uint8Array>,
          'async generator': () => inPieces(bytes),
        };
        const wanted = (await preprocess(bytes, { model: model(data) })).input_sha256;
        for (const [name, source] of Object.entries(sources)) {
          assert.equal((await engine.preprocess(source())).input_sha256, wanted, name);
        }
        await assert.rejects(engine.preprocess(url('/nothing')), {
          code: 'NETWORK_FAILED',
          exitCode: 6,
          message: /HTTP status 404/,
        });
        await assert.rejects(engine.preprocess(url('/slow'), { deadline: 50 }), {
          code: 'DEADLINE_EXCEEDED',
        });
        await assert.rejects(engine.preprocess(new URL('ftp://127.0.0.1/')), { code: 'USAGE_INVALID' });
      });
    },
  );
}

test('a source over the limit, a stream of other things, no picture at all', async () => {
  await withScratch(async (folder) => {
    const file = join(folder, 'large');
    writeFileSync(file, new Uint8Array(1001));
    await using engine = await createEngine({ workers: 0, preload: false, maxInputBytes: 1000 });
    const large = { code: 'INPUT_TOO_LARGE', exitCode: 3 };
    const usage = { code: 'USAGE_INVALID', exitCode: 2 };
    await assert.rejects(engine.classify(file), large);
    await assert.rejects(engine.classify(new Uint8Array(1001)), large);
    await assert.rejects(engine.classify(inPieces(new Uint8Array(1001))), large);
    await assert.rejects(engine.classify(folder), { code: 'INPUT_UNREADABLE', exitCode: 3 });
    for (const wrong of [42, null, undefined, {}, { data: 'x', width: 1, height: 1 }]) {
      await assert.rejects(engine.classify(wrong as unknown as ImageSource), usage, String(wrong));
    }
    async function* texts() {
      yield 'text';
    }
    await assert.rejects(engine.classify(texts() as unknown as ImageSource), usage);
  });
});

testWith('raw pixels equal the same pixels in a file', { data: testData }, async ({ data }) => {
  await withScratch(async (folder) => {
    const [width, height] = [31, 17];
    const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256);
    const file = join(folder, 'pixels.ppm');
    writeFileSync(file, Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), pixels]));
    const options = { model: model(data) };
    const raw = await preprocess({ data: pixels, width, height }, options);
    const decoded = await preprocess(file, options);
    assert.deepEqual(raw.shape, [1, 3, 224, 224]);
    assert.equal(raw.data.byteLength, 3 * 224 * 224 * 4);
    assert.equal(raw.input_sha256, decoded.input_sha256);
    assert.deepEqual(raw.data, decoded.data);
    const info = { width, height, channels: 3 };
    const clamped = new Uint8ClampedArray(pixels);
    const forms: Record<string, ImageSource> = {
      rgb: { rgb: pixels, width, height },
      'raw pixels of sharp': { data: pixels, info: { ...info, format: 'raw' } },
      'a file of sharp': { data: readFileSync(file), info: { ...info, format: 'ppm' } },
      'getters, as ImageData has them': Object.create({ data: clamped, width, height }),
      Blob: new Blob([readFileSync(file)]),
      ArrayBuffer: Uint8Array.from(readFileSync(file)).buffer,
    };
    for (const [name, form] of Object.entries(forms)) {
      assert.equal((await preprocess(form, options)).input_sha256, decoded.input_sha256, name);
    }
    for (const broken of [
      { rgb: pixels.subarray(1), width, height },
      { data: pixels, info: { ...info, width: 30 } },
    ]) {
      await assert.rejects(preprocess(broken, options), { code: 'INPUT_RAW_SIZE', exitCode: 3 });
    }
    await assert.rejects(preprocess({ data: pixels, info: { ...info, channels: 5 } }, options), {
      code: 'INPUT_INVALID',
      exitCode: 3,
    });
  });
});

for (const workers of [0, 1]) {
  testWith(
    `errors have the one shape, and the engine goes on after them, ${workers} workers`,
    { data: testData },
    async ({ data }) => {
      await using engine = await createEngine({ model: model(data), workers });
      assert.deepEqual(engine.model, { name: 'mobilenet_v2_1.0_224', version: '1.0.0' });
      const expected: [ImageSource, Parameters<typeof engine.classify>[1], object][] = [
        [join(data, 'nothing.jpg'), {}, { code: 'INPUT_UNREADABLE', exitCode: 3 }],
        [new Uint8Array(0), {}, { name: 'EdgeInferError', code: 'INPUT_INVALID', exitCode: 3 }],
        [readFileSync(parrot(data)).subarray(0, 300), {}, { name: 'EdgeInferError', exitCode: 3 }],
        [{ data: new Uint8Array(9), width: 9, height: 9 }, {}, { code: 'INPUT_RAW_SIZE', exitCode: 3 }],
        [parrot(data), { top: 0 }, { code: 'USAGE_INVALID', exitCode: 2 }],
        [parrot(data), { threshold: 2 }, { code: 'USAGE_INVALID', exitCode: 2 }],
        [parrot(data), { deadline: -1 }, { code: 'USAGE_INVALID', exitCode: 2 }],
        [parrot(data), { signal: AbortSignal.abort() }, { name: 'AbortError' }],
      ];
      for (const [source, options, error] of expected) {
        await assert.rejects(engine.classify(source, options), error);
      }
      assert.equal((await engine.classify(parrot(data))).predictions[0]?.class_id, MACAW);
      await assert.rejects(classify(parrot(data), { model: model(data), precision: 'fp8' }), {
        code: 'MODEL_NO_GRAPH',
        exitCode: 4,
      });
    },
  );
}

test('an unknown model is named', async () => {
  await assert.rejects(createEngine({ model: 'imaginary' }), { code: 'MODEL_NOT_FOUND', exitCode: 4 });
});
