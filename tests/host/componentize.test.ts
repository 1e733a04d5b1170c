/** Core guests as components: the adapter from `wasi_ephemeral_nn` to `wasi:nn`. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { componentize } from '../../host/component/componentize.js';
import { wasmKind } from '../../host/component/kind.js';
import { sumProductModel } from '../../host/conformance/onnx.js';
import { artifact } from '../../host/runtimes/artifacts.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { edgeInfer, jsonLines } from '../support/cli.js';
import { compileGuest } from '../support/guests.js';
import { testWith } from '../support/requirements.js';
import { runtimeReady } from '../support/runtimes.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'edge-infer-componentize-'));
const at = (name: string) => path.join(scratch, name);
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Prints an errno, or what came out, for each thing that a hostile or plain guest may do. */
const CALLS = `
const out: usize = scratch + 16;
const tensor: usize = scratch + 40;
const data: usize = scratch + 64;
const buffer: usize = scratch + 128;
function say(what: string, errno: i32): void { print(what + " " + errno.toString() + "\\n"); }
function setTensor(dims: usize, rank: u32, type: u32, at: usize, length: u32): void {
  store<u32>(tensor, dims); store<u32>(tensor, rank, 4); store<u32>(tensor, type, 8);
  store<u32>(tensor, at, 12); store<u32>(tensor, length, 16);
}
export function _start(): void {
  const name = String.UTF8.encode("sums");
  say("unknown", nn_load_by_name(changetype<usize>(name), 2, out));
  say("encoding", nn_load(0, 0, 9, 0, out));
  say("target", nn_load(0, 0, 1, 3, out));
  say("wild name", nn_load_by_name(0xfffffff0, 64, out));
  say("wild out", nn_load_by_name(changetype<usize>(name), name.byteLength, 0xfffffffe));
  say("no graph", nn_init(7, out));
  say("load", nn_load_by_name(changetype<usize>(name), name.byteLength, out));
  const graph = load<u32>(out);
  say("init", nn_init(graph, out));
  const first = load<u32>(out);
  say("second", nn_init(graph, out));
  print("numbers " + graph.toString() + " " + first.toString() + " " + load<u32>(out).toString() + "\\n");
  say("compute without input", nn_compute(first));
  store<u32>(scratch + 32, 3);
  for (let i: u32 = 0; i < 2; i++) {
    for (let k: u32 = 0; k < 3; k++) store<f32>(data + k * 4, f32(k + 1) * (i == 0 ? 1 : 10));
    // Padding behind the type is not zero in real guests.
    setTensor(scratch + 32, 1, 0x00100301, data, 12);
    say("set", nn_set_input(first, i, tensor));
    // Inputs are copied when they are set.
    memory.fill(data, 0xff, 12);
  }
  setTensor(scratch + 32, 1, 1, 0xfffffff0, 12);
  say("wild data", nn_set_input(first, 1, tensor));
  setTensor(scratch + 32, 1, 1, data, 8);
  say("short data", nn_set_input(first, 1, tensor));
  setTensor(scratch + 32, 1, 6, data, 12);
  say("type", nn_set_input(first, 1, tensor));
  for (let k: u32 = 0; k < 3; k++) store<f32>(data + k * 4, f32(k + 1) * 10);
  setTensor(scratch + 32, 1, 1, data, 12);
  say("set", nn_set_input(first, 1, tensor));
  say("compute", nn_compute(first));
  say("small", nn_get_output(first, 0, buffer, 8, out));
  print("needs " + load<u32>(out).toString() + "\\n");
  say("wild buffer", nn_get_output(first, 0, 0xfffffff8, 12, out));
  say("no output", nn_get_output(first, 2, buffer, 12, out));
  for (let i: u32 = 0; i < 2; i++) {
    say("get", nn_get_output(first, i, buffer, 16, out));
    for (let k: u32 = 0; k < 3; k++) print(load<f32>(buffer + k * 4).toString() + " ");
    print(load<u32>(out).toString() + "\\n");
  }
  for (let i = 0; i < 300; i++) if (nn_init(graph, out) != 0) say("many", i);
  print("last " + load<u32>(out).toString() + "\\n");
}`;

