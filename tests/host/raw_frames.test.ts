/** A raw frame gives the same tensor as the RGB pixels made of it, whichever way it is handed over. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createEngine, type RawImage } from '../../host/index.js';
import { Wasm } from '../../host/wasm.js';
import { openGuest, runGuestCli, writeModel } from '../support/guest_stub.js';
import {
  CODINGS,
  type Coding,
  FORMATS,
  type Format,
  frameBytes,
  isYuv,
  layoutOf,
  noise,
  yuvToRgb,
} from '../support/raw_frames.js';
import { withScratch } from '../support/scratch.js';

const [WIDTH, HEIGHT] = [37, 23];
const YUV = FORMATS.filter(isYuv);

/** A frame and the RGB made of it. */
interface Frame {
  readonly format: Format;
  readonly coding: Coding;
  readonly data: Uint8Array;
  readonly rgb: Uint8Array;
}

function frame(format: Format, coding: Coding): Frame {
  const data = noise(5, frameBytes(format, WIDTH, HEIGHT));
  return { format, coding, data, rgb: yuvToRgb(data, format, WIDTH, HEIGHT, coding) };
}

const FRAMES = YUV.flatMap((format) => CODINGS.map((coding) => frame(format, coding)));

/** Hashes of the tensors of raw images, by the API of Node. */
async function hashes(folder: string, images: readonly RawImage[]): Promise<string[]> {
  await using engine = await createEngine({ model: join(folder, 'model'), workers: 0, preload: false });
  const out: string[] = [];
  for (const image of images) out.push((await engine.preprocess(image)).input_sha256);
  return out;
}

const rgbImage = (data: Uint8Array): RawImage => ({ data, width: WIDTH, height: HEIGHT });

/** Calls of a module that takes a picture as bytes in its memory. */
class Calls {
  constructor(
    readonly exports: Record<string, (...values: number[]) => number>,
    readonly memory: { readonly buffer: ArrayBufferLike },
  ) {}

  put(bytes: Uint8Array): number {
    const at = this.exports.edge_alloc?.(bytes.length) ?? 0;
    new Uint8Array(this.memory.buffer).set(bytes, at);
    return at;
  }

  u32(at: number): number {
    return new DataView(this.memory.buffer).getUint32(at, true);
  }

  text(at: number): string {
    return Buffer.from(this.memory.buffer as ArrayBuffer, this.u32(at), this.u32(at + 4)).toString();
  }

  /** Hash of a result of edge_preprocess, or the code of its error. */
  hashOf(result: number): string {
    if (this.u32(result) !== 0) return this.text(result + 4);
    return Buffer.from(this.memory.buffer as ArrayBuffer, this.u32(result + 36), 32).toString('hex');
  }
}

async function withModel(body: (folder: string) => Promise<void>, change?: Parameters<typeof writeModel>[1]) {
  await withScratch(async (folder) => {
    writeModel(folder, change);
    await body(folder);
  });
}

