/** The host's own share of an inference; docs/overheads.md has the numbers of a machine at rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureHere, prepare, readMeasurements } from '../../scripts/overheads/measure.js';
import { withScratch } from '../support/scratch.js';

/** Five times what is published: other work may be on the machine. */
const LOOSE_NS = 5000;

test('set_input, compute and get_output cost little without a library', async () => {
  await withScratch(async (folder) => {
    const work = await prepare(folder);
    for (const inputs of ['view', 'copy'] as const) {
      const { overheads, stats } = await measureHere(work, inputs, 'nothing');
      let sum = 0;
      for (const name of ['set_input_small', 'compute_small', 'get_output_small']) {
        sum += overheads.get(name) ?? assert.fail(name);
      }
      assert.ok(sum <= LOOSE_NS, `${inputs}: ${sum} ns`);
      assert.equal(stats.bytesCopiedIn === 0, inputs === 'view');
    }
  });
});

test('measurements are read a line each, the first third of the rounds left out', () => {
  const lines = Array.from({ length: 21 }, (_, i) => `compute_small 10 ${i < 7 ? 9_000_000 : 500}`);
  assert.deepEqual([...readMeasurements(`${lines.join('\n')}\nnoise\n`)], [['compute_small', 50]]);
});
