/** Memory over thousands of inferences; docs/engine.md has the numbers of a hundred thousand. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { trendOf } from '../../host/bench/statistics.js';
import type { EnduranceReport } from '../../scripts/bench/worker/endurance.js';

/** A tensor that stays behind would be 12,288 bytes, a picture up to 420,000, the objects of a request a few thousand. */
const MOST_BYTES_EACH = 1000;

/** Whether memory grows with `count` inferences, in words; undefined when it does not. */
async function growth(count: number): Promise<string | undefined> {
  const program = join(import.meta.dirname, '../../scripts/bench/worker/endurance.js');
  const args = ['--expose-gc', program, String(count), '2', '50'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 600_000 });
  const { samples, wrong } = JSON.parse(stdout) as EnduranceReport;
  assert.equal(wrong, 0);
  assert.equal(samples.length, 50);
  const { slope, low } = trendOf(samples);
  if (low <= 0 || slope < MOST_BYTES_EACH) return undefined;
  return `${slope} bytes an inference, at least ${low}, over ${count}`;
}

test('resident memory does not grow with inferences', { timeout: 700_000 }, async () => {
  // Heaps may still be settling, by some megabytes in all; what stays behind of each inference is there after more of them too.
  if ((await growth(5000)) !== undefined) assert.equal(await growth(30_000), undefined);
});
