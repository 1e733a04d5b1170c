/** Guests that believe that all memory is theirs, made components: the adapters' pages are out of their way. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import asc from 'assemblyscript/asc';
import { componentize } from '../../host/component/componentize.js';
import { RESERVED, withOwnMemory } from '../../host/component/own_memory.js';
import { identityModel } from '../../host/conformance/onnx.js';
import { artifact } from '../../host/runtimes/artifacts.js';
import { Wasm } from '../../host/wasm.js';
import { edgeInfer } from '../support/cli.js';
import { compileGuest } from '../support/guests.js';
import { testWith } from '../support/requirements.js';
import { runtimeReady } from '../support/runtimes.js';
import { withScratch } from '../support/scratch.js';

async function module(source: string, ...flags: string[]): Promise<Uint8Array> {
  let binary = new Uint8Array();
  const { error } = await asc.main(['m.ts', '-o', 'm.wasm', '--runtime', 'stub', '-O', ...flags], {
    readFile: (name) => (name === 'm.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name === 'm.wasm' && typeof contents !== 'string') binary = new Uint8Array(contents);
    },
    listFiles: () => [],
  });
  assert.equal(error, null);
  return binary;
}

const PAGES = `
export function size(): i32 { return memory.size(); }
export function grow(pages: i32): i32 { return memory.grow(pages); }
export function touch(at: usize, value: u32): u32 { store<u32>(at, value); return load<u32>(at); }`;

interface Pages {
  size(): number;
  grow(pages: number): number;
  touch(at: number, value: number): number;
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

const exportsOf = (binary: Uint8Array) =>
  new Wasm.Instance(new Wasm.Module(binary)).exports as unknown as Pages;

test('the size begins where the guest says, and grows without a gap whatever others take', async () => {
  const { size, grow, touch, memory } = exportsOf(withOwnMemory(await module(PAGES, '--initialMemory', '3')));
  assert.equal(memory.buffer.byteLength, RESERVED * 65_536);
  assert.deepEqual([size(), grow(0), size()], [3, 3, 3]);
  assert.equal(memory.grow(1), RESERVED, "an adapter's page lies behind");
  assert.deepEqual([grow(5), size()], [3, 8]);
  assert.equal(touch(8 * 65_536 - 4, 77), 77);
  assert.deepEqual([grow(-1), grow(RESERVED), size()], [-1, -1, 8]);
  assert.deepEqual([grow(RESERVED - 8), grow(1), size()], [8, -1, RESERVED]);
});

test("the guest's own maximum holds", async () => {
  const { grow, memory } = exportsOf(
    withOwnMemory(await module(PAGES, '--initialMemory', '1', '--maximumMemory', '4')),
  );
  assert.deepEqual([grow(3), grow(1)], [1, -1]);
  assert.equal(memory.grow(1), RESERVED);
});

test('modules that do not ask, and what is no module of this sort, stay as they are', async () => {
  const quiet = await module('export function add(a: i32, b: i32): i32 { return a + b; }');
  assert.equal(withOwnMemory(quiet), quiet);
  const shared = await module(PAGES, '--sharedMemory', '--maximumMemory', '4', '--enable', 'threads');
  assert.equal(withOwnMemory(shared), shared);
  for (const length of [8, 20, 60, 100]) {
    const cut = (await module(PAGES)).subarray(0, length);
    assert.equal(withOwnMemory(cut), cut);
  }
});

test('every instruction of our own modules is known', () => {
  for (const name of ['core', 'nnAdapter'] as const) {
    const binary = readFileSync(artifact(name));
    const rewritten = withOwnMemory(binary);
    assert.ok(Wasm.validate(rewritten), name);
  }
});

/** Fills half a megabyte between calls, page after page, and looks whether all of it is still there. */
const GREEDY = `
export function _start(): void {
  const name = String.UTF8.encode("identity");
  let errno = nn_load_by_name(changetype<usize>(name), name.byteLength, scratch + 16);
  const graph = load<u32>(scratch + 16);
  const first = changetype<usize>(new ArrayBuffer(16384));
  for (let i = 0; i < 40; i++) {
    const block = changetype<usize>(new ArrayBuffer(16384));
    memory.fill(block, 0xee, 16384);
    errno |= nn_init(graph, scratch + 16);
  }
  const last = changetype<usize>(new ArrayBuffer(16));
  let wrong = 0;
  for (let at = first + 16400; at < last - 64; at++) if (load<u8>(at) != 0xee) wrong++;
  // Headers of the forty blocks are all that may differ.
  print("errno " + errno.toString() + ", " + (wrong <= 41 * 32 ? "whole" : "broken") + "\\n");
}`;

for (const runtime of ['node-component', 'wasmtime-component'] as const) {
  testWith(
    `a guest that fills its memory, as a component in ${runtime}`,
    { ready: runtimeReady(runtime) },
    async () => {
      await withScratch(async (folder) => {
        const file = path.join(folder, 'greedy.component.wasm');
        writeFileSync(file, await componentize(await compileGuest(GREEDY)));
        mkdirSync(path.join(folder, 'identity'));
        writeFileSync(path.join(folder, 'identity/model.onnx'), identityModel('f32', ['n']));
        const graph = ['--nn-graph', `onnx::${path.join(folder, 'identity')}`];
        const { stdout, stderr } = await edgeInfer(['run', '--runtime', runtime, ...graph, file]);
        assert.equal(stdout, 'errno 0, whole\n', stderr);
      });
    },
  );
}
