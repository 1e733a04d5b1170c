import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { identityModel, sumProductModel } from '../../host/conformance/onnx.js';
import { edgeInfer } from '../support/cli.js';
import { compileGuest } from '../support/guests.js';
import { testWith } from '../support/requirements.js';
import { runtimeReady } from '../support/runtimes.js';

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

/** Prints what WASI gives: arguments, environment, names of the folders. */
const wasiGuest = (module: string) => `
@external("${module}", "args_sizes_get") declare function args_sizes(count: usize, bytes: usize): i32;
@external("${module}", "args_get") declare function args_get(list: usize, text: usize): i32;
@external("${module}", "environ_sizes_get") declare function env_sizes(count: usize, bytes: usize): i32;
@external("${module}", "environ_get") declare function env_get(list: usize, text: usize): i32;
@external("${module}", "fd_prestat_get") declare function prestat(fd: i32, out: usize): i32;
@external("${module}", "fd_prestat_dir_name") declare function prestat_name(fd: i32, at: usize, length: u32): i32;
@external("${module}", "fd_write") declare function put(fd: i32, iovs: usize, count: i32, written: usize): i32;
@external("${module}", "proc_exit") declare function exit(code: i32): void;
function say(what: string, at: usize, length: usize): void {
  const head = String.UTF8.encode(what);
  store<u32>(scratch, changetype<usize>(head));
  store<u32>(scratch, head.byteLength, 4);
  store<u32>(scratch, at, 8);
  store<u32>(scratch, length, 12);
  const end = String.UTF8.encode("\\n");
  store<u32>(scratch, changetype<usize>(end), 16);
  store<u32>(scratch, end.byteLength, 20);
  put(1, scratch, 3, scratch + 24);
}
function length(at: usize): usize { let n: usize = 0; while (load<u8>(at + n) != 0) n++; return n; }
function list(what: string, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = load<u32>(scratch + 64 + i * 4);
    say(what, at, length(at));
  }
}
export function _start(): void {
  args_sizes(scratch + 32, scratch + 36);
  args_get(scratch + 64, scratch + 256);
  list("arg ", load<u32>(scratch + 32));
  env_sizes(scratch + 32, scratch + 36);
  env_get(scratch + 64, scratch + 256);
  list("env ", load<u32>(scratch + 32));
  for (let fd = 3; prestat(fd, scratch + 40) == 0; fd++) {
    const size = load<u32>(scratch + 44);
    prestat_name(fd, scratch + 256, size);
    say("dir ", scratch + 256, size);
  }
  exit(7);
}`;

/** Loads the named graph \`one\`, and traps when that fails. */
const LOAD_OR_TRAP = `
export function _start(): void {
  const name = String.UTF8.encode("one");
  if (nn_load_by_name(changetype<usize>(name), name.byteLength, scratch) != 0) unreachable();
  nn_init(load<u32>(scratch), scratch);
  const errno = nn_init(0, scratch);
  print("second context " + errno.toString() + "\\n");
}`;

