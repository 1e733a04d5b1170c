/** `edge-infer bench`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edgeInfer, jsonLines } from '../support/cli.js';
import { testWith } from '../support/requirements.js';
import { runtimeReady } from '../support/runtimes.js';

interface Row {
  readonly case: string;
  readonly subject: string;
  readonly rival: string | null;
  readonly ours_ms: number;
  readonly rival_ms: number | null;
  readonly ratio: number | null;
  readonly hash: string;
  readonly hash_equal: boolean | null;
  readonly infer_ms: number;
  readonly graph: string;
}

const KEYS = ['case', 'subject', 'rival', 'ours_ms', 'rival_ms', 'ratio', 'hash', 'hash_equal'];

testWith(
  'bench --json: a row a runtime, the same inputs in both',
  { node: runtimeReady('node'), wasmtime: runtimeReady('wasmtime') },
  async () => {
    const args = ['bench', '--json', '--rounds', '2', '--runtime', 'node', '--runtime', 'wasmtime'];
    const { exitCode, stdout, stderr } = await edgeInfer(args);
    assert.equal(exitCode, 0, stderr);
    const [node, wasmtime, ...more] = jsonLines<Row>(stdout);
    assert.ok(node !== undefined && wasmtime !== undefined);
    assert.deepEqual(more, []);
    for (const row of [node, wasmtime]) {
      assert.deepEqual(Object.keys(row).slice(0, KEYS.length), KEYS);
      assert.ok(row.ours_ms > 0 && row.infer_ms > 0);
      assert.match(row.hash, /^[0-9a-f]{64}$/);
      assert.equal(row.graph, 'onnx fp32 on cpu');
    }
    assert.deepEqual([node.subject, node.rival, node.ratio], ['node', null, null]);
    assert.deepEqual([wasmtime.subject, wasmtime.rival, wasmtime.hash_equal], ['wasmtime', 'node', true]);
    assert.equal(wasmtime.hash, node.hash);
    assert.equal(wasmtime.rival_ms, node.ours_ms);
  },
);

testWith('bench prints a table for people', { node: runtimeReady('node') }, async () => {
  const { exitCode, stdout, stderr } = await edgeInfer(['bench', '--rounds', '1', '--runtime', 'node']);
  assert.equal(exitCode, 0, stderr);
  assert.match(
    stdout,
    /^RUNTIME +DECODE +PREPROCESS +INFER +POSTPROCESS +LATENCY +P95 +INPUTS +GRAPH\nnode +\d/,
  );
  assert.match(stdout, /medians of 1 rounds over 1 picture/);
});

test('bench refuses what it cannot do in one line', async () => {
  for (const [args, code, text] of [
    [['--rounds', '0'], 2, /--rounds is wrong \(0\)/],
    [['--runtime', 'wasmer'], 2, /unknown runtime \(wasmer\)/],
    [['--image', 'nowhere.jpg'], 3, /cannot read the picture \(nowhere\.jpg\)/],
    [['--image', 'package.json', '--runtime', 'node'], 3, /not a known image format/],
    [['--model', 'nothing'], 4, /nothing/],
  ] as const) {
    const { exitCode, stdout, stderr } = await edgeInfer(['bench', ...args]);
    assert.equal(exitCode, code, `${args.join(' ')}: ${stderr}`);
    assert.equal(stdout, '');
    assert.match(stderr.trim().split('\n').at(-1) ?? '', text);
  }
});
