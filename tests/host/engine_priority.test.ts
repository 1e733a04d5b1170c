/** Threads of the engine run at a lower priority than the program. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { createEngine } from '../../host/index.js';

/** How nice each thread of this process is: field 19 of /proc/PID/task/TID/stat, the 17th behind the name in brackets. */
function nicenesses(): number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

test('by 10, by what was asked, or not at all', {
  skip: process.platform !== 'linux' && 'optional: Linux has a priority a thread',
}, async () => {
  const own = getPriority();
  const nicer = (by: number) => nicenesses().filter((niceness) => niceness === Math.min(19, own + by)).length;
  for (const [niceness, by] of [
    [undefined, 10],
    [3, 3],
  ] as const) {
    const before = nicer(by);
    await using engine = await createEngine({ workers: 1, ...(niceness !== undefined && { niceness }) });
    assert.equal(nicer(by), before + 1);
    assert.equal(getPriority(), own, 'the program keeps its own');
    assert.equal(
      (await engine.classify({ data: new Uint8Array(48), width: 4, height: 4 })).predictions.length,
      5,
    );
  }
  const before = nicenesses().filter((niceness) => niceness > own).length;
  await using engine = await createEngine({ workers: 1, niceness: 0 });
  assert.equal(nicenesses().filter((niceness) => niceness > own).length, before);
  assert.equal(engine.stats().workers.length, 1);
  await assert.rejects(createEngine({ niceness: 20 }), { code: 'USAGE_INVALID' });
});
