/** A guest that means harm in real WasmEdge: ten thousand calls of all twelve functions, and a graph that names a file. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { identityModel, outsideWeightsModel, sumProductModel } from '../../host/conformance/onnx.js';
import type { InstalledRuntime } from '../../host/runtimes/install/index.js';
import { CLI } from '../support/cli.js';
import { testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';
import { compileGuest, data, installed } from './nn_guest.js';
import { everywhere, inMode } from './wasmedge_modes.js';

const CALLS = 10_000;

/**
 * The guest makes its calls from a seed. Where the host may write is one place of the guest, or lies outside of its memory:
 * any other byte that changes is the host's fault.
 */
const hostile = (models: readonly Uint8Array[]) => `
const MODELS: usize = memory.data<u32>([${models.map(({ length }) => length).join(', ')}], 4);
const CANARY: usize = memory.data(4096, 8);
const PLACE: usize = memory.data(512, 8);
const COUNTS: usize = memory.data(128 * 4, 8);
let seed: u32 = 20240229;
let made: u32 = 0;
function random(n: u32): u32 {
  seed = seed * 1664525 + 1013904223;
  return u32((u64(seed) * u64(n)) >> 32);
}
function modelAt(i: u32): usize {
${models.map((model, i) => `  if (i == ${i}) return ${data(model)};`).join('\n')}
  return 0;
}
function wild(): u32 {
  const end = <u32>memory.size() << 16;
  switch (random(8)) {
    case 0: return 0;
    case 1: return 0xffffffff;
    case 2: return 0x80000000;
    case 3: return 0x7fffffff;
    case 4: return end;
    case 5: return end - 3;
    case 6: return 0xfffffffc;
    default: return end + random(0xffffffff - end);
  }
}
function mostly(value: u32): u32 { return random(8) > 0 ? value : wild(); }
function out(): u32 { return mostly(<u32>PLACE + 4 * random(64)); }
/** A number that may be open, or one that certainly never was. */
function handle(): u32 { return random(4) > 0 ? random(made + 2) : 100000 + random(0x7fffffff); }
function anyTensor(): u32 {
  const count: u32 = random(3) > 0 ? 2 : wild();
  tensor(random(4) > 0 ? 1 : random(256), count, wild(), random(8) > 0 ? 1 : random(40), CANARY, count * 4);
  store<u32>(TENSOR + 8, load<u32>(TENSOR + 8) | (random(0xffffff) << 8));
  if (random(8) == 0) store<u32>(TENSOR, wild());
  if (random(8) == 0) store<u32>(TENSOR + 12, wild());
  if (random(8) == 0) store<u32>(TENSOR + 16, wild());
  return mostly(<u32>TENSOR);
}
function anyBuilder(): u32 {
  const i = random(${models.length});
  builder(modelAt(i), load<u32>(MODELS + i * 4));
  if (random(6) == 0) store<u32>(BUILDER, wild());
  if (random(6) == 0) store<u32>(BUILDER + 4, random(2) == 0 ? wild() : random(200));
  return mostly(<u32>BUILDER);
}
let first: u32 = 0;
function call(what: u32): i32 {
  first = handle();
  switch (what) {
    case 0: return nnLoad(anyBuilder(), mostly(1), mostly(random(2) == 0 ? 1 : random(8)), mostly(0), out());
    case 1: return loadByName(mostly(<u32>CANARY), mostly(4), out());
    case 2: return loadByNameWithConfig(mostly(<u32>CANARY), mostly(4), mostly(<u32>CANARY), mostly(2), out());
    case 3: return initContext(first, out());
    case 4: case 5: return setInput(first, mostly(random(2)), anyTensor());
    case 6: return compute(first);
    case 7: return getOutput(first, mostly(random(2)), out(), mostly(random(64)), out());
    case 8: return random(6) > 0 ? 1 : unload(first);
    case 9: return random(6) > 0 ? 1 : finalizeContext(first);
    case 10: return computeSingle(first);
    case 11: return getOutputSingle(first, mostly(random(2)), out(), mostly(random(64)), out());
    default: return finiSingle(first);
  }
}
for (let i: u32 = 0; i < 4096; i++) store<u8>(CANARY + i, <u8>(i * 7));
let wrong: u32 = 0;
let changed: u32 = 0;
for (let i: u32 = 0; i < ${CALLS}; i++) {
  if (random(300) == 0 && memory.size() < 20) memory.grow(1);
  const what = random(13);
  const errno = call(what);
  if (errno < 0 || errno > 8) wrong++;
  else store<u32>(COUNTS + errno * 4, load<u32>(COUNTS + errno * 4) + 1);
  // A number that was never given, a stream of a graph that has none.
  if (errno == 0 && ((what >= 3 && first >= 100000) || what >= 10)) wrong++;
  if (errno == 0 && (what == 0 || what == 3)) made++;
  for (let k: u32 = 0; k < 4096; k += 8) {
    if (load<u8>(CANARY + k) != <u8>(k * 7)) changed++;
  }
}
say("wrong", wrong);
say("changed", changed);
for (let errno = 0; errno <= 8; errno++) say("errno-" + errno.toString(), load<u32>(COUNTS + errno * 4));
`;

