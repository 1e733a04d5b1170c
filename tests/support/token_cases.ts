/** What is asked of tokenizers, ours and Hugging Face's: texts, pairs, lengths to cut to; and how answers are compared. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Encoding, Tokenizer } from '../../host/text/tokenizer.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { bytePairJson, wordPieceJson } from './token_models.js';
import { tokenTexts } from './token_texts.js';

/** Tokenizers of every kind and style, by name. */
export const TOKENIZERS: Readonly<Record<string, () => string>> = {
  'bert uncased': () => wordPieceJson(),
  'bert cased': () => wordPieceJson({ lowercase: false }),
  'bert uncased with accents': () => wordPieceJson({ strip_accents: false }),
  'bert cased without accents': () => wordPieceJson({ lowercase: false, strip_accents: true }),
  'bert unclean': () => wordPieceJson({ clean_text: false, handle_chinese_chars: false }),
  gpt2: () => bytePairJson({ style: 'gpt2' }),
  'gpt2 with a space before': () => bytePairJson({ style: 'gpt2', add_prefix_space: true }),
  'gpt2 with whole words': () => bytePairJson({ style: 'gpt2', ignore_merges: true }),
  'gpt2 without some bytes': () => bytePairJson({ style: 'gpt2', without: [0xe3, 0x41] }),
  roberta: () => bytePairJson({ style: 'roberta' }),
  'roberta with a space before': () => bytePairJson({ style: 'roberta', add_prefix_space: true }),
  'roberta with unknown bytes': () =>
    bytePairJson({ style: 'roberta', without: [0xe3, 0xe4, 0x41], unk_token: '<unk>' }),
  'roberta with unknown bytes in one': () =>
    bytePairJson({ style: 'roberta', without: [0xe3, 0xe4, 0x41, 0x42], unk_token: '<unk>', fuse_unk: true }),
};

/** One question. */
export interface TokenCase {
  text: string;
  pair?: string;
  special: boolean;
  truncation?: { max_length: number; strategy: 'longest_first' | 'only_first'; direction: 'left' | 'right' };
  /** Whether special tokens are left out of the text that is made of the ids. */
  decode: boolean;
}

/** What came of it. Offsets are in UTF-16 units. */
export interface TokenAnswer {
  ids: number[];
  types: number[];
  offsets: number[];
  text: string;
}

/** `count` questions, the same for the same seed. */
export function tokenCases(seed: number, count: number): TokenCase[] {
  const texts = tokenTexts(seed, count);
  return texts.map((text, i) => {
    const made: TokenCase = { text, special: i % 4 !== 1, decode: i % 2 === 0 };
    if (i % 5 === 1) made.pair = texts[(i * 7) % count] as string;
    if (i % 3 === 1) {
      made.truncation = {
        max_length: 5 + (i % 30),
        strategy: 'longest_first',
        direction: i % 2 === 0 ? 'right' : 'left',
      };
    }
    return made;
  });
}

/** Our answer. */
export function ourAnswer(
  tokenizer: Tokenizer,
  { text, pair, special, truncation, decode }: TokenCase,
): TokenAnswer {
  const encoding: Encoding = tokenizer.encode(text, {
    ...(pair === undefined ? {} : { pair }),
    addSpecialTokens: special,
    maxLength: truncation?.max_length ?? false,
    truncateAt: truncation?.direction ?? 'right',
  });
  return {
    ids: [...encoding.ids],
    types: [...encoding.typeIds],
    offsets: [...encoding.offsets],
    text: tokenizer.decode(encoding.ids, { skipSpecialTokens: decode }),
  };
}

interface PythonAnswer {
  ids: number[];
  types: number[];
  offsets: [number, number][];
  text: string;
}

/** Answers of Hugging Face's `tokenizers`, and of which text each token is. */
export function theirAnswers(python: string, tokenizer: string, cases: readonly TokenCase[]): PythonAnswer[] {
  const script = path.join(CHECKOUT, 'scripts/golden/token_ids.py');
  const input = JSON.stringify({ tokenizer, cases });
  const printed = execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 2 ** 30 });
  return JSON.parse(printed) as PythonAnswer[];
}

/** Places in code points as places in UTF-16 units. */
export function unitsOf(text: string): number[] {
  const units = [0];
  for (const character of text) units.push((units.at(-1) ?? 0) + character.length);
  return units;
}

/** One hash over ids and types of all answers: what the golden file holds. */
export function hashAnswers(answers: readonly Pick<TokenAnswer, 'ids' | 'types'>[]): string {
  const hash = createHash('sha256');
  for (const { ids, types } of answers) hash.update(JSON.stringify([ids, types]));
  return hash.digest('hex');
}
