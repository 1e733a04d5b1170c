/** Text models: import of Hugging Face folders, vectors equal to Python's, labels, search, written texts, the commands. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createTextEngine, loadPackage, verifyPackage } from '../../host/index.js';
import { importTextModel } from '../../host/models/import_text.js';
import { normalized, poolTokens, softmaxOf } from '../../host/text/vectors.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { edgeInfer } from '../support/cli.js';
import { llama, testData, testWith, textPython } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';
import { tokenTexts } from '../support/token_texts.js';

/** Cosine of the angle between two vectors, in the plainest way. */
function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const SCRIPT = path.join(CHECKOUT, 'scripts/golden/sentence_model.py');
const STORIES = 'models/stories260K_gguf/stories260K.gguf';

/** Vectors that Python gives for texts. */
function theirVectors(python: string, folder: string, texts: readonly string[]): number[][] {
  const printed = execFileSync(python, [SCRIPT, 'embed', folder], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(printed) as number[][];
}

testWith(
  'a real sentence model: imported, and its vectors are those of Python',
  { python: textPython },
  ({ python }) =>
    withScratch(async (scratch) => {
      const folder = path.join(scratch, 'minilm');
      execFileSync(python, [SCRIPT, 'export', folder]);
      const { card, root } = importTextModel(folder, path.join(scratch, 'package'));
      assert.equal(card.task, 'text');
      assert.deepEqual(card.text?.tokenizer, { files: ['tokenizer.json'], max_length: 256 });
      assert.deepEqual([card.text?.pooling, card.text?.normalize], ['mean', true]);
      assert.ok((await verifyPackage(loadPackage(root))).every(({ status }) => status === 'ok'));
      // Lone surrogates are replaced alike; Python's own JSON cannot carry them.
      const texts = [
        'A man is eating food.',
        'Someone eats a meal.',
        ...tokenTexts(5, 60).map((one) => Buffer.from(one).toString()),
      ];
      await using engine = await createTextEngine({ model: root });
      const ours = await engine.embed(texts);
      const theirs = theirVectors(python, folder, texts);
      const least = Math.min(...ours.map((vector, i) => cosine(vector, Float32Array.from(theirs[i] ?? []))));
      assert.ok(least >= 0.9999, `the least cosine is ${least}`);
      for (const vector of ours) assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
      const alone = await engine.embed(texts[3] as string);
      assert.ok(cosine(alone, ours[3] as Float32Array) > 0.99999, 'padding changes nothing');
      const [best] = await engine.search('Someone has lunch', texts, { top: 1 });
      assert.ok((best?.index ?? 9) < 2 && (best?.score ?? 0) > 0.4, JSON.stringify(best));
      assert.ok(
        (await engine.similarity('a cat', 'a kitten')) > (await engine.similarity('a cat', 'a tax return')),
      );
      await assert.rejects(engine.classify('a'), { code: 'MODEL_TASK' });
      assert.throws(() => engine.generate('a'), { code: 'MODEL_TASK' });
      await assert.rejects(engine.embed('a', { signal: AbortSignal.abort(new Error('stop')) }), /stop/);
      const shown = await edgeInfer([
        'text',
        'search',
        '--model',
        root,
        '--json',
        'a pet',
        'the cat sleeps',
        'it rains',
      ]);
      assert.equal(shown.exitCode, 0, shown.stderr);
      assert.equal(JSON.parse(shown.stdout.split('\n')[0] ?? '').text, 'the cat sleeps');
      const tokens = await edgeInfer(['text', 'tokenize', '--model', root, 'Hello wörld']);
      assert.equal(tokens.stdout, '[CLS] hello world [SEP]\n');
      // A changed tokenizer is refused.
      writeFileSync(
        path.join(root, 'tokenizer.json'),
        `${readFileSync(path.join(root, 'tokenizer.json'), 'utf8')} `,
      );
      await assert.rejects(createTextEngine({ model: root }), { code: 'MODEL_HASH_MISMATCH' });
    }),
);

testWith('a DistilBERT-style folder: imported, and texts get labels', { python: textPython }, ({ python }) =>
  withScratch(async (scratch) => {
    const folder = path.join(scratch, 'sentiment');
    execFileSync(python, [path.join(CHECKOUT, 'scripts/golden/tiny_classifier.py'), folder]);
    const { card, root } = importTextModel(folder, path.join(scratch, 'package'));
    assert.deepEqual(card.text?.tokenizer, { files: ['vocab.txt', 'tokenizer_config.json'], max_length: 16 });
    await using engine = await createTextEngine({ model: root });
    const [best, other] = await engine.classify('Good, good: bad!');
    assert.deepEqual([best?.class_id, best?.label, other?.label], [1, 'POSITIVE', 'NEGATIVE']);
    // Logits 4 and 2.
    assert.ok(Math.abs((best?.confidence ?? 0) - 1 / (1 + Math.exp(-2))) < 1e-6);
    const [pair] = await engine.classify(['bad', 'bad bad good'], { top: 1 });
    assert.equal(pair?.label, 'NEGATIVE');
    await assert.rejects(engine.embed('good'), { code: 'MODEL_TASK' });
    const { stdout } = await edgeInfer(['text', 'classify', '--model', root, '--top', '1', 'bad']);
    assert.match(stdout, /^88\.08 % {2}NEGATIVE\n$/);
  }),
);

test('folders that cannot be imported say why, and nothing is written', () =>
  withScratch(async (scratch) => {
    const folder = path.join(scratch, 'model');
    const out = path.join(scratch, 'out');
    mkdirSync(folder);
    const refused = (why: RegExp, code = 'IMPORT_REFUSED') => {
      assert.throws(
        () => importTextModel(folder, out),
        (error: { code: string; message: string }) => {
          assert.equal(error.code, code);
          assert.match(error.message, why);
          return true;
        },
      );
      assert.ok(!existsSync(out));
    };
    refused(/config.json/);
    writeFileSync(path.join(folder, 'config.json'), '{"model_type":"bert"}');
    refused(/no model.onnx/);
    writeFileSync(path.join(folder, 'model.onnx'), 'no graph');
    refused(/neither tokenizer.json/, 'TOKENIZER_INVALID');
    writeFileSync(path.join(folder, 'vocab.txt'), '[CLS]\n[SEP]\n[UNK]\n[PAD]\na\n');
    refused(/model.onnx does not load/);
    cpSync(path.join(CHECKOUT, 'models/cifar10/model.fp32.onnx'), path.join(folder, 'model.onnx'));
    refused(/has an input/);
    mkdirSync(out);
    assert.throws(() => importTextModel(folder, out), { code: 'OUTPUT_EXISTS' });
  }));

testWith(
  'texts are written piece by piece, and stop when nobody listens',
  { data: testData, llama },
  async ({ data }) => {
    const model = path.join(data, STORIES);
    await using engine = await createTextEngine({ model });
    const write = async (options: object) => {
      const pieces: string[] = [];
      for await (const piece of engine.generate('Once upon a time', { temperature: 0, ...options }))
        pieces.push(piece);
      return pieces;
    };
    const pieces = await write({ maxTokens: 20 });
    assert.equal(pieces.length, 20);
    assert.ok(pieces.join('').startsWith(', there was a little girl'), pieces.join(''));
    // Two at once wait for each other and give the same.
    assert.deepEqual(await Promise.all([write({ maxTokens: 20 }), write({ maxTokens: 20 })]), [
      pieces,
      pieces,
    ]);
    assert.ok(!(await write({ maxTokens: 20, stop: 'girl' })).join('').includes('girl'));
    for await (const _ of engine.generate('Once', { maxTokens: 1000 })) break;
    const controller = new AbortController();
    await assert.rejects(async () => {
      for await (const _ of engine.generate('Once', { signal: controller.signal }))
        controller.abort(new Error('enough'));
    }, /enough/);
    assert.deepEqual(await write({ maxTokens: 20 }), pieces, 'it goes on after both');
    await assert.rejects(engine.embed('a'), { code: 'MODEL_TASK' });
    const args = [
      'text',
      'generate',
      '--model',
      model,
      '--max-tokens',
      '20',
      '--temperature',
      '0',
      'Once upon a time',
    ];
    assert.equal((await edgeInfer(args)).stdout, `${pieces.join('')}\n`);
  },
);

test('errors of models and flags', async () => {
  await assert.rejects(createTextEngine({ model: 'cifar10' }), { code: 'MODEL_TASK' });
  await assert.rejects(createTextEngine({ model: './none.gguf' }), { code: 'MODEL_NOT_FOUND' });
  const bad = await edgeInfer(['text', 'generate', '--model', 'x.gguf', '--max-tokens', 'many', 'a']);
  assert.deepEqual([bad.exitCode, /--max-tokens must be/.test(bad.stderr)], [2, true], bad.stderr);
});

test('pooling, norm, softmax', () => {
  const states = Float32Array.of(1, 2, 3, 4, 9, 9, /* second */ 5, 6, 7, 8, 1, 0);
  const masks = [Uint32Array.of(1, 1, 0), Uint32Array.of(1, 1, 1)];
  assert.deepEqual(
    poolTokens(states, masks, 3, 'mean').map((vector) => [...vector]),
    [[2, 3], [13 / 3, 14 / 3].map(Math.fround)],
  );
  assert.deepEqual([...(poolTokens(states, masks, 3, 'cls')[1] ?? [])], [5, 6]);
  assert.deepEqual([...normalized(Float32Array.of(3, 4))], [0.6, 0.8].map(Math.fround));
  assert.deepEqual([...normalized(Float32Array.of(0, 0))], [0, 0]);
  assert.deepEqual([...softmaxOf(Float32Array.of(1000, 1000))], [0.5, 0.5]);
});
