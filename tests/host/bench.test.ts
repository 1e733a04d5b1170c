/** The benchmark as it is run, without any rival that would have to be installed. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { jsonLines, runProgram } from '../support/cli.js';

const bench = (...args: string[]) =>
  runProgram(process.execPath, [join(CHECKOUT, 'dist/scripts/bench.js'), ...args]);

interface Row {
  readonly case: string;
  readonly subject: string;
  readonly rival: string;
  readonly ours_ms: number;
  readonly rival_ms: number;
  readonly ratio: number;
  readonly hash: string;
  readonly hash_equal: boolean | null;
  readonly goal?: string;
  readonly note?: string;
}

test('--json prints one row a rival and nothing else: softmax in three rounds', async () => {
  const { exitCode, stdout, stderr } = await bench('--json', '--only', 'softmax', '--rounds', '3');
  assert.equal(exitCode, 0, stderr);
  const rows = jsonLines<Row>(stdout);
  assert.equal(rows.length, 2);
  for (const row of rows) {
    assert.deepEqual(Object.keys(row).slice(0, 8), [
      'case',
      'subject',
      'rival',
      'ours_ms',
      'rival_ms',
      'ratio',
      'hash',
      'hash_equal',
    ]);
    assert.equal(row.case, 'vectors/softmax-top5');
    assert.equal(row.subject, 'edge-infer');
    assert.match(row.rival, /^JavaScript/);
    assert.ok(row.ours_ms > 0 && row.rival_ms > 0);
    assert.ok(Math.abs(row.ratio - row.ours_ms / row.rival_ms) <= row.ratio * 1e-3);
    assert.match(row.hash, /^[0-9a-f]{64}$/);
    assert.equal(row.hash_equal, null);
    assert.match(row.note ?? '', /the same classes/);
  }
  assert.equal(rows[0]?.hash, rows[1]?.hash);
  assert.equal(rows[0]?.goal, '<= 3 us');
  assert.match(stderr, /^bench: 1\/1 vectors\/softmax-top5/m);
});

test('what is unknown or wrong is refused in one line', async () => {
  for (const [args, what] of [
    [['--roundz', '3'], /Unknown option '--roundz'/],
    [['--rounds', '0'], /--rounds is wrong \(0\)/],
    [['--rounds', 'many'], /--rounds is wrong \(many\)/],
    [['--only', 'teapot'], /no case has "teapot" in its name/],
    [['softmax'], /Unexpected argument 'softmax'/],
  ] as const) {
    const { exitCode, stdout, stderr } = await bench(...args);
    assert.equal(exitCode, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, what);
    assert.match(stderr, /^error: [^\n]+\n$/);
  }
});

test('--list names the cases and runs none', async () => {
  const { exitCode, stdout } = await bench('--list');
  assert.equal(exitCode, 0);
  const ids = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '');
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ['decode/jpeg-12mp', 'resize/pillow-lanczos', 'vectors/softmax-top5']) {
    assert.ok(ids.includes(id), id);
  }
});
