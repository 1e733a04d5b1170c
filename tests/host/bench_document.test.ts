/** docs/benchmarks.md and its chart, as they are written from rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BenchRow, formatMs } from '../../scripts/bench/case.js';
import { chart } from '../../scripts/bench/chart.js';
import { f32Difference, topOneAgreement, u8Difference } from '../../scripts/bench/compare.js';
import { benchmarksDocument } from '../../scripts/bench/document.js';
import { type BenchReport, goalRatio } from '../../scripts/bench/report.js';

const won: BenchRow = {
  case: 'decode/jpeg',
  subject: 'edge-infer',
  rival: 'Pillow (Python)',
  ours_ms: 1.5,
  rival_ms: 2,
  ratio: 0.75,
  hash: 'ab'.repeat(32),
  hash_equal: true,
  rival_hash: 'ab'.repeat(32),
  ours_p95: 1.6,
  ours_spread: [1.4, 1.55],
  rival_p95: 2.4,
  rival_spread: [1.9, 2.1],
  rounds: 21,
  goal: '<= 1.7 x',
  goal_met: true,
};
const lost: BenchRow = {
  ...won,
  case: 'resize/big',
  rival: 'a <faster> library',
  rival_ms: 0.5,
  ratio: 3,
  hash_equal: null,
  rival_hash: 'cd'.repeat(32),
  goal: '<= 1.2 x',
  goal_met: false,
  note: 'at most 1 of 255 apart',
  missed: 'Two products instead of one.',
};
const absent: BenchRow = {
  case: 'decode/jpeg',
  subject: 'edge-infer',
  rival: 'OpenCV (Python)',
  ours_ms: 1.5,
  rival_ms: null,
  ratio: null,
  hash: won.hash,
  hash_equal: null,
  note: 'OpenCV (Python) not measured: not installed',
};
const memory: BenchRow = {
  case: 'memory/big',
  subject: 'edge-infer, linear memory',
  rival: 'the picture',
  ours_ms: null,
  rival_ms: null,
  ratio: 0.25,
  hash: won.hash,
  hash_equal: null,
  ours_bytes: 2 ** 20,
  rival_bytes: 4 * 2 ** 20,
  goal: '<= 8 MiB',
  goal_met: true,
};
const report: BenchReport = {
  date: '2026-01-02',
  machine: { cpu: 'Some CPU', cores: 2, memory_gib: 8, system: 'Linux x64' },
  loads: [0.5, 1.25],
  versions: new Map([
    ['Pillow', '13.0.0'],
    ['Node', '24.0.0'],
  ]),
  pictures: 'drawn',
  cases: new Map([
    ['decode/jpeg', { title: 'A JPEG', per: 'a picture' }],
    ['resize/big', { title: 'A resize', per: 'a picture' }],
    ['memory/big', { title: 'Memory of a picture', per: 'a picture' }],
  ]),
  rows: [won, absent, lost, memory],
};

test('the document has machine, versions, load, every row, what was missed and why, and what was not measured', () => {
  const text = benchmarksDocument(report, ['## Size of the artifacts']);
  for (const part of [
    'Written by `npm run bench -- --write`',
    '2026-01-02: Some CPU, 2 cores, 8 GiB, Linux x64; load average during the run 0.5 to 1.3',
    'Node 24.0.0, Pillow 13.0.0',
    '| A JPEG | 1.5 ms | Pillow (Python) | 2 ms | 0.75 x | <= 1.7 x: met |',
    '- **A resize**, against a <faster> library: 3.00 x, goal <= 1.2 x. Two products instead of one.',
    '`decode/jpeg`, time a picture. edge-infer: **1.5 ms** (p95 1.6 ms, 1.4 ms..1.55 ms). 21 rounds. Output `abababababababab`.',
    '| Pillow (Python) | **2 ms** (p95 2.4 ms, 1.9 ms..2.1 ms) | 0.75 x | <= 1.7 x: met | equal |  |',
    '| OpenCV (Python) | - | - |  | - | OpenCV (Python) not measured: not installed |',
    '<= 1.2 x: MISSED | not comparable | at most 1 of 255 apart |',
    '- `decode/jpeg`, OpenCV (Python): OpenCV (Python) not measured: not installed.',
    '| the picture | 4.00 MiB | 0.25 x | <= 8 MiB: met |',
    '## Size of the artifacts',
  ]) {
    assert.ok(text.includes(part), `${part}\n\n${text}`);
  }
  assert.ok(text.indexOf('## Goals missed') < text.indexOf('## Decoding'));
  assert.doesNotMatch(text, /undefined|NaN|\bnull\b/);
});

test('without a missed goal the document says so', () => {
  assert.match(benchmarksDocument({ ...report, rows: [won] }, []), /## Goals missed\n\nNone\./);
});

test('the chart has a bar and a goal for each row that has both, and text is escaped', () => {
  const svg = chart(report);
  assert.equal(svg.match(/<rect /g)?.length, 3);
  assert.equal(svg.match(/class="goal"\/>/g)?.length, 3);
  assert.match(svg, /class="missed"/);
  assert.match(svg, /against a &lt;faster&gt; library/);
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.doesNotMatch(svg, /NaN|undefined/);
});

test('goals stand on the scale of ratios', () => {
  assert.equal(goalRatio(lost), 1.2);
  assert.equal(goalRatio({ ...won, goal: '<= 3 us', rival_ms: 0.3 }), 0.01);
  assert.equal(goalRatio({ ...won, goal: '<= 60 ms', rival_ms: 30 }), 2);
  assert.equal(goalRatio(memory), 2);
  assert.equal(goalRatio(absent), undefined);
});

test('durations have the unit that fits', () => {
  assert.deepEqual([0.0014, 0.0423, 0.25, 1.5, 98.7, 250.4].map(formatMs), [
    '1.4 us',
    '42.3 us',
    '0.25 ms',
    '1.5 ms',
    '98.7 ms',
    '250 ms',
  ]);
});

test('differences are counted on copies: a Buffer may be a part of a larger one', () => {
  const pool = Buffer.from([9, 9, 9, 1, 2, 3, 4]);
  assert.match(u8Difference(pool.subarray(3), Uint8Array.of(1, 2, 3, 7)), /at most 3\.00 of 255 apart/);
  assert.match(u8Difference(pool, pool.subarray(3)), /lengths 7 and 4/);
  const floats = (...values: number[]) =>
    Buffer.concat([Buffer.from([0]), new Uint8Array(Float32Array.from(values).buffer)]).subarray(1);
  assert.match(f32Difference(floats(1, 2), floats(1, 2.5)), /at most 0\.500 apart, on average 0\.250/);
  const classes = (...ids: number[]) => new Uint8Array(Int32Array.from(ids).buffer);
  const same = topOneAgreement(
    classes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    classes(1, 9, 9, 9, 9, 7, 6, 8, 9, 10),
  );
  assert.equal(same, 'the best class is the same on 1 of 2 pictures');
});
