/** The resize stage against Pillow: tests/golden/resize.json, made by scripts/golden/resize.py. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { instantiateForTest, type TestGuest } from '../support/assembly.js';

interface Case {
  readonly seed: number;
  readonly content: 'noise' | 'hard';
  readonly channels: number;
  readonly source: readonly [number, number];
  readonly full: readonly [number, number];
  readonly crop: readonly [number, number, number, number];
  readonly filter: string;
  readonly sha256: string;
}

const FILTERS = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'];
const PILLOW = 0;
const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/resize.json'), 'utf8')) as {
  readonly pillow: string;
  readonly cases: readonly Case[];
};

let guest: TestGuest;
before(async () => {
  guest = await instantiateForTest('assembly/entries/kernel_testing.ts');
});

/** The synthetic picture of a case: see scripts/golden/resize.py. */
function picture({ seed, content, channels, source: [width, height] }: Case): Uint8Array {
  let state = seed;
  return new Uint8Array(width * height * channels).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return content === 'noise' ? state >>> 24 : (state >>> 31) * 255;
  });
}

/** A copy of the next ready row. */
function takeRow(bytes: number): Buffer {
  const at = guest.call.resizeTake!();
  return Buffer.from(guest.memory.buffer.slice(at, at + bytes));
}

/** Rows of the crop window, out of the stage that is fed with the rows that it asks for. */
function resize(item: Case): Buffer {
  const { call, memory } = guest;
  const pixels = picture(item);
  const [width, height] = item.source;
  const stride = width * item.channels;
  const mark = call.arenaMark!();
  const row = call.arenaAlloc!(stride);
  const filter = FILTERS.indexOf(item.filter);
  const status = call.resizeBegin!(
    PILLOW,
    filter,
    1,
    item.channels,
    width,
    height,
    ...item.full,
    ...item.crop,
  );
  assert.equal(status, 0);
  const rows: Buffer[] = [];
  for (let y = call.resizeFirstRow!(); y <= call.resizeLastRow!(); y++) {
    new Uint8Array(memory.buffer).set(pixels.subarray(y * stride, (y + 1) * stride), row);
    for (let ready = call.resizePush!(row); ready > 0; ready--) {
      rows.push(takeRow(item.crop[2] * item.channels));
    }
  }
  assert.equal(call.resizeTake!(), 0);
  call.arenaRelease!(mark);
  assert.equal(rows.length, item.crop[3]);
  return Buffer.concat(rows);
}

for (const filter of FILTERS) {
  const cases = golden.cases.filter((item) => item.filter === filter);
  test(`${filter}: ${cases.length} pictures equal Pillow ${golden.pillow} bit for bit`, () => {
    for (const item of cases) {
      const hash = createHash('sha256').update(resize(item)).digest('hex');
      const { source, full, crop, channels, content } = item;
      assert.equal(hash, item.sha256, JSON.stringify({ source, full, crop, channels, content }));
    }
  });
}

test('a push before all ready rows were taken is refused, and no row is lost', () => {
  const { call } = guest;
  const mark = call.arenaMark!();
  const row = call.arenaAlloc!(3);
  assert.equal(call.resizeBegin!(PILLOW, FILTERS.indexOf('box'), 1, 3, 1, 2, 1, 4, 0, 0, 1, 4), 0);
  assert.equal(call.resizePush!(row), 2);
  assert.equal(call.resizePush!(row), -1);
  assert.notEqual(call.resizeTake!(), 0);
  assert.notEqual(call.resizeTake!(), 0);
  assert.equal(call.resizeTake!(), 0);
  assert.equal(call.resizePush!(row), 2);
  call.arenaRelease!(mark);
});

test('sizes, filters, channels and windows that make no sense are refused', () => {
  const { call } = guest;
  const begin = (...args: number[]) => call.resizeBegin!(...args);
  assert.equal(begin(1, 2, 1, 3, 8, 8, 4, 4, 0, 0, 4, 4), 192);
  assert.equal(begin(PILLOW, 6, 1, 3, 8, 8, 4, 4, 0, 0, 4, 4), 192);
  assert.equal(begin(PILLOW, 2, 0, 3, 8, 8, 4, 4, 0, 0, 4, 4), 192);
  assert.equal(begin(PILLOW, 2, 1, 5, 8, 8, 4, 4, 0, 0, 4, 4), 194);
  assert.equal(begin(PILLOW, 2, 1, 3, 0, 8, 4, 4, 0, 0, 4, 4), 191);
  assert.equal(begin(PILLOW, 2, 1, 3, 8, 8, 70000, 4, 0, 0, 4, 4), 191);
  assert.equal(begin(PILLOW, 2, 1, 3, 8, 8, 4, 4, 4, 0, 4, 4), 193);
  assert.equal(begin(PILLOW, 2, 1, 3, 8, 8, 4, 4, -4, 0, 4, 4), 193);
  // 65535 rows of 262,140 bytes in the ring: more than 32 bits.
  const mark = call.arenaMark!();
  assert.equal(begin(PILLOW, 5, 1, 4, 65535, 65535, 65535, 1, 0, 0, 65535, 1), 190);
  call.arenaRelease!(mark);
});
