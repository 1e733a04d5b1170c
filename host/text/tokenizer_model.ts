/** What a tokenizer is made of, and the block of bytes that edge_tokenizers.wasm takes (assembly/tokenizers/model.ts). */
import { tokenizerInvalid } from './tokenizer_errors.js';

/** A text that is a token wherever it stands. */
export interface AddedToken {
  id: number;
  content: string;
  /** White space before it, or after it, belongs to it. */
  lstrip: boolean;
  rstrip: boolean;
  /** It is looked for in the normalised text. */
  normalized: boolean;
  /** Left out when ids become text again. */
  special: boolean;
}

/** One place of the sequence that a graph is fed: a text, or a special token. */
export type TemplatePart = { text: 0 | 1; type: number } | { id: number; type: number };

/** How a sequence is cut. */
export interface Truncation {
  maxLength: number;
  strategy: 'longest-first' | 'only-first' | 'only-second';
  direction: 'right' | 'left';
}

/** How sequences are brought to one length. */
export interface Padding {
  /** `longest` of a batch, or so many tokens. */
  length: 'longest' | number;
  multipleOf: number;
  direction: 'right' | 'left';
  id: number;
  type: number;
}

/** A tokenizer, whatever files it came from. */
export interface TokenizerModel {
  kind: 'wordpiece' | 'byte-bpe';
  vocabulary: ReadonlyMap<string, number>;
  unknown: string | undefined;
  /** WordPiece: the beginning of pieces that continue a word, and how long a word may be. */
  prefix: string;
  maxWordCharacters: number;
  cleanText: boolean;
  chineseChars: boolean;
  stripAccents: boolean;
  lowercase: boolean;
  /** Byte pairs, the first learnt first. */
  merges: readonly (readonly [string, string])[];
  addPrefixSpace: boolean;
  splitWords: boolean;
  ignoreMerges: boolean;
  fuseUnknown: boolean;
  /** Places leave spaces out; a single one at the beginning stays. */
  trimOffsets: boolean;
  keepFirstSpace: boolean;
  added: readonly AddedToken[];
  single: readonly TemplatePart[];
  pair: readonly TemplatePart[];
  decoder:
    | { kind: 'wordpiece'; prefix: string; cleanUp: boolean }
    | { kind: 'byte-level' }
    | { kind: 'none' };
  truncation: Truncation | undefined;
  padding: Padding | undefined;
}

const MAGIC = 0x314b5445;
const NO_ID = 0xffffffff;
/** Ids are rows of a table. */
export const MAX_ID = 2 ** 22;

const FLAGS: readonly [keyof TokenizerModel, number][] = [
  ['cleanText', 1],
  ['chineseChars', 2],
  ['stripAccents', 4],
  ['lowercase', 8],
  ['addPrefixSpace', 16],
  ['trimOffsets', 32],
  ['ignoreMerges', 64],
  ['fuseUnknown', 128],
  ['keepFirstSpace', 512],
];
const UNSPLIT = 256;

/** The characters that byte-level vocabularies write for the bytes 0 to 255 (GPT-2's bytes_to_unicode). */
const BYTE_CHARACTERS: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();
const CHARACTER_BYTES: ReadonlyMap<string, number> = new Map(
  BYTE_CHARACTERS.map((character, byte) => [character, byte]),
);

/** The bytes that a token of a byte-level vocabulary stands for; undefined when one of its characters is none of a byte. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = CHARACTER_BYTES.get(token.charAt(i));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** Grows as it is written. */
class Block {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  /** Writes words and says where they begin. */
  words(...values: number[]): number {
    this.#room(values.length * 4);
    const at = this.length;
    for (const value of values) {
      this.#view.setUint32(this.length, value, true);
      this.length += 4;
    }
    return at;
  }

  /** Writes bytes and says where they begin. */
  put(bytes: Uint8Array): number {
    this.#room(bytes.length);
    const at = this.length;
    this.#bytes.set(bytes, at);
    this.length += bytes.length;
    return at;
  }

  set(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  align(): number {
    while (this.length % 4 !== 0) this.put(Uint8Array.of(0));
    return this.length;
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

const utf8 = new TextEncoder();

/** Row numbers are ids: places and lengths of their texts. */
function putPieces(block: Block, model: TokenizerModel): [count: number, at: number] {
  let count = 0;
  for (const id of model.vocabulary.values()) count = Math.max(count, id + 1);
  const rows = new Uint32Array(count * 2);
  for (const [token, id] of model.vocabulary) {
    const bytes = model.kind === 'wordpiece' ? utf8.encode(token) : bytesOfToken(token);
    if (bytes === undefined) continue;
    rows[id * 2] = block.put(bytes);
    rows[id * 2 + 1] = bytes.length;
  }
  const at = block.align();
  block.put(new Uint8Array(rows.buffer));
  return [count, at];
}

/** Rows of ids: left, right, both together. */
function putMerges(block: Block, model: TokenizerModel): [count: number, at: number] {
  const at = block.align();
  const idOf = (token: string) => {
    const id = model.vocabulary.get(token);
    if (id === undefined) throw tokenizerInvalid(`a merge names '${token}', which is not in the vocabulary`);
    return id;
  };
  for (const [left, right] of model.merges) block.words(idOf(left), idOf(right), idOf(left + right));
  return [model.merges.length, at];
}

function putAdded(block: Block, added: readonly AddedToken[]): [count: number, at: number] {
  const texts = added.map(({ content }) => {
    const bytes = utf8.encode(content);
    return [block.put(bytes), bytes.length] as const;
  });
  const at = block.align();
  for (const [i, token] of added.entries()) {
    const [from, length] = texts[i] ?? [0, 0];
    const flags = (token.lstrip ? 1 : 0) | (token.rstrip ? 2 : 0) | (token.normalized ? 4 : 0);
    block.words(from, length, token.id, flags);
  }
  return [added.length, at];
}

function putParts(block: Block, parts: readonly TemplatePart[]): [count: number, at: number] {
  const at = block.align();
  for (const part of parts) {
    if ('text' in part) block.words(part.text, part.type, 0);
    else block.words(2, part.type, part.id);
  }
  return [parts.length, at];
}

/**
 * The block of a tokenizer.
 *
 * @throws EdgeInferError `TOKENIZER_INVALID` (exit 4) when merges and vocabulary do not fit
 */
export function blockOf(model: TokenizerModel): Uint8Array {
  const block = new Block();
  block.words(...new Array<number>(18).fill(0));
  const prefix = utf8.encode(model.prefix);
  const prefixAt = block.put(prefix);
  let flags = model.splitWords ? 0 : UNSPLIT;
  for (const [name, bit] of FLAGS) if (model[name] === true) flags |= bit;
  const unknown = model.unknown === undefined ? undefined : model.vocabulary.get(model.unknown);
  const pieces = putPieces(block, model);
  const merges = putMerges(block, model);
  const bytes = block.align();
  for (const character of BYTE_CHARACTERS) block.words(model.vocabulary.get(character) ?? NO_ID);
  const tables = [
    pieces,
    merges,
    bytes,
    putAdded(block, model.added),
    putParts(block, model.single),
    putParts(block, model.pair),
  ];
  const header = [
    ...[MAGIC, model.kind === 'wordpiece' ? 1 : 2, flags, unknown ?? NO_ID, model.maxWordCharacters],
    ...[prefixAt, prefix.length, ...tables.flat()],
  ];
  for (const [i, value] of header.entries()) block.set(i * 4, value);
  return block.taken();
}
