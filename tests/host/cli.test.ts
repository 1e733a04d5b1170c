import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { EdgeInferError, formatErrorJson, formatErrorText } from '../../host/errors.js';
import { CLI, edgeInfer, jsonLines } from '../support/cli.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'edge-infer-cli-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

test('an error is one line whatever its parts are', () => {
  const error = new EdgeInferError({
    code: 'X',
    message: 'cannot read (a):\n  why.',
    hint: 'check\nthe path',
    exitCode: 3,
    cause: new Error('below'),
  });
  assert.equal(formatErrorText(error), 'error: cannot read (a): why. Check the path');
  assert.equal(
    formatErrorJson(error),
    '{"error":{"code":"X","message":"cannot read (a): why.","hint":"check the path"}}',
  );
});

test('usage errors: code 2, one line, the nearest word', async () => {
  const cases: [string[], RegExp][] = [
    [['clasify', 'x'], /unknown command 'clasify'\. Try classify/],
    [['classify', 'x', '--tpo', '3'], /unknown option '--tpo'\. Try --top/],
    [['models', 'lst'], /unknown command 'lst'\. Try list/],
    [['models'], /incomplete command \(models\)/],
    [['models', 'verify'], /missing required argument/],
    [['preprocess', 'x'], /--out/],
    [['classify', 'x', '--runtime', 'wasmer'], /unknown runtime \(wasmer\).*node, node-component, wasmtime/],
    [['classify', 'x', '--model'], /argument missing/],
  ];
  for (const [args, text] of cases) {
    const { exitCode, stdout, stderr } = await edgeInfer(args);
    assert.equal(exitCode, 2, `${args}: ${stderr}`);
    assert.equal(stdout, '');
    assert.match(stderr, text);
    assert.match(stderr, /^error: [^\n]+\n$/);
  }
});

test('with --json the error is JSON on standard output', async () => {
  for (const args of [
    ['classify', '--json', '--tpo'],
    ['classify', '--json', 'x', '--model', 'imaginary'],
  ]) {
    const { exitCode, stdout, stderr } = await edgeInfer(args);
    assert.ok(exitCode === 2 || exitCode === 4);
    assert.equal(stderr, '');
    const [{ error }] = jsonLines<{ error: Record<string, string> }>(stdout) as [
      { error: Record<string, string> },
    ];
    assert.deepEqual(Object.keys(error), ['code', 'message', 'hint']);
    assert.match(error.code ?? '', /^[A-Z_]+$/);
  }
});

test('words after -- are never flags of ours', async () => {
  const { exitCode, stderr } = await edgeInfer(['models', 'verify', '--', '--json']);
  assert.equal(exitCode, 4);
  assert.match(stderr, /^error: model not found \(--json\)/);
});

test('help names every command and shows examples; nothing at all is a usage error', async () => {
  const { exitCode, stdout } = await edgeInfer(['--help']);
  assert.equal(exitCode, 0);
  for (const word of [
    'classify',
    'preprocess',
    'run',
    'models',
    'runtimes',
    'doctor',
    'Examples:',
    'Exit codes:',
  ]) {
    assert.ok(stdout.includes(word), word);
  }
  assert.equal((await edgeInfer(['help', 'classify'])).exitCode, 0);
  const nothing = await edgeInfer([]);
  assert.equal(nothing.exitCode, 2);
  assert.match(nothing.stderr, /Usage: edge-infer/);
});

test('doctor: text and JSON agree about what is here', async () => {
  const { stdout } = await edgeInfer(['doctor', '--json']);
  const report = JSON.parse(stdout) as {
    node: { version: string };
    webassembly: Record<string, boolean>;
    onnxruntime: { ok: boolean; providers: string[] };
    runtimes: { name: string; ok: boolean; hint?: string }[];
  };
  assert.equal(report.node.version, process.versions.node);
  assert.equal(report.webassembly.simd, true);
  assert.deepEqual(
    report.runtimes.map((runtime) => runtime.name),
    ['node', 'node-component', 'wasmtime', 'wasmtime-component', 'wasmedge'],
  );
  assert.ok(report.onnxruntime.providers.includes('cpu'));
  const text = (await edgeInfer(['doctor'])).stdout;
  for (const { name, ok } of report.runtimes) {
    assert.match(text, new RegExp(`^${ok ? 'ok' : 'missing'} +runtime ${name} `, 'm'));
  }
});

test('a runtime that is not installed: code 5 and how to get it', async () => {
  const env = {
    ...process.env,
    EDGE_INFER_RUNTIMES: path.join(scratch, 'no-runtimes'),
    PATH: '/nonexistent',
  };
  for (const runtime of ['wasmtime', 'wasmtime-component', 'wasmedge']) {
    const { exitCode, stderr } = await edgeInfer(
      ['classify', 'x.jpg', '--runtime', runtime, '--model', scratch],
      { env },
    );
    assert.equal(exitCode, 5, stderr);
    assert.match(
      stderr,
      new RegExp(`^error: runtime not available \\(${runtime}\\).*edge-infer runtimes install.*\n$`),
    );
  }
});

test('a reader that goes away is no error', async () => {
  const child = spawn(process.execPath, [CLI, 'doctor'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(stderr, '');
  assert.equal(code, 0);
});

test('models verify tells what is wrong, in text and by its code', async () => {
  writeFileSync(path.join(scratch, 'model.json'), '{"schema": 1}');
  const { exitCode, stderr } = await edgeInfer(['models', 'verify', scratch]);
  assert.equal(exitCode, 4);
  assert.match(stderr, /^error: invalid model card \(.*model\.json\): .*required property.*\n$/);
  assert.equal((await edgeInfer(['models', 'list'])).exitCode, 0);
});
