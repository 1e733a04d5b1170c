/** Graphs that the user names: environment, command line, embedders; and no ONNX Runtime at all. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { identityModel } from '../../host/conformance/onnx.js';
import { packageFile } from '../../host/paths.js';
import { defaultRuntimesRoot } from '../../host/runtimes/install/index.js';
import { bytesOf } from '../support/raw_guest.js';
import { type Requirement, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';
import { compileGuest, installed, runInstalled } from './nn_guest.js';
import { everywhere, inMode, VERSIONS } from './wasmedge_modes.js';

const hex = (array: ArrayBufferView) => Buffer.from(bytesOf(array)).toString('hex');

const NAMED = `
function tryName(name: string): void {
  for (let i = 0; i < name.length; i++) store<u8>(BUFFER + i, <u8>name.charCodeAt(i));
  const errno = loadByName(BUFFER, name.length, OUT);
  say(name, errno);
  if (errno != 0) return;
  initContext(load<u32>(OUT), OUT);
  const context = load<u32>(OUT);
  store<f32>(BUFFER, 2.5);
  say(name + "?set", setInput(context, 0, tensor(1, 1, 0, 1, BUFFER, 4)));
  say(name + "?compute", compute(context));
  store<f32>(BUFFER, 0);
  getOutput(context, 0, BUFFER, 4, OUT);
  sayBytes(name + "?answer", BUFFER, 4);
}
tryName("one"); tryName("one"); tryName("two"); tryName("odd"); tryName("other"); tryName("gone"); tryName("none");
`;

function namedFolder(folder: string): { one: string; odd: string } {
  const odd = path.join(folder, 'a:b;c');
  mkdirSync(odd);
  const files = { one: path.join(folder, 'one.onnx'), odd: path.join(odd, 'model.onnx') };
  for (const file of Object.values(files)) writeFileSync(file, identityModel('f32', [1]));
  return files;
}

everywhere('named graphs: from the environment and the command line', async (runtime, mode) => {
  await withScratch(async (folder) => {
    const { one, odd } = namedFolder(folder);
    const guest = await compileGuest(folder, 'named', NAMED);
    const preload = `one:onnx:cpu:${one};odd:autodetect:AUTO:${odd};other:openvino:cpu:${one};gone:onnx:cpu:${folder}/no`;
    const { said, stderr } = await inMode(runtime, mode, guest, ['--nn-preload', `two:ONNX:cpu:${one}`], {
      EDGE_INFER_NN_PRELOAD: preload,
      EDGE_INFER_NN_THREADS: '2',
    });
    for (const name of ['one', 'two', 'odd']) {
      assert.equal(said[name], '0', stderr);
      assert.equal(said[`${name}?answer`], hex(Float32Array.of(2.5)), name);
    }
    assert.equal(said.other, '1', 'not ONNX');
    assert.equal(said.gone, '5', 'no such file');
    assert.equal(said.none, '8');
    assert.match(stderr, /graph 'other' is openvino, and this plug-in runs ONNX only/);
  });
});

everywhere('the last --nn-preload counts, and may hold several entries', async (runtime, mode) => {
  await withScratch(async (folder) => {
    const { one, odd } = namedFolder(folder);
    const guest = await compileGuest(folder, 'named', NAMED);
    const options = ['--nn-preload', `one:onnx:cpu:${one}`, '--nn-threads', '2'];
    const last = `two:onnx:cpu:${one};odd:onnx:cpu:${odd}`;
    const { said } = await inMode(runtime, mode, guest, [...options, '--nn-preload', last]);
    assert.deepEqual([said.one, said.two, said.odd], ['8', '0', '0']);
  });
});

testWith(
  'without ONNX Runtime a load is an error that says how to get it',
  { runtime: installed('wasmedge') },
  async ({ runtime }) => {
    await withScratch(async (folder) => {
      const { one } = namedFolder(folder);
      const guest = await compileGuest(folder, 'named', NAMED);
      const env = {
        ORT_DYLIB_PATH: path.join(folder, 'none.so'),
        EDGE_INFER_NN_PRELOAD: `one:onnx:cpu:${one}`,
      };
      const { said, stderr, exitCode } = await inMode(runtime, 'interpreter', guest, [], env);
      assert.equal(exitCode, 0);
      assert.equal(said.one, '6');
      assert.match(stderr, /ONNX Runtime cannot be opened .*none\.so.*set ORT_DYLIB_PATH/);
    });
  },
);

/** The headers that the plug-in was compiled with. */
const headers: Requirement<string> = () => {
  const folder = path.join(defaultRuntimesRoot(), 'build', 'headers', 'usr', 'include');
  return existsSync(path.join(folder, 'wasmedge'))
    ? { value: folder }
    : { missing: 'needs the headers of WasmEdge: npm run runtimes -- wasmedge --force' };
};

for (const version of VERSIONS) {
  testWith(
    `${version}: a program that embeds it gives several named graphs`,
    { runtime: installed(version), headers },
    async (given) => {
      await withScratch(async (folder) => {
        const { command, env } = given.runtime;
        const libraries = path.dirname(command[0] ?? '');
        const program = path.join(folder, 'embedder');
        const link = [
          '-L',
          libraries,
          '-l:libwasmedge.so.0',
          '-Wl,--unresolved-symbols=ignore-in-shared-libs',
        ];
        const source = packageFile('tests', 'runtimes', 'embedder.cpp');
        await promisify(execFile)('g++', [
          '-std=c++17',
          `-I${given.headers}`,
          source,
          '-o',
          program,
          ...link,
        ]);
        const { one, odd } = namedFolder(folder);
        const guest = await compileGuest(folder, 'named', NAMED);
        const embedder = { ...given.runtime, command: [...command.slice(0, -1), program] };
        const preloads = [`one:onnx:cpu:${one}`, `two:onnx:cpu:${one}`, `odd:onnx:cpu:${odd}`];
        const { said, stderr, exitCode } = await runInstalled(embedder, [
          env.WASMEDGE_PLUGIN_PATH ?? '',
          guest,
          ...preloads,
        ]);
        assert.equal(exitCode, 0, stderr);
        assert.deepEqual([said.one, said.two, said.odd, said.none], ['0', '0', '0', '8']);
        const none = await runInstalled(embedder, [env.WASMEDGE_PLUGIN_PATH ?? '', guest]);
        assert.equal(none.said.one, '8', none.stderr);
      });
    },
    { timeout: 120_000 },
  );
}
