import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { identityModel, sumProductModel } from '../../host/conformance/onnx.js';
import { edgeInfer } from '../support/cli.js';
import { compileGuest } from '../support/guests.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'edge-infer-run-'));
const at = (name: string) => path.join(scratch, name);
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Loads the graph named `sums`, feeds 1..3 and 10, 20, 30, prints both outputs. */
const SUMS = `
export function _start(): void {
  const name = String.UTF8.encode("sums");
  let errno = nn_load_by_name(changetype<usize>(name), name.byteLength, scratch + 16);
  if (errno != 0) { print("load_by_name " + errno.toString() + "\\n"); proc_exit(9); }
  nn_init(load<u32>(scratch + 16), scratch + 16);
  const context = load<u32>(scratch + 16);
  store<u32>(scratch + 32, 3);
  for (let i: u32 = 0; i < 2; i++) {
    const data = scratch + 64 + i * 16;
    for (let k: u32 = 0; k < 3; k++) store<f32>(data + k * 4, f32(k + 1) * (i == 0 ? 1 : 10));
    store<u32>(scratch + 40, scratch + 32);
    store<u32>(scratch + 40, 1, 4);
    store<u32>(scratch + 40, 1, 8);
    store<u32>(scratch + 40, data, 12);
    store<u32>(scratch + 40, 12, 16);
    nn_set_input(context, i, scratch + 40);
  }
  errno = nn_compute(context);
  if (errno != 0) { print("compute " + errno.toString() + "\\n"); proc_exit(9); }
  for (let i: u32 = 0; i < 2; i++) {
    nn_get_output(context, i, scratch + 128, 12, scratch + 16);
    for (let k: u32 = 0; k < 3; k++) print(load<f32>(scratch + 128 + k * 4).toString() + " ");
  }
  print("\\n");
  proc_exit(load<u32>(scratch + 16));
}`;

before(async () => {
  writeFileSync(at('sums.wasm'), await compileGuest(SUMS));
  writeFileSync(at('trap.wasm'), await compileGuest('export function _start(): void { unreachable(); }'));
  writeFileSync(
    at('alien.wasm'),
    await compileGuest(
      '@external("env", "magic")\ndeclare function magic(): void;\nexport function _start(): void { magic(); }',
    ),
  );
  mkdirSync(at('sums'));
  writeFileSync(at('sums/model.onnx'), sumProductModel('f32', ['n']));
  writeFileSync(at('other.onnx'), identityModel('f32', [1]));
});

const OUTPUT = '11.0 22.0 33.0 10.0 40.0 90.0 \n';

test('a graph by its folder, a graph by preload: right numbers, exit code and output passed on', async () => {
  for (const flags of [
    ['--nn-graph', `onnx::${at('sums')}`],
    ['-S', 'nn', '-S', `nn-graph=onnx::${at('sums')}`],
    ['--nn-preload', `sums:ONNX:AUTO:${at('sums/model.onnx')}`],
    ['--nn-preload', `sums:autodetect:cpu:${at('sums/model.onnx')}`, '--inputs', 'view'],
  ]) {
    const { exitCode, stdout, stderr } = await edgeInfer(['run', at('sums.wasm'), ...flags]);
    assert.equal(stderr, '');
    assert.equal(stdout, OUTPUT);
    assert.equal(exitCode, 12);
  }
});

test('a graph that is not there is an errno for the guest, its text is for --debug', async () => {
  const quiet = await edgeInfer(['run', at('sums.wasm')]);
  assert.deepEqual(quiet, { exitCode: 9, stdout: 'load_by_name 8\n', stderr: '' });
  const loud = await edgeInfer(['run', '--debug', at('sums.wasm')]);
  assert.match(loud.stderr, /debug: load_by_name: no graph is named 'sums'/);
  const wrong = await edgeInfer([
    'run',
    at('sums.wasm'),
    '--nn-preload',
    `sums:onnx:cpu:${at('other.onnx')}`,
  ]);
  assert.equal(wrong.stdout, 'compute 1\n');
});

test('guests that trap or do not link end in one line and code 5', async () => {
  const trap = await edgeInfer(['run', at('trap.wasm')]);
  assert.equal(trap.exitCode, 5);
  assert.match(trap.stderr, /^error: the guest stopped \(.*trap\.wasm\): unreachable.*\n$/);
  const alien = await edgeInfer(['run', at('alien.wasm')]);
  assert.equal(alien.exitCode, 5);
  assert.match(alien.stderr, /^error: .*imports env\.magic.*\n$/);
  const stack = await edgeInfer(['run', at('trap.wasm')], { env: { ...process.env, EDGE_INFER_DEBUG: '1' } });
  assert.match(stack.stderr, /\n\s+at /, 'the stack is there when asked for');
});

test('wrong flags are named, with the form they have', async () => {
  const cases: [string[], RegExp][] = [
    [['--nn-graph', 'onnx:dir'], /--nn-graph is wrong \(onnx:dir\): it has the form ENC::DIR/],
    [['--nn-graph', 'nonsense::dir'], /the encoding is none of/],
    [['--nn-graph', `onnx::${scratch}`], /no such file: .*model\.onnx/],
    [['--nn-preload', 'a:onnx:cpu'], /NAME:ENC:TARGET:PATH/],
    [['--nn-preload', `a:onnx:moon:${at('other.onnx')}`], /cpu, gpu, tpu, auto/],
    [['--dir', at('nowhere')], /no such folder/],
    [['--env', '=X'], /NAME=VALUE/],
    [['-S', 'http'], /known here are nn and nn-graph/],
    [['--inputs', 'guess'], /copy, view/],
  ];
  for (const [flags, text] of cases) {
    const { exitCode, stderr } = await edgeInfer(['run', at('sums.wasm'), ...flags]);
    assert.equal(exitCode, 2, `${flags}`);
    assert.match(stderr, text);
    assert.match(stderr, /^error: [^\n]+\n$/);
  }
});

test('files that are no modules', async () => {
  const missing = await edgeInfer(['run', at('nothing.wasm')]);
  assert.equal(missing.exitCode, 3);
  const text = await edgeInfer(['run', at('other.onnx')]);
  assert.equal(text.exitCode, 3);
  assert.match(text.stderr, /not a WebAssembly module/);
  writeFileSync(at('component.wasm'), Uint8Array.of(0, 97, 115, 109, 0x0d, 0, 1, 0));
  const component = await edgeInfer(['run', at('component.wasm')]);
  assert.equal(component.exitCode, 5);
  assert.match(component.stderr, /^error: [^\n]+does not export wasi:cli\/run[^\n]+\n$/);
  writeFileSync(at('broken.wasm'), Uint8Array.of(0, 97, 115, 109, 0x0d, 0, 1, 0, 7, 99));
  const broken = await edgeInfer(['run', at('broken.wasm')]);
  assert.equal(broken.exitCode, 3);
  assert.match(broken.stderr, /^error: cannot run the component \(.*broken\.wasm\): [^\n]+\n$/);
  const elsewhere = await edgeInfer(['run', '--runtime', 'wasmedge', at('component.wasm')]);
  assert.match(elsewhere.stderr, /WasmEdge has no WASI-NN for components/);
});
