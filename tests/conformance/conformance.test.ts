/** Every runtime runs the suite; the page in docs says what it found. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CASES } from '../../host/conformance/cases.js';
import { hostNames } from '../../host/conformance/hosts.js';
import { page, summary } from '../../host/conformance/report.js';
import { runSuite, type SuiteResult } from '../../host/conformance/suite.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { testWith } from '../support/requirements.js';
import { hostReady } from '../support/runtimes.js';

for (const runtime of hostNames()) {
  testWith(
    `${runtime}: every case conforms or deviates as is known`,
    { ready: hostReady(runtime) },
    async () => {
      const result = await runSuite(runtime);
      const failed = result.cases.filter(({ outcome }) => outcome === 'fails');
      assert.deepEqual(failed, [], summary(result));
      const ours = runtime.startsWith('node');
      if (ours)
        assert.ok(
          result.cases.every(({ outcome }) => outcome === 'conforms'),
          summary(result),
        );
      const kinds = CASES.filter(
        ({ kind }) => kind === 'portable' || (kind === 'typed') === runtime.endsWith('-component'),
      );
      assert.equal(result.cases.length, kinds.length, 'no case is left out');
    },
    { timeout: 15 * 60_000 },
  );
}

test('the page in docs names every case', () => {
  const text = readFileSync(join(CHECKOUT, 'docs/conformance.md'), 'utf8');
  for (const { name } of CASES) assert.ok(text.includes(`\`${name}\``), name);
});

test('a failure is shown as one, a deviation with its reference', () => {
  const item = { name: 'a', says: 'b', expected: ['1'], actual: ['2'] };
  const deviation = { why: 'it counts from two', reference: 'its source' };
  const result: SuiteResult = {
    runtime: 'wasmtime',
    version: '1',
    cases: [
      { ...item, outcome: 'fails' },
      { ...item, name: 'c', outcome: 'deviates', deviation },
    ],
  };
  assert.equal(summary(result), '0 of 2 conform, 1 known deviations, 1 failures');
  const text = page([result]);
  assert.match(text, /\| `a` \| b \| ✗ \|/);
  assert.match(text, /\*\*wasmtime\*\*: it counts from two \(its source\): `c` prints `2`/);
});
