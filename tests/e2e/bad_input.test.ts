/** Whatever is wrong: one clear line, the right exit code, no stack trace, and the same in JSON. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { edgeInfer } from '../support/cli.js';
import { testWith } from '../support/requirements.js';
import { runtimeReady } from '../support/runtimes.js';
import { withScratch } from '../support/scratch.js';

const MODEL = join(CHECKOUT, 'models/cifar10');
const SAMPLE = join(CHECKOUT, 'dist/sample/airplane.png');
const USAGE = 2;
const INPUT = 3;
const MODEL_ERROR = 4;
const SECURITY = 7;

interface BadCase {
  readonly what: string;
  readonly exitCode: number;
  /** What the line must name. */
  readonly says: RegExp;
  /** Prepares the folder; gives the arguments. */
  arrange(folder: string): string[];
}

/** A copy of the built-in model with its card changed. */
function modelWith(
  folder: string,
  change: (card: Record<string, unknown>, package_: string) => void,
): string {
  const copy = join(folder, 'model');
  cpSync(MODEL, copy, { recursive: true });
  const path = join(copy, 'model.json');
  const card = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  change(card, copy);
  writeFileSync(path, JSON.stringify(card));
  return copy;
}

type Graphs = { encoding: string; files: { path: string; sha256: string; bytes: number }[] }[];

const inputCases: BadCase[] = [
  {
    what: 'a missing picture',
    exitCode: INPUT,
    says: /nothing\.jpg/,
    arrange: (folder) => [join(folder, 'nothing.jpg')],
  },
  { what: 'a directory', exitCode: INPUT, says: /directory/i, arrange: (folder) => [folder] },
  {
    what: 'an empty file',
    exitCode: INPUT,
    says: /empty/,
    arrange: (folder) => {
      writeFileSync(join(folder, 'empty.jpg'), '');
      return [join(folder, 'empty.jpg')];
    },
  },
  {
    what: 'a truncated picture',
    exitCode: INPUT,
    says: /truncated|cut off/i,
    arrange: (folder) => {
      const file = join(folder, 'half.png');
      cpSync(SAMPLE, file);
      truncateSync(file, 3000);
      return [file];
    },
  },
  {
    what: 'a text file',
    exitCode: INPUT,
    says: /JPEG|PNG/,
    arrange: (folder) => {
      writeFileSync(join(folder, 'note.txt'), 'this is not a picture, it is a note\n');
      return [join(folder, 'note.txt')];
    },
  },
  {
    what: 'a PNG that claims four billion pixels',
    exitCode: INPUT,
    says: /large|pixels|limit/i,
    arrange: (folder) => {
      const bytes = Buffer.from(readFileSync(SAMPLE));
      bytes.writeUInt32BE(65535, 16);
      bytes.writeUInt32BE(65535, 20);
      bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
      writeFileSync(join(folder, 'bomb.png'), bytes);
      return [join(folder, 'bomb.png')];
    },
  },
];

const modelCases: BadCase[] = [
  {
    what: 'a graph whose hash is wrong',
    exitCode: SECURITY,
    says: /SHA-256|sha256|hash/i,
    arrange: (folder) => [
      SAMPLE,
      '--model',
      modelWith(folder, (card) => {
        for (const graph of card.graphs as Graphs)
          for (const file of graph.files) file.sha256 = '0'.repeat(64);
      }),
    ],
  },
  {
    what: 'a path that leads out of the package',
    exitCode: SECURITY,
    says: /\.\.\/|outside|leads out|package/,
    arrange: (folder) => [
      SAMPLE,
      '--model',
      modelWith(folder, (card) => {
        for (const graph of card.graphs as Graphs)
          for (const file of graph.files) file.path = `../${file.path}`;
      }),
    ],
  },
  {
    what: 'a link that leads out of the package',
    exitCode: SECURITY,
    says: /link|outside|leads out/,
    arrange: (folder) => {
      const outside = join(folder, 'outside.onnx');
      return [
        SAMPLE,
        '--model',
        modelWith(folder, (card, package_) => {
          cpSync(join(MODEL, 'model.fp32.onnx'), outside);
          symlinkSync(outside, join(package_, 'linked.onnx'));
          for (const graph of card.graphs as Graphs)
            for (const file of graph.files) file.path = 'linked.onnx';
        }),
      ];
    },
  },
  {
    what: 'a field of the wrong type',
    exitCode: MODEL_ERROR,
    says: /input\.shape/,
    arrange: (folder) => [
      SAMPLE,
      '--model',
      modelWith(folder, (card) => {
        (card.input as { shape: unknown }).shape = 'square';
      }),
    ],
  },
  {
    what: 'a card that is not JSON',
    exitCode: MODEL_ERROR,
    says: /JSON/,
    arrange: (folder) => {
      const model = modelWith(folder, () => {});
      writeFileSync(join(model, 'model.json'), '{"schema": 1,');
      return [SAMPLE, '--model', model];
    },
  },
  {
    what: 'a folder without a card',
    exitCode: MODEL_ERROR,
    says: /model\.json/,
    arrange: (folder) => {
      mkdirSync(join(folder, 'nothing'));
      return [SAMPLE, '--model', join(folder, 'nothing')];
    },
  },
  {
    what: 'a model that does not exist',
    exitCode: MODEL_ERROR,
    says: /imaginary/,
    arrange: () => [SAMPLE, '--model', 'imaginary'],
  },
  {
    what: 'a graph that does not fit the card',
    exitCode: MODEL_ERROR,
    says: /input|shape|fit/,
    arrange: (folder) => [
      SAMPLE,
      '--model',
      modelWith(folder, (card) => {
        const input = card.input as { shape: number[]; resize: { shortest: number; crop: number[] } };
        input.shape = [1, 3, 48, 48];
        input.resize = { ...input.resize, shortest: 48, crop: [48, 48] };
      }),
    ],
  },
];

