/** Tokenizers as the public API has them. */
import { readFileSync } from 'node:fs';
import { createTokenizer } from '../../../host/text/tokenizer.js';
import { bytesOf, type MakeWork, type Work } from './work.js';

async function tokenize({ tokenizer, text }: { tokenizer: string; text: string }): Promise<Work> {
  const opened = await createTokenizer({ 'tokenizer.json': readFileSync(tokenizer, 'utf8') });
  const string = readFileSync(text, 'utf8');
  let ids = new Uint32Array();
  return {
    units: 1,
    call() {
      ids = opened.encode(string).ids as Uint32Array<ArrayBuffer>;
    },
    output: () => bytesOf(ids),
  };
}

export const TEXT_WORK: Readonly<Record<string, MakeWork>> = { tokenize };
