/** The files of a tokenizer: tokenizer.json, or what came before it: vocab.txt, vocab.json and merges.txt. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { tokenizerInvalid } from './tokenizer_errors.js';
import {
  classicTemplate,
  emptyModel,
  readMerges,
  readTokenizerJson,
  readVocabulary,
} from './tokenizer_json.js';
import type { AddedToken, TokenizerModel } from './tokenizer_model.js';

/** Names of the files that are looked at. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
  'tokenizer_config.json',
] as const;

/** Texts by file name. */
export type TokenizerFiles = Partial<Record<(typeof TOKENIZER_FILES)[number], string>>;

const MAX_FILE = 2 ** 27;

/**
 * The files of a folder; those before tokenizer.json only where there is none.
 *
 * @throws EdgeInferError `TOKENIZER_INVALID` (exit 4) when there is no tokenizer
 */
export function readTokenizerFolder(folder: string): TokenizerFiles {
  const files: TokenizerFiles = {};
  for (const name of TOKENIZER_FILES) {
    const file = path.join(folder, name);
    if (!existsSync(file)) continue;
    if (statSync(file).size > MAX_FILE) throw tokenizerInvalid(`${name} is larger than 128 MiB`);
    files[name] = readFileSync(file, 'utf8');
    if (name === 'tokenizer.json') break;
  }
  return files;
}

function parse(text: string | undefined, name: string): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw tokenizerInvalid(`${name} is not JSON`, cause);
  }
  throw tokenizerInvalid(`${name} is not an object`);
}

function addedOf(vocabulary: ReadonlyMap<string, number>, contents: readonly string[]): AddedToken[] {
  return contents.flatMap((content) => {
    const id = vocabulary.get(content);
    if (id === undefined) return [];
    const lstrip = content === '<mask>';
    return [{ id, content, lstrip, rstrip: false, normalized: false, special: true }];
  });
}

/** BERT's tokenizer of a vocab.txt: a piece a line, options in tokenizer_config.json. */
function fromVocabTxt(text: string, config: Readonly<Record<string, unknown>>): TokenizerModel {
  const made = emptyModel('wordpiece');
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  made.vocabulary = new Map(lines.map((line, id) => [line.trimEnd(), id]));
  made.lowercase = config.do_lower_case !== false;
  made.cleanText = true;
  made.chineseChars = config.tokenize_chinese_chars !== false;
  made.stripAccents = typeof config.strip_accents === 'boolean' ? config.strip_accents : made.lowercase;
  made.unknown = '[UNK]';
  made.prefix = '##';
  made.decoder = { kind: 'wordpiece', prefix: '##', cleanUp: true };
  made.added = addedOf(made.vocabulary, ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
  const [first, last] = [made.vocabulary.get('[CLS]'), made.vocabulary.get('[SEP]')];
  if (first === undefined || last === undefined) throw tokenizerInvalid('vocab.txt has no [CLS] or no [SEP]');
  classicTemplate(made, first, last, false);
  return made;
}

/** GPT-2's tokenizer, or RoBERTa's where the vocabulary has its special tokens. */
function fromMerges(
  vocabulary: Map<string, number>,
  merges: string,
  config: Readonly<Record<string, unknown>>,
): TokenizerModel {
  const made = emptyModel('byte-bpe');
  made.vocabulary = vocabulary;
  const lines = merges.split('\n').filter((line) => line !== '' && !line.startsWith('#version'));
  made.merges = readMerges(lines.map((line) => line.trimEnd()));
  made.addPrefixSpace = config.add_prefix_space === true;
  made.decoder = { kind: 'byte-level' };
  const [first, last] = [vocabulary.get('<s>'), vocabulary.get('</s>')];
  if (first !== undefined && last !== undefined && vocabulary.has('<mask>')) {
    classicTemplate(made, first, last, true);
    made.trimOffsets = true;
    made.keepFirstSpace = made.addPrefixSpace;
    made.added = addedOf(vocabulary, ['<s>', '<pad>', '</s>', '<unk>', '<mask>']);
  } else made.added = addedOf(vocabulary, ['<|endoftext|>']);
  return made;
}

/**
 * Makes a model of files.
 *
 * @throws EdgeInferError `TOKENIZER_INVALID` or `TOKENIZER_UNSUPPORTED` (exit 4)
 */
export function readTokenizerFiles(files: TokenizerFiles): TokenizerModel {
  if (files['tokenizer.json'] !== undefined) return readTokenizerJson(files['tokenizer.json']);
  const config = parse(files['tokenizer_config.json'], 'tokenizer_config.json');
  if (files['vocab.txt'] !== undefined) return fromVocabTxt(files['vocab.txt'], config);
  const { 'vocab.json': vocabulary, 'merges.txt': merges } = files;
  if (vocabulary !== undefined && merges !== undefined)
    return fromMerges(readVocabulary(parse(vocabulary, 'vocab.json'), 'vocab.json'), merges, config);
  throw tokenizerInvalid('there is neither tokenizer.json, nor vocab.txt, nor vocab.json with merges.txt');
}