const SAID = `unknown 8
encoding 2
target 1
wild name 1
wild out 1
no graph 1
load 0
init 0
second 0
numbers 0 0 1
compute without input 1
set 0
set 0
wild data 1
short data 1
type 1
set 0
compute 0
small 7
needs 12
wild buffer 1
no output 1
get 0
11.0 22.0 33.0 12
get 0
10.0 40.0 90.0 12
last 301
`;

before(async () => {
  writeFileSync(at('calls.wasm'), await compileGuest(CALLS));
  mkdirSync(at('sums'));
  writeFileSync(at('sums/model.onnx'), sumProductModel('f32', ['n']));
});

test('a guest of everybody, from the command line to its answers in Node', async () => {
  const made = await edgeInfer(['componentize', at('calls.wasm')]);
  assert.equal(made.exitCode, 0, made.stderr);
  assert.equal(wasmKind(readFileSync(at('calls.component.wasm'))), 'component');
  const { stdout, stderr, exitCode } = await edgeInfer([
    ...['run', at('calls.component.wasm'), '--nn-graph', `onnx::${at('sums')}`],
  ]);
  assert.equal(stderr, '');
  assert.equal(exitCode, 0);
  assert.equal(stdout, SAID);
  const core = await edgeInfer(['run', at('calls.wasm'), '--nn-graph', `onnx::${at('sums')}`]);
  assert.equal(core.stdout, SAID, 'the core module on the Node host says the same');
});

testWith('the same in Wasmtime', { runtime: runtimeReady('wasmtime-component') }, async () => {
  writeFileSync(at('calls.wtime.wasm'), await componentize(readFileSync(at('calls.wasm'))));
  const { stdout, exitCode } = await edgeInfer([
    ...['run', '--runtime', 'wasmtime', at('calls.wtime.wasm'), '--nn-graph', `onnx::${at('sums')}`],
  ]);
  assert.equal(exitCode, 0);
  // Wasmtime's ONNX backend finds a missing input only when it runs the graph.
  assert.equal(stdout, SAID.replace('compute without input 1', 'compute without input 5'));
});

for (const runtime of ['node-component', 'wasmtime-component'] as const) {
  testWith(
    `edge-infer's own core module as a component in ${runtime}`,
    { ready: runtimeReady(runtime) },
    async () => {
      const component = at(`${runtime}.wasm`);
      writeFileSync(component, await componentize(readFileSync(artifact('core'))));
      const classify = ['classify', '--model', '/m/models/cifar10', '--json', '/m/dist/sample/airplane.png'];
      const given = await edgeInfer([
        ...['run', '--runtime', runtime, '--dir', `${CHECKOUT}::/m`, component, '--', ...classify],
      ]);
      assert.equal(given.exitCode, 0, given.stderr);
      const direct = await edgeInfer(['classify', 'dist/sample/airplane.png', '--json']);
      const [first] = jsonLines<{ input_sha256: string; predictions: { label: string }[] }>(given.stdout);
      const [second] = jsonLines<{ input_sha256: string; predictions: { label: string }[] }>(direct.stdout);
      assert.equal(first?.input_sha256, second?.input_sha256);
      assert.equal(first?.predictions[0]?.label, second?.predictions[0]?.label);
    },
  );
}

test('what cannot be adapted is refused in one line', async () => {
  writeFileSync(
    at('alien.wasm'),
    await compileGuest(
      '@external("env", "magic")\ndeclare function magic(): void;\nexport function _start(): void { magic(); }',
    ),
  );
  const cases: [string, RegExp][] = [
    [at('alien.wasm'), /it imports env\. Only guests of wasi_snapshot_preview1 and wasi_ephemeral_nn/],
    [path.join(CHECKOUT, 'README.md'), /it is not WebAssembly/],
    [artifact('component'), /it is one already/],
    [at('nowhere.wasm'), /cannot read the guest .*ENOENT/],
  ];
  for (const [file, text] of cases) {
    const { exitCode, stderr } = await edgeInfer(['componentize', file, '--out', at('out.wasm')]);
    assert.equal(exitCode, 3, file);
    assert.match(stderr, text);
    assert.match(stderr, /^error: [^\n]+\n$/);
  }
});
