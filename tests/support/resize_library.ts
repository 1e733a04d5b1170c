/** The tests that the profiles share: stored cases, fresh ones of the library itself, what is refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { runProgram } from './cli.js';
import { type Requirement, testWith } from './requirements.js';
import { FILTERS, PROFILES, type ResizeCase, ResizeStage } from './resize_stage.js';

const FRESH_CASES = 600;
const RESIZE_FILTER = 192;

interface GoldenFile {
  readonly cases: readonly ResizeCase[];
}

/** Tests of `profile`: its golden file, its random cases by `python`, the filters that it has not. */
export function libraryTests(
  profile: 'opencv' | 'torchvision' | 'tensorflow',
  python: Requirement<string>,
  options: { readonly optional?: boolean } = {},
): void {
  const golden = JSON.parse(
    readFileSync(join(CHECKOUT, `tests/golden/resize_${profile}.json`), 'utf8'),
  ) as GoldenFile;
  let stage: ResizeStage;
  before(async () => {
    stage = await ResizeStage.open(profile);
  });

  const kind = (item: ResizeCase) => `${item.filter}, antialias ${item.antialias ? 'on' : 'off'}`;
  for (const name of new Set(golden.cases.map(kind))) {
    const cases = golden.cases.filter((item) => kind(item) === name);
    test(`${name}: ${cases.length} pictures equal ${profile} bit for bit`, () => stage.check(cases));
  }

  testWith(
    `${FRESH_CASES} random pictures equal ${profile} bit for bit`,
    { python },
    async ({ python }) => {
      const seed = String(Date.now() % 2 ** 31);
      const script = join(CHECKOUT, `scripts/golden/resize_${profile}.py`);
      const made = await runProgram(python, [script, '--random', String(FRESH_CASES), seed]);
      assert.equal(made.exitCode, 0, made.stderr);
      const { cases } = JSON.parse(made.stdout) as GoldenFile;
      assert.equal(cases.length, FRESH_CASES);
      stage.check(cases);
    },
    options,
  );

  test('padding has the value of resizeFill in the type of the rows', () => {
    const { call, memory } = stage.guest;
    const mark = call.arenaMark!();
    const row = call.arenaAlloc!(3);
    const bilinear = FILTERS.indexOf('bilinear');
    assert.equal(call.resizeBegin!(PROFILES[profile], bilinear, 0, 3, 1, 1, 1, 1, -1, -1, 3, 2), 0);
    call.resizeFill!(114);
    new Uint8Array(memory.buffer, row, 3).set([1, 2, 255]);
    assert.equal(call.resizePush!(row), 2);
    const take = () => {
      const at = call.resizeTake!();
      return [
        ...(call.resizeElementBytes!() === 4
          ? new Float32Array(memory.buffer, at, 9)
          : new Uint8Array(memory.buffer, at, 9)),
      ];
    };
    assert.deepEqual(take(), Array(9).fill(114));
    assert.deepEqual(take(), [114, 114, 114, 1, 2, 255, 114, 114, 114]);
    assert.equal(call.resizeElementBytes!(), profile === 'tensorflow' ? 4 : 1);
    call.arenaRelease!(mark);
  });

  test('only filters of the library are taken, nearest with and without antialias where that can be chosen', () => {
    const begin = (filter: string, antialias: boolean) => {
      const mark = stage.guest.call.arenaMark!();
      const at = FILTERS.indexOf(filter);
      const sizes = [8, 8, 4, 4, 0, 0, 4, 4];
      const status = stage.guest.call.resizeBegin!(PROFILES[profile], at, Number(antialias), 3, ...sizes);
      stage.guest.call.arenaRelease!(mark);
      return status;
    };
    const has = new Set(golden.cases.map((item) => `${item.filter} ${item.antialias}`));
    const chosen = profile !== 'opencv';
    if (chosen) has.add('nearest true');
    for (const filter of FILTERS) {
      for (const antialias of [false, true]) {
        const expected = has.has(`${filter} ${antialias}`) ? 0 : RESIZE_FILTER;
        assert.equal(begin(filter, antialias), expected, `${filter} ${antialias}`);
      }
    }
    const nearest = golden.cases.filter((item) => item.filter === 'nearest');
    if (chosen) stage.check(nearest.map((item) => ({ ...item, antialias: true })));
  });
}
