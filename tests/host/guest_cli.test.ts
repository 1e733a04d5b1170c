/** The guest's own command line: answers, errors, exit codes, memory. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  type Outcome,
  ppm,
  rawPixels,
  runGuestCli,
  type StubOptions,
  writeModel,
} from '../support/guest_stub.js';
import { withScratch } from '../support/scratch.js';

type Card = Parameters<NonNullable<Parameters<typeof writeModel>[1]>>[0];

async function classify(
  args: string[],
  options: StubOptions & { card?: (card: Card) => void; stdin?: string } = {},
) {
  let outcome!: Outcome;
  await withScratch(async (folder) => {
    writeModel(folder, options.card);
    writeFileSync(join(folder, 'a.raw'), rawPixels());
    writeFileSync(join(folder, 'b.ppm'), ppm(9, 7));
    writeFileSync(join(folder, 'empty.jpg'), '');
    mkdirSync(join(folder, 'folder'));
    outcome = await runGuestCli(folder, args, options, options.stdin);
  });
  return outcome;
}

const RAW = ['classify', 'a.raw', '--raw', '4x4', '--model', 'model'];

describe('answers', () => {
  test('JSON: one object a line, equal scores in order of class', async () => {
    const { exitCode, stdout, guest } = await classify([
      ...RAW,
      '--json',
      '--top',
      '3',
      '--runtime-name',
      'stub',
      '--provider',
      'openvino=x,onnx=CPU',
    ]);
    assert.equal(exitCode, 0);
    const answer = JSON.parse(stdout);
    assert.deepEqual(
      answer.predictions.map((p: { class_id: number }) => p.class_id),
      [1, 3, 2],
    );
    assert.equal(answer.predictions[0].label, 'dog');
    const sum = Math.exp(-3) + 1 + Math.exp(-2) + 1;
    assert.ok(Math.abs(answer.predictions[0].confidence - 1 / sum) < 1e-6);
    assert.equal(answer.image, 'a.raw');
    assert.equal(answer.model, 'tiny');
    assert.equal(answer.model_version, '2.0.1');
    assert.equal(answer.runtime, 'stub');
    assert.deepEqual(answer.graph, { encoding: 'onnx', precision: 'fp32', provider: 'CPU' });
    assert.equal(answer.input_sha256, guest.inputHash());
    assert.deepEqual(Object.keys(answer.timings), ['decode', 'preprocess', 'infer', 'postprocess']);
  });

  test('text: label, percent, bar, then timings and graph', async () => {
    const { exitCode, stdout, stderr } = await classify(RAW);
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, 5);
    assert.match(lines[0] ?? '', /^dog +4\d\.\d\d % {2}#+$/);
    assert.match(lines[4] ?? '', /^decode \d+\.\d ms, preprocess .* \| tiny 2\.0\.1 \| onnx fp32$/);
  });

  test('threshold', async () => {
    const { stdout } = await classify([...RAW, '--json', '--threshold=0.3']);
    assert.equal(JSON.parse(stdout).predictions.length, 2);
  });

  test('several images, a list, standard input: all are answered, the first error decides', async () => {
    const { exitCode, stdout } = await classify(
      ['classify', 'b.ppm', 'none.png', 'empty.jpg', '--images-from', '-', '--model', 'model', '--json'],
      { stdin: 'b.ppm\r\n\nb.ppm' },
    );
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      rows.map((row) => row.error?.code ?? row.image),
      ['b.ppm', 'INPUT_UNREADABLE', 'INPUT_INVALID', 'b.ppm', 'b.ppm'],
    );
    assert.equal(rows[1].image, 'none.png');
    assert.equal(exitCode, 3);
  });

  test('the graph is the first that the runtime takes; refusals are told', async () => {
    const { exitCode, stdout, stderr } = await classify([...RAW, '--json', '--verbose'], {
      load: (encoding) => (encoding === 1 ? 6 : 0),
    });
    assert.equal(exitCode, 0);
    assert.equal(JSON.parse(stdout).graph.encoding, 'openvino');
    assert.match(stderr, /^refused: onnx fp32: the runtime does not support/);
  });

  test('a named graph: files are not read', async () => {
    const { exitCode, stdout } = await classify([...RAW, '--json', '--graph', 'mine'], {
      card: (card) => {
        (card.graphs as Card[])[0] = {
          encoding: 'onnx',
          precision: 'fp32',
          files: [{ path: 'gone', sha256: '0'.repeat(64), bytes: 1 }],
        };
      },
    });
    assert.equal(exitCode, 0);
    assert.deepEqual(JSON.parse(stdout).graph, { encoding: null, precision: null, provider: null });
  });

  test('preprocess writes the tensor as NumPy does', async () => {
    await withScratch(async (folder) => {
      writeModel(folder);
      writeFileSync(join(folder, 'a.raw'), rawPixels());
      const { exitCode, stdout } = await runGuestCli(folder, [
        'preprocess',
        'a.raw',
        '--raw',
        '4x4',
        '--model',
        'model',
        '--out',
        't.npy',
        '--json',
      ]);
      assert.equal(exitCode, 0);
      assert.match(JSON.parse(stdout).input_sha256, /^[0-9a-f]{64}$/);
      const bytes = readFileSync(join(folder, 't.npy'));
      assert.equal(bytes.length, 128 + 192);
      assert.equal(bytes.toString('hex', 0, 10), '934e554d505901007600');
      assert.match(
        bytes.toString('latin1', 10, 128),
        /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(1, 3, 4, 4\), \} +\n$/,
      );
      const fround = Math.fround;
      const expected = rawPixels().map((value) => value);
      for (let c = 0; c < 3; c++) {
        for (let i = 0; i < 16; i++) {
          const mean = fround([0.485, 0.456, 0.406][c] ?? 0);
          const std = fround([0.229, 0.224, 0.225][c] ?? 0);
          const value = fround(fround(fround((expected[i * 3 + c] ?? 0) / 255) - mean) / std);
          assert.equal(bytes.readFloatLE(128 + (c * 16 + i) * 4), value);
        }
      }
    });
  });

  test('help and version', async () => {
    for (const args of [['--help'], ['classify', '--help'], ['preprocess', '-h'], ['--version']]) {
      const { exitCode, stdout } = await classify(args);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^edge[-_]infer/);
    }
  });
});

describe('errors: one clear line and the exit code', () => {
  const cases: [string, string[], number, RegExp, (StubOptions & { card?: (card: Card) => void })?][] = [
    ['no command', [], 2, /^error: no command given\. Try --help$/],
    ['unknown command', ['clasify'], 2, /unknown command \(clasify\)\. Did you mean classify\?/],
    [
      'unknown flag',
      [...RAW, '--treshold', '1'],
      2,
      /unknown flag \(--treshold\)\. Did you mean --threshold\?/,
    ],
    ['flag without value', [...RAW, '--top'], 2, /flag without a value \(--top\)/],
    ['bad number', [...RAW, '--top', 'x'], 2, /bad --top \(x\)/],
    ['bad threshold', [...RAW, '--threshold', '1.5'], 2, /bad --threshold/],
    ['no model', ['classify', 'a.raw'], 2, /--model is missing/],
    ['no image', ['classify', '--model', 'model'], 2, /no picture given/],
    [
      'missing image',
      ['classify', 'x.jpg', '--model', 'model'],
      3,
      /cannot read the picture \(x\.jpg\): no such file\. Check the path/,
    ],
    ['directory', ['classify', 'folder', '--model', 'model'], 3, /it is a directory/],
    ['empty image', ['classify', 'empty.jpg', '--model', 'model'], 3, /the image is empty/],
    [
      'outside',
      ['classify', '/etc/passwd', '--model', 'model'],
      3,
      /outside of the folders that the host opened/,
    ],
    [
      'wrong raw size',
      ['classify', 'a.raw', '--raw', '5x4', '--model', 'model'],
      3,
      /width, height and format make 60 bytes/,
    ],
    [
      'missing model',
      ['classify', 'a.raw', '--model', 'nomodel'],
      4,
      /cannot read the model card \(nomodel\/model\.json\): no such file/,
    ],
    [
      'wrong type',
      RAW,
      4,
      /input\.resize\.crop must be an array of two integers/,
      { card: (c) => ((c.input as { resize: Card }).resize.crop = 'x') },
    ],
    ['schema', RAW, 4, /schema must be an integer of 1 to 1/, { card: (c) => (c.schema = 2) }],
    [
      'hash',
      RAW,
      7,
      /SHA-256 of the file differs/,
      { card: (c) => (((c.files as Card[])[0] as Card).sha256 = '0'.repeat(64)) },
    ],
    [
      'size',
      RAW,
      7,
      /size of the file differs/,
      { card: (c) => (((c.files as Card[])[0] as Card).bytes = 1) },
    ],
    [
      'path',
      RAW,
      7,
      /graphs\[0\]\.files\[0\]\.path must be a path inside the package/,
      { card: (c) => (((((c.graphs as Card[])[0] as Card).files as Card[])[0] as Card).path = '../x') },
    ],
    [
      'labels path',
      RAW,
      7,
      /output\.labels must be a path inside/,
      { card: (c) => ((c.output as Card).labels = '/etc/passwd') },
    ],
    [
      'output size',
      RAW,
      4,
      /output of the graph does not fit the card \(tiny\): it has 12 bytes, 4 values of f32 are expected/,
      { logits: [1, 2, 3] },
    ],
    ['input refused', RAW, 4, /the graph refused the input \(tiny\)/, { errno: { set_input: 1 } }],
    ['compute failed', RAW, 5, /the graph failed \(tiny\): the runtime is busy/, { errno: { compute: 4 } }],
    [
      'no backend',
      RAW,
      5,
      /takes no graph of the model \(tiny\): onnx fp32: .*; openvino fp16: /,
      { load: () => 6 },
    ],
    ['no such graph', [...RAW, '--precision', 'int8'], 4, /It has onnx fp32, openvino fp16/],
    ['not numbers', RAW, 4, /every value of its output is NaN/, { logits: [NaN, NaN, NaN, NaN] }],
    [
      'named graph',
      [...RAW, '--graph', 'zz'],
      5,
      /the runtime has no graph of this name \(zz\)/,
      { errno: { load_by_name: 8 } },
    ],
    [
      'unwritable out',
      ['preprocess', 'a.raw', '--raw', '4x4', '--model', 'model', '--out', 'no/where.npy'],
      3,
      /cannot write the tensor \(no\/where\.npy\)/,
    ],
  ];
  for (const [name, args, code, text, options] of cases) {
    test(name, async () => {
      const plain = await classify(args, options);
      assert.equal(plain.exitCode, code, plain.stderr);
      assert.match(plain.stderr.trimEnd(), text);
      assert.equal(plain.stderr.trimEnd().split('\n').length, 1);
      if (args.length === 0 || args[0] === 'clasify') return;
      const json = await classify([...args.slice(0, 1), '--json', ...args.slice(1)], options);
      assert.equal(json.exitCode, code);
      assert.match(JSON.parse(json.stdout).error.code, /^[A-Z_]+$/);
      assert.equal(json.stderr, '');
    });
  }

  test('--trust skips the hash, not the size', async () => {
    const wrongHash = (card: Card) => (((card.files as Card[])[0] as Card).sha256 = '0'.repeat(64));
    assert.equal((await classify([...RAW, '--trust'], { card: wrongHash })).exitCode, 0);
    const wrongSize = (card: Card) => (((card.files as Card[])[0] as Card).bytes = 3);
    assert.equal((await classify([...RAW, '--trust'], { card: wrongSize })).exitCode, 7);
  });
});

test('a thousand images in one process do not grow memory', async () => {
  const list = (count: number) => `${new Array(count).fill('b.ppm').join('\n')}\n`;
  const run = (count: number) =>
    classify(['classify', '--images-from', '-', '--model', 'model', '--json'], { stdin: list(count) });
  const few = await run(20);
  const many = await run(1000);
  assert.equal(many.exitCode, 0);
  assert.equal(many.stdout.trimEnd().split('\n').length, 1000);
  const pages = (outcome: Outcome) => outcome.guest.memory.buffer.byteLength / 65536;
  // The list itself is read into memory: 980 lines of 6 bytes and their table.
  assert.ok(pages(many) - pages(few) <= 1, `${pages(few)} pages for 20 images, ${pages(many)} for 1000`);
});
