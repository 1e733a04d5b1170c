import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Sandbox } from '../../host/cli/sandbox.js';
import { compileOnce } from '../../host/runtimes/aot.js';
import { runChild } from '../../host/runtimes/child.js';
import { findRuntime, requireRuntime, runtimeNames } from '../../host/runtimes/index.js';
import { createWasi } from '../../host/runtimes/node_wasi.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'edge-infer-runtimes-'));
const at = (...names: string[]) => path.join(scratch, ...names);
after(() => rmSync(scratch, { recursive: true, force: true }));

test('runtimes are found by name; unknown names list the known ones', () => {
  assert.deepEqual(runtimeNames(), ['node', 'node-component', 'wasmtime', 'wasmtime-component', 'wasmedge']);
  for (const name of runtimeNames()) assert.equal(findRuntime(name).name, name);
  assert.throws(() => findRuntime('toString'), { code: 'UNKNOWN_RUNTIME', exitCode: 2 });
  assert.equal(requireRuntime('node').available().ok, true);
});

test('a child gives its exit code, and 128 + n when a signal ends it', async () => {
  const node = (code: string) => runChild({ command: process.execPath, args: ['-e', code] });
  assert.equal(await node('process.exit(7)'), 7);
  assert.equal(await node('process.kill(process.pid, "SIGKILL")'), 137);
  await assert.rejects(runChild({ command: at('no-program'), args: [] }), {
    code: 'RUNTIME_START_FAILED',
    exitCode: 5,
  });
});

test('an aborted run ends the child and rejects with the reason', async () => {
  const controller = new AbortController();
  const started = Date.now();
  const running = runChild({
    command: process.execPath,
    args: ['-e', 'setTimeout(() => {}, 60000)'],
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(new Error('enough')), 200);
  await assert.rejects(running, /enough/);
  assert.ok(Date.now() - started < 20_000);
  await assert.rejects(
    runChild({ command: process.execPath, args: [], signal: controller.signal }),
    /enough/,
  );
});

test('SIGINT of the parent ends the child too', async () => {
  const marker = at('child-pid');
  const child = `require('fs').writeFileSync(${JSON.stringify(marker)}, String(process.pid)); setTimeout(() => {}, 60000)`;
  const module = pathToFileURL(path.join(CHECKOUT, 'dist/host/runtimes/child.js')).href;
  const parent = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `const { runChild } = await import(${JSON.stringify(module)});
     process.exit(await runChild({ command: process.execPath, args: ['-e', ${JSON.stringify(child)}] }));`,
  ]);
  const ended = new Promise<number | null>((resolve) => parent.once('close', resolve));
  let pid = 0;
  for (let i = 0; i < 200 && pid === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    pid = Number(readdirSync(scratch).includes('child-pid') ? readFileSync(marker, 'utf8') : 0);
  }
  assert.ok(pid > 0, 'the child started');
  parent.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('a module is compiled once for each content and compiler', async () => {
  const module = at('m.wasm');
  writeFileSync(module, 'one');
  let compiles = 0;
  const request = (compiler: string) => ({
    module,
    compiler,
    extension: '.cwasm',
    cache: at('cache'),
    compile: async (output: string) => {
      compiles++;
      writeFileSync(output, 'compiled');
      return 0;
    },
  });
  const first = await compileOnce(request('a 1'));
  assert.deepEqual(await compileOnce(request('a 1')), first);
  assert.equal(compiles, 1);
  assert.notDeepEqual(await compileOnce(request('a 2')), first);
  writeFileSync(module, 'two');
  assert.notDeepEqual(await compileOnce(request('a 1')), first);
  assert.equal(compiles, 3);
});

test('a compiler that fails leaves nothing behind and says why', async () => {
  const module = at('bad.wasm');
  writeFileSync(module, 'bad');
  const result = await compileOnce({
    module,
    compiler: 'x',
    extension: '.wasm',
    cache: at('empty-cache'),
    compile: async (output) => {
      writeFileSync(output, 'half');
      return 3;
    },
  });
  assert.deepEqual(result, { why: 'the compiler ended with code 3' });
  assert.deepEqual(readdirSync(at('empty-cache')), []);
});

test('the sandbox shows the folders of the named files under their own names, and nothing else', () => {
  mkdirSync(at('pictures', 'deep'), { recursive: true });
  mkdirSync(at('elsewhere'));
  writeFileSync(at('elsewhere', 'real.png'), '');
  symlinkSync(at('elsewhere', 'real.png'), at('pictures', 'link.png'));
  using sandbox = new Sandbox();
  assert.equal(sandbox.file(at('pictures', 'a.png')), at('pictures', 'a.png'));
  sandbox.file(at('pictures', 'b.png'));
  assert.deepEqual(sandbox.preopens(), [{ guest: at('pictures'), host: at('pictures') }]);
  // A link that leads out would be refused by the runtime: the guest gets what it points to.
  assert.equal(sandbox.file(at('pictures', 'link.png')), at('elsewhere', 'real.png'));
  assert.deepEqual(
    sandbox.preopens().map(({ guest }) => guest),
    [at('pictures'), at('elsewhere')],
  );
});

test('a folder that does not exist is stood for by an empty one, which is gone afterwards', () => {
  let standIn = '';
  {
    using sandbox = new Sandbox();
    assert.equal(sandbox.file(at('no', 'such', 'a.png')), at('no', 'such', 'a.png'));
    const [preopen] = sandbox.preopens();
    assert.equal(preopen?.guest, at('no'));
    standIn = preopen?.host ?? '';
    assert.deepEqual(readdirSync(standIn), []);
  }
  assert.throws(() => readdirSync(standIn), { code: 'ENOENT' });
});

test('only the warning that WASI is experimental is kept back', async () => {
  const seen: string[] = [];
  const listen = (warning: Error) => seen.push(warning.message);
  process.on('warning', listen);
  const pending = createWasi({ version: 'preview1' });
  process.emitWarning('something else');
  await pending;
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  assert.deepEqual(seen, ['something else']);
});