everywhere(
  'ten thousand hostile calls: no crash, no wrong success, no byte out of place',
  async (runtime, mode) => {
    await withScratch(async (folder) => {
      const models = [identityModel('f32', ['n']), sumProductModel('f32', [2]), Uint8Array.of(8, 8, 99)];
      const guest = await compileGuest(folder, 'hostile', hostile(models));
      const { said, exitCode, stderr } = await inMode(runtime, mode, guest, [], { EDGE_INFER_NN_LOG: 'off' });
      assert.equal(exitCode, 0, stderr);
      assert.deepEqual([said.wrong, said.changed], ['0', '0']);
      for (const errno of [0, 1, 2, 5, 6, 7, 8]) {
        assert.ok(Number(said[`errno-${errno}`]) > 20, `errno ${errno}: ${said[`errno-${errno}`]}`);
      }
    });
  },
);

const FILE_GUEST = (model: Uint8Array) => `
const MODEL: usize = ${data(model)};
say("load", nnLoad(builder(MODEL, ${model.length}), 1, 1, 0, OUT));`;

everywhere(
  "weights that a guest's graph keeps elsewhere are not read from the host",
  async (runtime, mode) => {
    await withScratch(async (folder) => {
      writeFileSync(path.join(folder, 'secret.txt'), 'nobody may see this');
      const here = process.cwd();
      const guest = await compileGuest(folder, 'file', FILE_GUEST(outsideWeightsModel('secret.txt', 19)));
      process.chdir(folder);
      try {
        const { said, stderr } = await inMode(runtime, mode, guest);
        assert.equal(said.load, '5', stderr);
      } finally {
        process.chdir(here);
      }
    });
  },
);

testWith(
  'one command puts the plug-in where a WasmEdge of somebody finds it, ONNX Runtime beside it',
  { runtime: installed('wasmedge') },
  async ({ runtime }) => {
    await withScratch(async (folder) => {
      const to = path.join(folder, 'plugin');
      const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'runtimes', 'plugin', '--to', to]);
      const plugin = path.join(to, 'libedge_infer_wasi_nn.so');
      assert.match(stdout, /^\/.*\n\/.*libonnxruntime\.so\.1\nexport WASMEDGE_PLUGIN_PATH=\/.*\n$/);
      assert.ok(existsSync(plugin));
      const guest = await compileGuest(folder, 'file', FILE_GUEST(identityModel('f32', [1])));
      const theirs: InstalledRuntime = { ...runtime, env: { WASMEDGE_PLUGIN_PATH: plugin } };
      const { said, stderr } = await inMode(theirs, 'interpreter', guest, [], { EDGE_INFER_NN_LOG: 'info' });
      assert.equal(said.load, '0', stderr);
      assert.ok(stderr.includes(`from ${to}/libonnxruntime.so.1`), stderr);
    });
  },
  // It may have to be compiled.
  { timeout: 300_000 },
);