before(async () => {
  writeFileSync(at('wasi.wasm'), await compileGuest(wasiGuest('wasi_snapshot_preview1')));
  writeFileSync(at('unstable.wasm'), await compileGuest(wasiGuest('wasi_unstable')));
  writeFileSync(at('load.wasm'), await compileGuest(LOAD_OR_TRAP));
  writeFileSync(at('library.wasm'), await compileGuest('export function add(a: i32): i32 { return a; }'));
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
    ['--wasi-modules', 'experimental-wasi-nn', '--wasi-nn-graph', `onnx::${at('sums')}`],
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

test('arguments, environment and folders reach the guest as wasmtime and wasmedge pass them', async () => {
  const flags = ['--env', 'A=b=c', '--env', 'EMPTY=', '--dir', '.:.', '--dir', `${scratch}::/fixture`];
  const words = ['first', '--top', '5', '-x'];
  for (const guest of ['wasi', 'unstable']) {
    const { exitCode, stdout, stderr } = await edgeInfer(
      ['run', ...flags, '--mapdir', 'old::.', at(`${guest}.wasm`), ...words],
      { cwd: scratch },
    );
    assert.equal(stderr, '');
    assert.equal(exitCode, 7);
    assert.deepEqual(stdout.split('\n'), [
      ...[`arg ${guest}.wasm`, 'arg first', 'arg --top', 'arg 5', 'arg -x'],
      ...['env A=b=c', 'env EMPTY='],
      ...['dir .', 'dir /fixture', 'dir old', ''],
    ]);
  }
  const after = await edgeInfer(['run', at('wasi.wasm'), '--argv0', 'name', '--', '--env', 'X=1', '--dir']);
  assert.equal(after.stdout, 'arg name\narg --env\narg X=1\narg --dir\n');
});

testWith('argument 0 in Wasmtime too', { ready: runtimeReady('wasmtime') }, async () => {
  // Wasmtime writes the first part of a list only: one part a line.
  const guest = `
@external("wasi_snapshot_preview1", "args_get") declare function args_get(list: usize, text: usize): i32;
export function _start(): void {
  args_get(scratch + 64, scratch + 128);
  for (let i = 0; i < 2; i++) {
    const at: usize = load<u32>(scratch + 64 + i * 4);
    print(String.UTF8.decodeUnsafe(at, 256, true) + "\\n");
  }
}`;
  writeFileSync(at('zero.wasm'), await compileGuest(guest));
  const { stdout, stderr } = await edgeInfer(['run', '--runtime', 'wasmtime', at('zero.wasm'), 'first']);
  assert.equal(stdout, 'zero.wasm\nfirst\n', stderr);
});

test('limits of the command line hold', async () => {
  const graph = ['--nn-preload', `one:onnx:cpu:${at('other.onnx')}`];
  const run = (...limits: string[]) => edgeInfer(['run', ...limits, ...graph, at('load.wasm')]);
  assert.equal((await run()).stdout, 'second context 0\n');
  assert.equal((await run('--nn-limit', 'contexts=1,graph-bytes=1M')).stdout, 'second context 7\n');
  const small = await run('--nn-limit', 'graph-bytes=20', '--nn-limit', 'compute-ms=5');
  assert.equal(small.exitCode, 5);
  assert.match(
    small.stderr,
    /unreachable \(WASI-NN said: load_by_name: a graph of \d+ bytes is over the limit of 20\)/,
  );
});

test('a graph that runs elsewhere than asked is told; with --nn-strict it is refused', async () => {
  const graph = ['--nn-preload', `one:onnx:tpu:${at('other.onnx')}`];
  const { exitCode, stderr } = await edgeInfer(['run', ...graph, at('load.wasm')]);
  assert.equal(exitCode, 0);
  assert.equal(stderr, 'warning: onnx graph runs on cpu, not tpu: this build has no provider for tpu\n');
  const strict = await edgeInfer(['run', '--nn-strict', ...graph, at('load.wasm')]);
  assert.equal(strict.exitCode, 5);
  assert.match(strict.stderr, /cannot run on tpu: this build has no provider for tpu/);
});

test("a GGML file that is not there is the guest's to hear of, as in WasmEdge", async () => {
  const { exitCode, stderr } = await edgeInfer([
    'run',
    '--nn-preload',
    'one:GGML:AUTO:no/such:file.gguf',
    at('load.wasm'),
  ]);
  assert.equal(exitCode, 5);
  assert.match(
    stderr,
    /the file of the graph is not there \(such:file\.gguf\)|node-llama-cpp is not installed/,
  );
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
    [['--mapdir', 'a:b'], /GUEST::HOST/],
    [['--nn-limit', 'speed=3'], /the names are graphs, contexts/],
    [['--nn-limit', 'graphs=2K'], /a whole number\./],
    [['--nn-limit', 'graph-bytes=-1'], /with K, M or G/],
    [['--nn-limit', 'graphs=2', '--runtime', 'wasmtime'], /has no limits|not available/],
    [['--nn-grph', 'onnx::x', '--'], /unknown option '--nn-grph'/],
  ];
  for (const [flags, text] of cases) {
    const { exitCode, stderr } = await edgeInfer(['run', at('sums.wasm'), ...flags]);
    assert.equal(exitCode, 2, `${flags}`);
    assert.match(stderr, text);
    assert.match(stderr, /^error: [^\n]+\n$/);
  }
});

test('an unknown flag before the guest is not taken for a guest', async () => {
  const { exitCode, stderr } = await edgeInfer(['run', '--drr', '.', at('sums.wasm')]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /^error: unknown option '--drr'/);
});

test('files that are no modules', async () => {
  const library = await edgeInfer(['run', at('library.wasm')]);
  assert.equal(library.exitCode, 3);
  assert.match(
    library.stderr,
    /^error: the module is no command \(.*library\.wasm\): it does not export _start/,
  );
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
