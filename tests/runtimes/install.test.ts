/** The installer without the network: manifest, staleness, what is read from apt and cargo, errors, progress. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EdgeInferError } from '../../host/errors.js';
import { parsePrintUris } from '../../host/runtimes/install/apt_closure.js';
import {
  debianMirror,
  findDebian,
  parseDeb822,
  parseOneLine,
} from '../../host/runtimes/install/apt_sources.js';
import { failureOf, run } from '../../host/runtimes/install/command.js';
import { defaultRuntimesRoot, installRuntimes, readManifest } from '../../host/runtimes/install/index.js';
import { withInstallLock } from '../../host/runtimes/install/lock.js';
import {
  hashInputs,
  type InstalledRuntime,
  isCurrent,
  recordRuntime,
} from '../../host/runtimes/install/manifest.js';
import { Progress } from '../../host/runtimes/install/progress.js';
import { cargoProgress } from '../../host/runtimes/install/wasmtime.js';
import { withScratch } from '../support/scratch.js';

function entryIn(root: string): InstalledRuntime {
  return {
    version: '1.2.3',
    command: [path.join(root, 'w', 'ld.so'), '--library-path', path.join(root, 'w', 'lib'), '/usr/bin/env'],
    env: { LISTED: `${path.join(root, 'a')}:/usr/lib`, PLAIN: 'x' },
    backends: ['onnx'],
    inputs: 'hash',
  };
}

test('the manifest gives back what was recorded, with paths that move with the folder', async () => {
  await withScratch(async (folder) => {
    const root = path.join(folder, 'first');
    assert.deepEqual(readManifest(root), { schema: 1 });
    recordRuntime(root, 'wasmedge', entryIn(root));
    recordRuntime(root, 'wasmtime', { ...entryIn(root), version: '48.0.8' });
    const text = readFileSync(path.join(root, 'manifest.json'), 'utf8');
    assert.ok(!text.includes(folder), 'no absolute path of the folder in the file');
    assert.match(text, /"LISTED": "\.\/a:\/usr\/lib"/);
    assert.deepEqual(readManifest(root).wasmedge, entryIn(root));

    const moved = path.join(folder, 'second');
    renameSync(root, moved);
    assert.deepEqual(readManifest(moved).wasmedge, entryIn(moved));
    assert.equal(readManifest(moved).wasmtime?.version, '48.0.8');
  });
});

test('a manifest that is broken, of another schema or incomplete is an error with its file', async () => {
  await withScratch(async (root) => {
    const file = path.join(root, 'manifest.json');
    for (const text of ['', '{', '[]', '{"schema":2}', '{"schema":1,"wasmtime":{"version":"1"}}']) {
      writeFileSync(file, text);
      assert.throws(
        () => readManifest(root),
        (error) =>
          error instanceof EdgeInferError &&
          error.code === 'RUNTIMES_MANIFEST_INVALID' &&
          error.exitCode === 5 &&
          error.message.includes(file),
        text,
      );
    }
  });
});

test('an entry is current only with the same inputs and all its files', async () => {
  await withScratch(async (root) => {
    const entry: InstalledRuntime = { ...entryIn(root), command: [path.join(root, 'program')], env: {} };
    assert.equal(isCurrent(undefined, 'hash'), false);
    assert.equal(isCurrent(entry, 'hash'), false, 'the program is gone');
    writeFileSync(path.join(root, 'program'), '');
    assert.equal(isCurrent(entry, 'hash'), true);
    assert.equal(isCurrent(entry, 'other'), false);
    assert.equal(isCurrent({ ...entry, env: { LIB: path.join(root, 'gone') } }, 'hash'), false);
  });
});

test('the hash of inputs follows texts, contents and names, and not build output', async () => {
  await withScratch(async (folder) => {
    mkdirSync(path.join(folder, 'src'));
    const file = path.join(folder, 'src', 'main.rs');
    writeFileSync(file, 'a');
    const first = hashInputs(['1'], [folder]);
    assert.equal(hashInputs(['1'], [folder]), first);
    mkdirSync(path.join(folder, 'target'));
    writeFileSync(path.join(folder, 'target', 'x'), 'x');
    assert.equal(hashInputs(['1'], [folder]), first);
    assert.notEqual(hashInputs(['2'], [folder]), first);
    writeFileSync(file, 'b');
    const second = hashInputs(['1'], [folder]);
    assert.notEqual(second, first);
    renameSync(file, path.join(folder, 'src', 'lib.rs'));
    assert.notEqual(hashInputs(['1'], [folder]), second);
  });
});

test("apt's closure is read with epochs and escapes", () => {
  const text = [
    'Reading package lists...',
    "'http://mirror/pool/l/llvm_21.1%3a8_amd64.deb' libllvm21_1%3a21.1.8-14_amd64.deb 28254324 MD5Sum:18a6",
    "'http://mirror/pool/s/libstdc%2b%2b6.deb' libstdc++6_16.2.0-4_amd64.deb 822380 SHA256:b0f1",
    "'http://mirror/pool/f/x.dsc' x_1.dsc 5 MD5Sum:0",
    '',
  ].join('\n');
  assert.deepEqual(parsePrintUris(text), [
    { spec: 'libllvm21=1:21.1.8-14', bytes: 28254324 },
    { spec: 'libstdc++6=16.2.0-4', bytes: 822380 },
  ]);
});

test('the Debian archive is found in either form of apt sources', async () => {
  const deb822 = [
    '# a comment',
    'Types: deb deb-src',
    '# http://old.example/debian',
    'URIs: http://mirror.example/debian',
    'Suites: bookworm',
    ' bookworm-updates',
    'Components: main contrib',
    'Signed-By: /usr/share/keyrings/k.gpg',
    '',
    'Types: deb',
    'URIs: http://mirror.example/debian-security',
    'Suites: bookworm-security',
    'Components: main',
    '',
    'Types: deb',
    'Enabled: no',
    'URIs: http://off.example/debian',
    'Suites: sid',
    'Components: main',
  ].join('\n');
  const sources = parseDeb822(deb822);
  assert.equal(sources.length, 2);
  assert.deepEqual(findDebian([...sources].reverse()), {
    uri: 'http://mirror.example/debian',
    suites: ['bookworm', 'bookworm-updates'],
    components: ['main', 'contrib'],
    signedBy: '/usr/share/keyrings/k.gpg',
  });
  const lines = [
    'deb-src http://m.example/debian sid main',
    '# deb http://commented.example/debian sid main',
    'deb [arch=amd64 signed-by=/k.gpg] https://m.example/debian/ trixie main non-free # note',
  ].join('\n');
  const [only, ...others] = parseOneLine(lines);
  assert.deepEqual(others, []);
  assert.deepEqual(only, {
    uri: 'https://m.example/debian/',
    suites: ['trixie'],
    components: ['main', 'non-free'],
    signedBy: '/k.gpg',
  });
  await withScratch(async (etc) => {
    const chosen = process.env.EDGE_INFER_DEBIAN_MIRROR;
    delete process.env.EDGE_INFER_DEBIAN_MIRROR;
    try {
      assert.throws(() => debianMirror(etc), { code: 'APT_NO_MIRROR', exitCode: 5 });
      mkdirSync(path.join(etc, 'sources.list.d'));
      writeFileSync(path.join(etc, 'sources.list.d', 'd.sources'), deb822);
      assert.equal(debianMirror(etc).uri, 'http://mirror.example/debian');
      process.env.EDGE_INFER_DEBIAN_MIRROR = 'http://chosen.example/debian';
      assert.equal(debianMirror(etc).uri, 'http://chosen.example/debian');
    } finally {
      delete process.env.EDGE_INFER_DEBIAN_MIRROR;
      if (chosen !== undefined) process.env.EDGE_INFER_DEBIAN_MIRROR = chosen;
    }
  });
});

test('a failed step says what failed and why, and whether the network is to blame', () => {
  const apt = { program: 'apt-get', purpose: 'downloading packages' };
  const network = failureOf(apt, ['Hit:1', "E: Failed to fetch x  Could not resolve 'm.example'"], 100);
  assert.equal(network.code, 'DOWNLOAD_FAILED');
  assert.equal(network.exitCode, 6);
  assert.match(network.message, /^downloading packages failed \(apt-get\): E: Failed to fetch/);
  const cargo = { program: 'cargo', purpose: 'compiling Wasmtime' };
  const build = failureOf(cargo, ['warning: x', 'error[E0425]: cannot find value `y`', '  --> a.rs'], 101);
  assert.deepEqual([build.code, build.exitCode], ['STEP_FAILED', 5]);
  assert.match(build.message, /E0425/);
  assert.match(failureOf(cargo, [], 'SIGKILL').message, /it ended with SIGKILL/);
});

test('a missing tool and a cancelled step are errors of their own', async () => {
  const missing = run({ program: 'edge-infer-no-such', args: [], purpose: 'p', missing: 'install it' });
  await assert.rejects(missing, { code: 'TOOL_MISSING', hint: 'install it', exitCode: 5 });
  const cancel = new AbortController();
  const waiting = run({
    program: process.execPath,
    args: ['-e', 'setTimeout(() => {}, 60000)'],
    purpose: 'waiting',
    missing: '',
    signal: cancel.signal,
  });
  cancel.abort();
  await assert.rejects(waiting, { code: 'CANCELLED' });
});

test('output comes whole, and lines of standard error as they come', async () => {
  const lines: string[] = [];
  const program = "process.stdout.write('out'); process.stderr.write('one\\rtwo\\nthree\\n')";
  const output = await run({
    program: process.execPath,
    args: ['-e', program],
    purpose: 'p',
    missing: '',
    onLine: (line) => lines.push(line),
  });
  assert.equal(output, 'out');
  assert.deepEqual(lines, ['one', 'two', 'three']);
});

test("cargo's bar becomes a count", () => {
  assert.equal(cargoProgress('    Building [=====>     ] 212/410: syn, libc(build)'), 'compiling 212/410');
  assert.equal(cargoProgress(' Downloading [==>   ] 3/17: wasmtime'), 'downloading 3/17');
  assert.equal(cargoProgress('   Compiling syn v3.0.9'), undefined);
});

test('progress: a line at the beginning, the end, and at most every interval between', async () => {
  const lines: string[] = [];
  let now = 0;
  const progress = new Progress((line) => lines.push(line), { now: () => now });
  await progress.step('work', async (update) => {
    for (let second = 1; second <= 25; second++) {
      now = second * 1000;
      update(`${second}`);
    }
  });
  assert.deepEqual(lines, ['work ...', 'work: 10 (10 s)', 'work: 20 (20 s)', 'work: done (25 s)']);
});

test('one installation at a time; the lock of a dead process is no lock', async () => {
  await withScratch(async (root) => {
    const order: string[] = [];
    let waited = 0;
    const slow = withInstallLock(
      root,
      () => {},
      undefined,
      async () => {
        order.push('in');
        await new Promise((done) => setTimeout(done, 200));
        order.push('out');
      },
    );
    const second = withInstallLock(
      root,
      () => waited++,
      undefined,
      async () => order.push('second'),
    );
    await Promise.all([slow, second]);
    assert.deepEqual(order, ['in', 'out', 'second']);
    assert.equal(waited, 1);
    writeFileSync(path.join(root, 'install.lock'), '999999999');
    await withInstallLock(
      root,
      () => {},
      undefined,
      async () => {},
    );
    assert.equal(existsSync(path.join(root, 'install.lock')), false);
  });
});

test('the folder: EDGE_INFER_RUNTIMES, else .runtimes of the checkout', () => {
  assert.equal(defaultRuntimesRoot({ EDGE_INFER_RUNTIMES: '/somewhere/else' }), '/somewhere/else');
  assert.equal(path.basename(defaultRuntimesRoot({})), '.runtimes');
});

test('a failed installation leaves no entry and says the reason', async () => {
  await withScratch(async (root) => {
    const variables = {
      PATH: process.env.PATH,
      EDGE_INFER_DEBIAN_MIRROR: process.env.EDGE_INFER_DEBIAN_MIRROR,
    };
    process.env.PATH = path.join(root, 'nothing');
    process.env.EDGE_INFER_DEBIAN_MIRROR = 'http://mirror.invalid/debian';
    const lines: string[] = [];
    try {
      await assert.rejects(
        installRuntimes(['wasmedge-0.14', 'wasmtime'], { root, onProgress: (line) => lines.push(line) }),
        { code: 'TOOL_MISSING', exitCode: 5 },
      );
    } finally {
      for (const [name, value] of Object.entries(variables)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    assert.deepEqual(readManifest(root), { schema: 1 });
    assert.ok(
      lines.includes('wasmtime: failed') && lines.includes('wasmedge-0.14: failed'),
      lines.join('\n'),
    );
  });
});
