/** The resize stage against Pillow: tests/golden/resize.json, made by scripts/golden/resize.py. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { FILTERS, PROFILES, type ResizeCase, ResizeStage } from '../support/resize_stage.js';

const PILLOW = PROFILES.pillow;
const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/resize.json'), 'utf8')) as {
  readonly pillow: string;
  readonly cases: readonly ResizeCase[];
};

let stage: ResizeStage;
before(async () => {
  stage = await ResizeStage.open('pillow');
});

for (const filter of FILTERS) {
  const cases = golden.cases.filter((item) => item.filter === filter);
  test(`${filter}: ${cases.length} pictures equal Pillow ${golden.pillow} bit for bit`, () => {
    stage.check(cases);
  });
}

test('a push before all ready rows were taken is refused, and no row is lost', () => {
  const { call } = stage.guest;
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
  const { call } = stage.guest;
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
