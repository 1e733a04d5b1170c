/** Tokenizers and the texts that are given to them: a block of a model, its length before it, then a text. */

import { readTokenizerJson } from '../../../host/text/tokenizer_json.js';
import { blockOf } from '../../../host/text/tokenizer_model.js';
import { bytePairJson, wordPieceJson } from '../../support/token_models.js';
import { tokenTexts } from '../../support/token_texts.js';
import { havoc, pick, words } from '../mutant.js';
import type { Target } from '../target.js';
import { text } from './json.js';

/** Pieces of a small model: the large ones are mostly vocabulary. */
const KEPT = 400;

/** A tokenizer with the first pieces of its vocabulary alone. */
function smallBlock(json: string): Uint8Array {
  const model = readTokenizerJson(json);
  const vocabulary = new Map([...model.vocabulary].filter(([, id]) => id < KEPT));
  const merges = model.merges.filter((merge) =>
    [...merge, merge.join('')].every((token) => vocabulary.has(token)),
  );
  return blockOf({ ...model, vocabulary, merges });
}

function seedOf(block: Uint8Array, value: string): Uint8Array {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, block.length, true);
  return Uint8Array.from([...head, ...block, ...text(value)]);
}

const WORDS = words(
  ...['[CLS]', '<mask>', '##', ' ', "'s", '\u0301', '\u{1d165}\u302e', '가', '漢', 'İ', '\ufeff', '\ud7a3'],
  ...[[0x80], [0xff], [0xed, 0xa0, 0x80]],
);

export const tokenizer: Target = {
  name: 'tokenizer',
  weight: 6,
  seeds: () => {
    const blocks = [
      wordPieceJson(),
      wordPieceJson({ clean_text: false, strip_accents: false }),
      bytePairJson({ style: 'gpt2' }),
      bytePairJson({
        style: 'roberta',
        add_prefix_space: true,
        without: [0xe3],
        unk_token: '<unk>',
        fuse_unk: true,
      }),
    ].map(smallBlock);
    return tokenTexts(4, 24).map((value, i) =>
      seedOf(
        pick(blocks, () => i),
        value,
      ),
    );
  },
  mutate(m, random, seeds) {
    const block = new DataView(m.file.buffer, m.file.byteOffset).getUint32(0, true);
    const at = 4 + block;
    if (random() % 3 === 0) {
      // The header, or a row of a table.
      const word = random() % 2 === 0 ? 4 + 4 * (random() % 18) : 4 * (random() % Math.max(1, m.length >> 2));
      const values = [0, 1, 2, 3, 255, 0x7fffffff, 0xffffffff, random(), random() % 4096, m.length];
      const value = new Uint8Array(4);
      new DataView(value.buffer).setUint32(0, pick(values, random) >>> 0, true);
      m.replace(word, 4, value);
    }
    if (random() % 3 !== 0 && at <= m.length)
      m.insert(at + (random() % (m.length - at + 1)), pick(WORDS, random));
    if (random() % 4 === 0) havoc(m, random, { seeds, words: WORDS });
  },
  call: (guest, at, length) => guest.call.fuzzTokenizer!(at, length),
  // Tables of Unicode; the hash tables of pieces and merges; five bytes and a token for each byte of text.
  bound: (length) => (1 << 20) + 400 * length,
  text: (guest, status) => guest.text(2, status),
  statusFiles: ['assembly/tokenizers/status.ts'],
  unreachable: {
    TOKENS_CLOSED: 'is what a host is told that has opened nothing; every input opens a tokenizer first',
    TOKENS_LONG: 'needs a text above 64 MiB; inputs are at most 64 KiB',
    TOKENS_COLLIDE:
      'needs pieces that were sought for the sake of it: tests/host/tokenizers.test.ts has them',
  },
};
