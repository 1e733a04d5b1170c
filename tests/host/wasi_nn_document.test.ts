/** docs/wasi-nn.md for whoever wants `edge-infer/wasi-nn` and nothing else: its examples run, its import is alone. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { identityModel } from '../../host/conformance/onnx.js';
import { ERRNO } from '../../host/wasi-nn/index.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { runProgram } from '../support/cli.js';
import { compileGuest } from '../support/guests.js';
import { withScratch } from '../support/scratch.js';

const page = readFileSync(path.join(CHECKOUT, 'docs/wasi-nn.md'), 'utf8');

/** Loads the graph of the page by its name and ends with 7. */
const GUEST = `
export function _start(): void {
  const name = String.UTF8.encode("mobilenet");
  const errno = nn_load_by_name(changetype<usize>(name), name.byteLength, scratch + 16);
  print("load_by_name " + errno.toString() + "\\n");
  nn_load_by_name(changetype<usize>(name), 3, scratch + 16);
  proc_exit(7);
}`;

test('the examples of docs/wasi-nn.md run as they stand', async () => {
  const blocks = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  assert.equal(blocks.length, 2);
  await withScratch(async (folder) => {
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(CHECKOUT, path.join(folder, 'node_modules/edge-infer'));
    mkdirSync(path.join(folder, 'mobilenet'));
    writeFileSync(path.join(folder, 'mobilenet/model.onnx'), identityModel('f32', ['n']));
    writeFileSync(path.join(folder, 'guest.wasm'), await compileGuest(GUEST));
    const run = (code: string) => {
      writeFileSync(path.join(folder, 'example.mjs'), code);
      return runProgram(process.execPath, ['--no-warnings', 'example.mjs'], { cwd: folder });
    };
    const [first = '', second = ''] = blocks;
    const core = await run(first);
    assert.equal(core.exitCode, 7, core.stderr);
    assert.equal(core.stdout, 'load_by_name 0\n');
    assert.match(core.stderr, /load_by_name: no graph is named 'mob'/);
    assert.match(core.stderr, /mobilenet: asked for cpu, runs on cpu/);
    assert.match(core.stderr, /calls: 2/);
    const typed = await run(second);
    assert.deepEqual([typed.exitCode, typed.stdout], [0, 'y FP32 [ 3 ] [ 1, 2, 3 ]\n'], typed.stderr);
  });
});

test('the page has every errno, limit and flag', () => {
  for (const [name, errno] of Object.entries(ERRNO)) {
    if (errno !== 0) assert.ok(page.includes(name) && page.includes(String(errno)), name);
  }
  for (const limit of [
    'graphs',
    'contexts',
    'graphBytes',
    'tensorBytes',
    'allGraphBytes',
    'allTensorBytes',
  ]) {
    assert.ok(page.includes(`\`${limit}\``), limit);
  }
});

/** Files that a module imports, and theirs, and packages. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\b[^'";]*?from '([^']+)'/gm,
  )) {
    if (name.startsWith('.')) importsOf(path.resolve(path.dirname(file), name), seen);
    else seen.add(name);
  }
  return seen;
}

test('edge-infer/wasi-nn imports itself and Node, nothing else', () => {
  const folder = path.join(CHECKOUT, 'dist/host/wasi-nn');
  const found = [...importsOf(path.join(folder, 'index.js'))];
  assert.ok(found.length > 20, 'the walk reaches the files');
  const foreign = found.filter((name) => !name.startsWith('node:') && !name.startsWith(folder + path.sep));
  assert.deepEqual(foreign, []);
});