const usageCases: BadCase[] = [
  {
    what: 'an unknown runtime',
    exitCode: USAGE,
    says: /wasmer/,
    arrange: () => [SAMPLE, '--runtime', 'wasmer'],
  },
  { what: 'an unknown flag', exitCode: USAGE, says: /--tpo/, arrange: () => [SAMPLE, '--tpo', '3'] },
  { what: 'a number that is none', exitCode: USAGE, says: /--top/, arrange: () => [SAMPLE, '--top', 'many'] },
];

for (const badCase of [...inputCases, ...modelCases, ...usageCases]) {
  for (const runtime of ['node', 'node-component', 'wasmtime', 'wasmedge'] as const) {
    const ownRuntime = badCase.arrange.toString().includes("'--runtime'");
    if (ownRuntime && runtime !== 'node') continue;
    const name = `${badCase.what}, ${runtime}: one line, exit code ${badCase.exitCode}`;
    testWith(name, { runtime: runtimeReady(runtime) }, () =>
      withScratch(async (folder) => {
        const args = ['classify', ...badCase.arrange(folder), ...(ownRuntime ? [] : ['--runtime', runtime])];
        const text = await edgeInfer(args);
        assert.equal(text.exitCode, badCase.exitCode, text.stderr + text.stdout);
        assert.match(text.stderr, /^error: [^\n]+\n$/);
        assert.match(text.stderr, badCase.says);
        assert.equal(text.stdout, '');
        const json = await edgeInfer([...args, '--json']);
        assert.equal(json.exitCode, badCase.exitCode);
        const { error } = JSON.parse(json.stdout) as {
          error: { code: string; message: string; hint: string };
        };
        assert.match(error.code, /^[A-Z][A-Z0-9_]+$/);
        assert.match(`${error.message} ${error.hint}`, badCase.says);
      }),
    );
  }
}

test('an output that cannot be written: exit code 3, nothing half written', () =>
  withScratch(async (folder) => {
    const { exitCode, stderr } = await edgeInfer([
      'preprocess',
      SAMPLE,
      '--out',
      join(folder, 'no/such/folder/t.npy'),
    ]);
    assert.equal(exitCode, INPUT);
    assert.match(stderr, /^error: [^\n]*t\.npy[^\n]*\n$/);
  }));

test('a full disk: exit code 3 and a line that says so', async () => {
  const { exitCode, stderr } = await edgeInfer(['preprocess', SAMPLE, '--out', '/dev/full']);
  assert.equal(exitCode, INPUT);
  assert.match(stderr, /^error: [^\n]*\/dev\/full[^\n]*\n$/);
});

test('several pictures, one of them broken: the others are answered, the exit code is that of the error', () =>
  withScratch(async (folder) => {
    const broken = join(folder, 'broken.png');
    writeFileSync(broken, readFileSync(SAMPLE).subarray(0, 100));
    const { exitCode, stdout } = await edgeInfer(['classify', SAMPLE, broken, SAMPLE, '--json']);
    assert.equal(exitCode, INPUT);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      lines.map((line) => 'error' in line),
      [false, true, false],
    );
  }));

test('help and version answer on standard output with exit code 0', async () => {
  for (const args of [['--help'], ['classify', '--help'], ['--version']]) {
    const { exitCode, stdout } = await edgeInfer(args);
    assert.equal(exitCode, 0);
    assert.ok(stdout.length > 4);
  }
});
