/** Raw frames: rows of every layout, against OpenCV (tests/golden/yuv.json, made by scripts/golden/yuv.py) and plain code. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { codecs } from '../support/pictures.js';
import {
  CODINGS,
  FORMATS,
  type Format,
  frameBytes,
  isYuv,
  layoutOf,
  noise,
  yuvToRgb,
} from '../support/raw_frames.js';

const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/yuv.json'), 'utf8')) as {
  readonly opencv: string;
  readonly cases: readonly {
    readonly seed: number;
    readonly content: 'noise' | 'hard';
    readonly format: Format;
    readonly size: readonly [number, number];
    readonly sha256: string;
  }[];
};
/** What the module answers for a length that does not fit. */
const RAW_LENGTH = 189;
const SIZES: readonly [number, number][] = [
  [1, 1],
  [2, 1],
  [1, 2],
  [3, 3],
  [7, 5],
  [8, 4],
  [9, 2],
  [15, 3],
  [17, 7],
  [33, 2],
  [101, 9],
];

const guest = await codecs();

test(`${golden.cases.length} frames equal OpenCV ${golden.opencv} bit for bit`, () => {
  for (const { seed, content, format, size, sha256 } of golden.cases) {
    const data = noise(seed, frameBytes(format, ...size), content === 'hard');
    const { pixels, channels, text } = guest.decodeRaw(data, ...size, layoutOf(format));
    assert.equal(text, '');
    assert.equal(channels, 3);
    assert.equal(createHash('sha256').update(pixels).digest('hex'), sha256, `${format} ${size}`);
  }
});

test("Y'CbCr of all formats, matrices and ranges, odd sides too", () => {
  for (const format of FORMATS.filter(isYuv)) {
    for (const coding of CODINGS) {
      for (const [width, height] of SIZES) {
        const data = noise(width * 31 + height, frameBytes(format, width, height), height === 3);
        const { pixels } = guest.decodeRaw(data, width, height, layoutOf(format, coding));
        const wanted = Buffer.from(yuvToRgb(data, format, width, height, coding));
        assert.deepEqual(pixels, wanted, `${format} ${coding.matrix} ${coding.range} ${width}x${height}`);
      }
    }
  }
});

test('interleaved formats come as they are, BGR as RGB', () => {
  const order: Partial<Record<Format, number[]>> = {
    gray: [0],
    graya: [0, 1],
    rgb: [0, 1, 2],
    rgba: [0, 1, 2, 3],
    bgr: [2, 1, 0],
    bgra: [2, 1, 0, 3],
  };
  for (const [name, places] of Object.entries(order) as [Format, number[]][]) {
    for (const [width, height] of SIZES) {
      const data = noise(width + height, frameBytes(name, width, height));
      const { pixels, channels } = guest.decodeRaw(data, width, height, layoutOf(name));
      const count = places.length;
      assert.equal(channels, count);
      const wanted = data.map((_, i) => data[i - (i % count) + (places[i % count] ?? 0)] ?? 0);
      assert.deepEqual(pixels, Buffer.from(wanted), `${name} ${width}x${height}`);
    }
  }
});

test('a byte too few or too many is refused in every format; so are sizes and layouts that do not exist', () => {
  for (const format of FORMATS) {
    const bytes = frameBytes(format, 5, 3);
    assert.equal(guest.decodeRaw(new Uint8Array(bytes), 5, 3, layoutOf(format)).status, 0);
    for (const length of [bytes - 1, bytes + 1, 0]) {
      assert.equal(
        guest.decodeRaw(new Uint8Array(length), 5, 3, layoutOf(format)).status,
        RAW_LENGTH,
        format,
      );
    }
  }
  for (const layout of [0, 11, 255, -1, 0x103, 0x1_0003, 0x207, 0x2_0007, 0x100_0007]) {
    assert.equal(guest.decodeRaw(new Uint8Array(45), 5, 3, layout).status, RAW_LENGTH, `${layout}`);
    assert.equal(guest.decodeRaw(new Uint8Array(33), 5, 3, layout).status, RAW_LENGTH, `${layout}`);
  }
  for (const [width, height] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [-1, 1],
    [1, -1],
    [65536, 1],
    [1, 65536],
    [65535, 65535],
  ] as const) {
    for (const format of FORMATS) {
      assert.equal(guest.decodeRaw(new Uint8Array(8), width, height, layoutOf(format)).status, RAW_LENGTH);
    }
  }
});
