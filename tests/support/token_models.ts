/** Small tokenizers as Hugging Face `tokenizers` writes them, learnt from a paragraph: the same on every machine. */
import { bytesOfToken } from '../../host/text/tokenizer_model.js';
import { PARAGRAPH, tokenTexts } from './token_texts.js';

/** How a WordPiece tokenizer normalises. */
export interface WordPieceOptions {
  clean_text?: boolean;
  handle_chinese_chars?: boolean;
  strip_accents?: boolean | null;
  lowercase?: boolean;
}

interface Added {
  content: string;
  id?: number;
  lstrip?: boolean;
  rstrip?: boolean;
  normalized?: boolean;
  special?: boolean;
}

function addedTokens(vocabulary: Record<string, number>, tokens: readonly Added[]) {
  return tokens.map((token) => {
    vocabulary[token.content] ??= Object.keys(vocabulary).length;
    const id = vocabulary[token.content];
    return {
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
      ...token,
      id,
    };
  });
}

/** tokenizer.json of a WordPiece tokenizer. */
export function wordPieceJson(options: WordPieceOptions = {}): string {
  const vocabulary: Record<string, number> = {};
  const add = (token: string) => {
    vocabulary[token] ??= Object.keys(vocabulary).length;
  };
  const added = addedTokens(vocabulary, [
    ...['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((content) => ({ content })),
    { content: 'brandneu', normalized: true, special: false, rstrip: true },
  ]);
  const folded =
    options.lowercase === false
      ? PARAGRAPH
      : PARAGRAPH.toLowerCase()
          .normalize('NFD')
          .replace(/\p{Mn}/gu, '');
  const sample = [PARAGRAPH, folded, ...tokenTexts(99, 150)].join(' ');
  for (const character of new Set(sample.match(/\P{Cs}/gu))) {
    add(character);
    add(`##${character}`);
  }
  for (const word of new Set(folded.split(/[^\p{L}\p{N}]+/u))) {
    if (word === '') continue;
    if (word.length % 2 === 0) add(word);
    for (let end = 2; end < word.length; end += 3) add(word.slice(0, end));
    for (let start = 1; start + 2 < word.length; start += 2) add(`##${word.slice(start)}`);
  }
  const part = (type_id: number, id?: string) => ({ SpecialToken: { id, type_id } });
  const text = (type_id: number, id: string) => ({ Sequence: { id, type_id } });
  const special = (token: string) => ({ id: token, ids: [vocabulary[token]], tokens: [token] });
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
      ...options,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [part(0, '[CLS]'), text(0, 'A'), part(0, '[SEP]')],
      pair: [part(0, '[CLS]'), text(0, 'A'), part(0, '[SEP]'), text(1, 'B'), part(1, '[SEP]')],
      special_tokens: { '[CLS]': special('[CLS]'), '[SEP]': special('[SEP]') },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: vocabulary,
    },
  });
}

/** The character of each byte, as byte-level vocabularies write it. */
const byteCharacters = (() => {
  const characters: string[] = [];
  for (let code = 0; code < 512; code++) {
    const bytes = bytesOfToken(String.fromCharCode(code));
    if (bytes !== undefined) characters[bytes[0] as number] = String.fromCharCode(code);
  }
  return characters;
})();

/** Merges that make the commonest pairs of a text's words one, the commonest first. */
function learn(text: string, count: number): [string, string][] {
  const words = (text.match(/ ?\S+|\s+/gu) ?? []).map((word) =>
    [...Buffer.from(word)].map((byte) => byteCharacters[byte] as string),
  );
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const counts = new Map<string, number>();
    for (const word of words)
      for (let i = 1; i < word.length; i++) {
        const key = `${word[i - 1]} ${word[i]}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    const best = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 1]);
    if (best[1] < 2) break;
    const [left, right] = best[0].split(' ') as [string, string];
    merges.push([left, right]);
    for (const word of words)
      for (let i = 1; i < word.length; i++)
        if (word[i - 1] === left && word[i] === right) word.splice(i - 1, 2, left + right);
  }
  return merges;
}

/** How a byte-level tokenizer is made. */
export interface BytePairOptions {
  style: 'gpt2' | 'roberta';
  add_prefix_space?: boolean;
  ignore_merges?: boolean;
  /** Bytes that have no token. */
  without?: readonly number[];
  unk_token?: string;
  fuse_unk?: boolean;
}

/** tokenizer.json of a byte-level BPE tokenizer. */
export function bytePairJson({
  style,
  add_prefix_space = false,
  without = [],
  ...model
}: BytePairOptions): string {
  const vocabulary: Record<string, number> = {};
  const roberta = style === 'roberta';
  const added = addedTokens(
    vocabulary,
    roberta
      ? [
          ...['<s>', '<pad>', '</s>', '<unk>'].map((content) => ({ content, normalized: true })),
          { content: '<mask>', lstrip: true },
        ]
      : [{ content: '<|endoftext|>' }],
  );
  for (const [byte, character] of byteCharacters.entries())
    if (!without.includes(byte)) vocabulary[character] ??= Object.keys(vocabulary).length;
  const corpus = [PARAGRAPH, PARAGRAPH, ...tokenTexts(98, 60)].join('\n');
  const merges = learn(corpus, 400).filter(
    ([left, right]) =>
      vocabulary[left] !== undefined && vocabulary[right] !== undefined && addPiece(vocabulary, left + right),
  );
  const byteLevel = { type: 'ByteLevel', add_prefix_space, trim_offsets: roberta, use_regex: true };
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: roberta
      ? {
          type: 'RobertaProcessing',
          sep: ['</s>', vocabulary['</s>']],
          cls: ['<s>', vocabulary['<s>']],
          trim_offsets: true,
          add_prefix_space,
        }
      : { ...byteLevel, trim_offsets: false },
    decoder: { ...byteLevel, trim_offsets: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      ...model,
      vocab: vocabulary,
      merges: merges.map((merge) => merge.join(' ')),
    },
  });
}

function addPiece(vocabulary: Record<string, number>, piece: string): true {
  vocabulary[piece] ??= Object.keys(vocabulary).length;
  return true;
}
