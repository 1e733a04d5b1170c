/** A minute of fuzzing over everything that reads foreign bytes, and the fuzzer's own test. `npm run fuzz` runs for hours. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withScratch } from '../support/scratch.js';
import { InputMaker } from './inputs.js';
import { fuzz } from './run.js';
import { neverReached } from './statuses.js';
import { FAULTS } from './targets/broken.js';
import { TARGETS } from './targets/index.js';

const SECONDS = 50;
const SEED = 20260607;
/** Even a busy machine gets that far. */
const LEAST_INPUTS = 20_000;

test('the fuzzer finds every kind of fault, and nothing in a good module', async () => {
  await withScratch(async (folder) => {
    const report = await fuzz({ targets: ['broken'], seed: 1, inputs: 40, hangMs: 2000, findings: folder });
    const letters = Object.keys(FAULTS);
    assert.equal(report.inputs, 40);
    assert.deepEqual(
      report.findings.map(({ index }) => index),
      letters.map((_, i) => i + 1),
    );
    for (const [i, { what, path }] of report.findings.entries()) {
      assert.match(what, FAULTS[letters[i]!]!, letters[i]);
      assert.equal(readFileSync(path!, 'latin1'), `${letters[i]}...`);
    }
    assert.ok(existsSync(join(folder, 'broken-1-1.txt')));
  });
});

test('an input is made again from its seed and number', () => {
  for (const target of TARGETS) {
    const [first, second, other] = [
      new InputMaker(target, 5),
      new InputMaker(target, 5),
      new InputMaker(target, 6),
    ];
    let same = 0;
    for (let index = 400; index < 440; index += 1) {
      const bytes = first.make(index).slice();
      assert.deepEqual(second.make(index).slice(), bytes, `${target.name} ${index}`);
      if (Buffer.compare(other.make(index), bytes) === 0) same += 1;
    }
    assert.ok(same < 20, `${target.name}: another seed gives other inputs`);
  }
});

test('hostile files, cards, texts and requests: no trap, no hang, no growth, no write outside', {
  timeout: 180_000,
}, async (context) => {
  const report = await fuzz({ seed: SEED, seconds: SECONDS });
  for (const { target, inputs, accepted, statuses } of report.targets)
    context.diagnostic(`${target.name}: ${inputs} inputs, ${accepted} accepted, ${statuses.size} statuses`);
  for (const { name } of neverReached(report)) context.diagnostic(`never reached: ${name}`);
  assert.deepEqual(report.findings, []);
  assert.ok(report.inputs > LEAST_INPUTS, `${report.inputs} inputs`);
  assert.ok(neverReached(report).length < 10, 'nearly every status is reached');
  for (const { target, inputs, accepted } of report.targets)
    assert.ok(accepted > inputs / 100, `${target.name}: inputs are not all refused at once`);
});
