/** Ids to text again, as the decoders of Hugging Face `tokenizers` do it. */
import { bytesOfToken, type TokenizerModel } from './tokenizer_model.js';

/** How ids become text. */
export interface DecodeOptions {
  /** Leave special tokens out; default true. */
  skipSpecialTokens?: boolean;
  /** Take the spaces away that stand before punctuation and inside contractions; default: what the tokenizer says. */
  cleanUp?: boolean;
}

const ARTIFACTS: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

const cleanUp = (text: string) =>
  ARTIFACTS.reduce((cleaned, [from, to]) => cleaned.replaceAll(from, to), text);

/** Makes texts of the ids of one model. */
export class TokenDecoder {
  readonly #model: TokenizerModel;
  readonly #tokens: string[] = [];
  readonly #special = new Set<string>();

  constructor(model: TokenizerModel) {
    this.#model = model;
    for (const [token, id] of model.vocabulary) this.#tokens[id] = token;
    for (const { id, content, special } of model.added) {
      this.#tokens[id] = content;
      if (special) this.#special.add(content);
    }
  }

  /** The token of an id; undefined when the vocabulary has none. */
  token(id: number): string | undefined {
    return this.#tokens[id];
  }

  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const tokens: string[] = [];
    for (const id of ids) {
      const token = this.#tokens[id];
      if (token === undefined || (options.skipSpecialTokens !== false && this.#special.has(token))) continue;
      tokens.push(token);
    }
    const { decoder } = this.#model;
    if (decoder.kind === 'wordpiece')
      return this.#words(tokens, decoder.prefix, options.cleanUp ?? decoder.cleanUp);
    const text = decoder.kind === 'byte-level' ? bytesText(tokens) : tokens.join(' ');
    return options.cleanUp === true ? cleanUp(text) : text;
  }

  #words(tokens: readonly string[], prefix: string, clean: boolean): string {
    return tokens
      .map((token, i) => {
        const spaced = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
        return clean ? cleanUp(spaced) : spaced;
      })
      .join('');
  }
}

function bytesText(tokens: readonly string[]): string {
  const encoder = new TextEncoder();
  const parts = tokens.map((token) => bytesOfToken(token) ?? encoder.encode(token));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