describe('raw frames', () => {
  test('the API of Node: every format, matrix and range; BGR, gray and alpha', async () => {
    await withModel(async (folder) => {
      const yuv = FRAMES.map(({ format, coding, data }) => ({ ...rgbImage(data), format, ...coding }));
      const given = await hashes(folder, yuv as RawImage[]);
      const wanted = await hashes(
        folder,
        FRAMES.map(({ rgb }) => rgbImage(rgb)),
      );
      assert.deepEqual(given, wanted);
      assert.equal(new Set(given).size, FRAMES.length, 'no two frames look alike');

      const rgb = noise(9, WIDTH * HEIGHT * 3);
      const bgr = rgb.map((_, i) => rgb[i + 2 - 2 * (i % 3)] ?? 0);
      const rgba = Uint8Array.from({ length: WIDTH * HEIGHT * 4 }, (_, i) =>
        i % 4 === 3 ? i % 256 : (rgb[Math.floor(i / 4) * 3 + (i % 4)] ?? 0),
      );
      const bgra = rgba.map((value, i) => (i % 4 === 3 ? value : (rgba[i + 2 - 2 * (i % 4)] ?? 0)));
      const same = await hashes(folder, [
        rgbImage(rgb),
        { ...rgbImage(rgb), format: 'rgb' },
        { ...rgbImage(bgr), format: 'bgr' },
        rgbImage(rgba),
        { ...rgbImage(bgra), format: 'bgra' },
      ]);
      assert.equal(new Set(same).size, 1);
      const gray = noise(10, WIDTH * HEIGHT);
      const graya = Uint8Array.from({ length: gray.length * 2 }, (_, i) =>
        i % 2 === 0 ? (gray[i / 2] ?? 0) : i % 256,
      );
      const [byCount, withAlpha] = await hashes(folder, [
        rgbImage(gray),
        { ...rgbImage(graya), format: 'graya' },
      ]);
      assert.equal(withAlpha, byCount);
    });
  });

  test('a model for gray pictures: the gray of the RGB', async () => {
    await withModel(
      async (folder) => {
        const { data, rgb } = frame('nv12', { matrix: 'bt709', range: 'limited' });
        const [given, wanted] = await hashes(folder, [
          { ...rgbImage(data), format: 'nv12', matrix: 'bt709' },
          rgbImage(rgb),
        ]);
        assert.equal(given, wanted);
      },
      (card) => {
        Object.assign(card.input as object, {
          shape: [1, 1, 4, 4],
          color: 'gray',
          normalize: { divide: 255, mean: [0.5], std: [0.5] },
        });
      },
    );
  });

  test('typed calls of the reactor and of edge_kernels.wasm, JSON, the command line', async () => {
    await withModel(async (folder) => {
      const wanted = await hashes(
        folder,
        FRAMES.map(({ rgb }) => rgbImage(rgb)),
      );
      const guest = await openGuest(folder, [], {}, {}, true);
      const reactor = new Calls(guest.exports, guest.memory);
      const bytes = readFileSync(new URL('../../wasm/edge_kernels.wasm', import.meta.url));
      const { exports } = new Wasm.Instance(new Wasm.Module(bytes));
      const kernels = new Calls(exports as Calls['exports'], exports.memory as Calls['memory']);
      const card = readFileSync(join(folder, 'model', 'model.json'));
      kernels.exports.edge_open_card?.(kernels.put(card), card.length, 0, 0);
      const path = Buffer.from('./model');
      for (const [i, { format, coding, data }] of FRAMES.entries()) {
        const layout = layoutOf(format, coding);
        const fields = [
          reactor.put(data),
          data.length,
          WIDTH,
          HEIGHT,
          layout,
          reactor.put(path),
          path.length,
        ];
        const struct = new Uint8Array(Uint32Array.from([...fields, 0, 0]).buffer);
        const result = reactor.exports.edge_preprocess?.(reactor.put(struct)) ?? 0;
        assert.equal(reactor.hashOf(result), wanted[i]);

        const at = kernels.put(data);
        const tensor = kernels.exports.edge_preprocess?.(at, data.length, WIDTH, HEIGHT, layout) ?? 0;
        assert.equal(kernels.hashOf(tensor), wanted[i]);

        const request = { model_id: './model', width: WIDTH, height: HEIGHT, format, ...coding };
        const image = i % 2 === 0 ? Buffer.from(data).toString('base64') : [...data];
        const json = Buffer.from(JSON.stringify({ ...request, image_data: image }));
        const answer = reactor.exports.edge_infer?.(reactor.put(json), json.length) ?? 0;
        assert.equal(JSON.parse(reactor.text(answer)).input_sha256, wanted[i]);
      }
      for (const [i, { format, coding, data }] of FRAMES.entries()) {
        if (i % 5 !== 0) continue;
        writeFileSync(join(folder, 'frame.raw'), data);
        const raw = `${WIDTH}x${HEIGHT}:${format}:${coding.matrix}:${coding.range}`;
        const args = ['classify', 'frame.raw', '--raw', raw, '--model', 'model', '--json'];
        const { stdout } = await runGuestCli(folder, args);
        assert.equal(JSON.parse(stdout).input_sha256, wanted[i]);
      }
    });
  });

  test('what does not fit is refused with the number of bytes, or the words, that would', async () => {
    await withModel(async (folder) => {
      await using engine = await createEngine({ model: join(folder, 'model'), workers: 0, preload: false });
      const data = new Uint8Array(frameBytes('nv12', 5, 3));
      const frameOf = (rest: object) => ({ data, width: 5, height: 3, ...rest }) as RawImage;
      const bad: [RawImage, object][] = [
        [
          frameOf({ format: 'i420', data: data.subarray(1) }),
          {
            code: 'INPUT_RAW_SIZE',
            exitCode: 3,
            message: 'cannot use the picture: width, height and format make 27 bytes',
          },
        ],
        [frameOf({}), { code: 'INPUT_RAW_SIZE', exitCode: 3 }],
        [frameOf({ width: 0, format: 'nv12' }), { code: 'INPUT_RAW_SIZE', exitCode: 3 }],
        [frameOf({ width: 5.5, format: 'nv12' }), { code: 'INPUT_RAW_SIZE', exitCode: 3 }],
        [frameOf({ height: 65536, format: 'nv12' }), { code: 'INPUT_RAW_SIZE', exitCode: 3 }],
        [frameOf({ format: 'yuv9' }), { code: 'USAGE_INVALID', exitCode: 2 }],
        [frameOf({ format: 'nv12', matrix: 'bt2020' }), { code: 'USAGE_INVALID', exitCode: 2 }],
        [frameOf({ format: 'nv12', range: 'half' }), { code: 'USAGE_INVALID', exitCode: 2 }],
        [frameOf({ format: 'rgb', matrix: 'bt601' }), { code: 'USAGE_INVALID', exitCode: 2 }],
      ];
      for (const [image, error] of bad) await assert.rejects(engine.preprocess(image), error);
      assert.equal((await engine.preprocess(frameOf({ format: 'nv12' }))).shape.length, 4);

      const guest = await openGuest(folder, [], {}, {}, true);
      const reactor = new Calls(guest.exports, guest.memory);
      const errorOf = (request: object) => {
        const whole = { model_id: './model', image_data: 'AAAA', width: 2, height: 1, ...request };
        const json = Buffer.from(JSON.stringify(whole));
        return JSON.parse(reactor.text(reactor.exports.edge_infer?.(reactor.put(json), json.length) ?? 0))
          .error;
      };
      assert.equal(errorOf({ format: 'nv12' }).code, 'INPUT_RAW_SIZE');
      assert.equal(errorOf({ format: 'nv12', width: undefined }).code, 'INPUT_RAW_SIZE');
      assert.equal(
        errorOf({ format: 'rgb24' }).message,
        `bad request: format must be one of: ${FORMATS.join(' ')}`,
      );
      assert.equal(errorOf({ format: 4 }).code, 'USAGE_REQUEST');
      assert.equal(errorOf({ format: 'yuyv', matrix: 'bt2020' }).code, 'USAGE_REQUEST');
      assert.match(errorOf({ matrix: 'bt709' }).message, /matrix and range need a format of nv12/);
      assert.equal(errorOf({ format: 'rgb', range: 'full' }).code, 'USAGE_REQUEST');
      assert.equal(errorOf({ format: 'yuyv', image_data: 'AAAAAA==' }), undefined);

      writeFileSync(join(folder, 'frame.raw'), data);
      for (const raw of [
        '5x3:nv13',
        '5x3:',
        '5x3:nv12:',
        '5x3:nv12:bt601:full:',
        '5x3:nv12:full',
        'x3:nv12',
        '5:nv12',
      ]) {
        const args = ['classify', 'frame.raw', '--raw', raw, '--model', 'model'];
        const { exitCode, stderr } = await runGuestCli(folder, args);
        assert.equal(exitCode, 2, raw);
        assert.match(stderr, /bad --raw .*WIDTHxHEIGHT\[:FORMAT/);
      }
      const args = ['classify', 'frame.raw', '--raw', '5x4:nv12', '--model', 'model'];
      assert.match((await runGuestCli(folder, args)).stderr, /width, height and format make 32 bytes/);
    });
  });
});
