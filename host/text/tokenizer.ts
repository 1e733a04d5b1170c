/**
 * Texts to the ids that a language model was trained with, by edge_tokenizers.wasm: the same ids as Hugging Face
 * `tokenizers`. docs/text.md.
 */
import { readFileSync } from 'node:fs';
import { ResultReader } from '../engine/result_reader.js';
import { EdgeInferError, EXIT } from '../errors.js';
import { artifact } from '../runtimes/artifacts.js';
import { Wasm, type WasmMemory, type WasmModule } from '../wasm.js';
import { type DecodeOptions, TokenDecoder } from './tokenizer_decode.js';
import { readTokenizerFiles, readTokenizerFolder, type TokenizerFiles } from './tokenizer_files.js';
import { blockOf, type Padding, type TokenizerModel, type Truncation } from './tokenizer_model.js';

/** How a text becomes a sequence. */
export interface EncodeOptions {
  /** A second text of the sequence. */
  pair?: string;
  /** Put special tokens where the model was trained with them; default true. */
  addSpecialTokens?: boolean;
  /** Most tokens, special ones included; false: all. Default: what tokenizer.json says, else all. */
  maxLength?: number | false;
  /** Which text is cut; default `longest-first`. */
  truncation?: Truncation['strategy'];
  /** The side that is cut; default `right`. */
  truncateAt?: 'right' | 'left';
}

/** How texts become sequences. */
export interface BatchOptions extends Omit<EncodeOptions, 'pair'> {
  /** Bring all to the length of the longest, or to so many tokens; false: leave them. Default: what tokenizer.json says, else false. */
  padding?: 'longest' | number | false;
}

/** A sequence of tokens; all lists have an element for each. */
export interface Encoding {
  ids: Uint32Array;
  /** Of which part a token is, as the model was trained (`token_type_ids`). */
  typeIds: Uint32Array;
  /** 1; 0 for padding. */
  attentionMask: Uint32Array;
  /** Pairs: where the token begins and ends in its text, in UTF-16 units as `slice` takes them; 0, 0 for special tokens. */
  offsets: Uint32Array;
  /** 0 the text, 1 the pair, 2 neither. */
  texts: Uint8Array;
  /** Tokens that were cut off. */
  cut: number;
}

interface TokenizerExports {
  memory: WasmMemory;
  edge_alloc_tokenizer(size: number): number;
  edge_open_tokenizer(model: number, length: number): number;
  edge_alloc(size: number): number;
  edge_reset(): void;
  edge_tokenize(
    text: number,
    length: number,
    pair: number,
    pairLength: number,
    options: number,
    most: number,
  ): number;
}

const OPTION = {
  withoutSpecial: 1,
  cutLeft: 2,
  'longest-first': 0,
  'only-first': 4,
  'only-second': 8,
} as const;
const encoder = new TextEncoder();

let compiled: Promise<WasmModule> | undefined;

/** A text in the module's memory. */
interface Placed {
  at: number;
  length: number;
}

/** One vocabulary in one instance of the module. Everything but making it is synchronous. */
export class Tokenizer {
  readonly #exports: TokenizerExports;
  readonly #model: TokenizerModel;
  #decoder: TokenDecoder | undefined;

  private constructor(exports: TokenizerExports, model: TokenizerModel) {
    this.#exports = exports;
    this.#model = model;
  }

  /** @throws EdgeInferError `TOKENIZER_INVALID` (exit 4) */
  static async open(model: TokenizerModel): Promise<Tokenizer> {
    compiled ??= Wasm.compile(readFileSync(artifact('tokenizers')));
    const instance = await Wasm.instantiate(await compiled);
    const exports = instance.exports as unknown as TokenizerExports;
    const block = blockOf(model);
    const at = exports.edge_alloc_tokenizer(block.length) >>> 0;
    if (at === 0) throw noMemory();
    new Uint8Array(exports.memory.buffer).set(block, at);
    const result = exports.edge_open_tokenizer(at, block.length) >>> 0;
    new ResultReader(exports.memory.buffer, result).throwIfFailed();
    return new Tokenizer(exports, model);
  }

  /** Ids that the vocabulary has room for: the greatest and 1. */
  get vocabularySize(): number {
    let size = 0;
    for (const id of this.#model.vocabulary.values()) size = Math.max(size, id + 1);
    for (const { id } of this.#model.added) size = Math.max(size, id + 1);
    return size;
  }

  /** What tokenizer.json says about padding; `[PAD]`, `<pad>` or 0 where it says nothing. */
  get padding(): Padding {
    const { vocabulary, padding } = this.#model;
    const id = vocabulary.get('[PAD]') ?? vocabulary.get('<pad>') ?? 0;
    return padding ?? { length: 'longest', multipleOf: 0, direction: 'right', id, type: 0 };
  }

  /** The id of a token as the vocabulary writes it; undefined when it has none. */
  id(token: string): number | undefined {
    return (
      this.#model.added.find(({ content }) => content === token)?.id ?? this.#model.vocabulary.get(token)
    );
  }

  /** The token of an id as the vocabulary writes it; undefined when it has none. */
  token(id: number): string | undefined {
    this.#decoder ??= new TokenDecoder(this.#model);
    return this.#decoder.token(id);
  }

  /**
   * The sequence of a text. Halves of surrogate pairs count as U+FFFD.
   *
   * @throws EdgeInferError `TEXT_REFUSED` (exit 3) when it cannot be cut as asked or is larger than 64 MiB
   */
  encode(text: string, options: EncodeOptions = {}): Encoding {
    const { pair } = options;
    this.#exports.edge_reset();
    const first = this.#place(text);
    const second = pair === undefined ? undefined : this.#place(pair);
    const result = this.#tokenize(first, second, options);
    const [at, count] = [(offset: number) => result.u32(offset), result.u32(44)];
    const offsets = this.#words(at(36), count * 2);
    const texts = result.bytesAt(at(40), count);
    toUtf16(offsets, texts, [
      [text, first],
      [pair ?? '', second],
    ]);
    return {
      ids: this.#words(at(28), count),
      typeIds: this.#words(at(32), count),
      attentionMask: new Uint32Array(count).fill(1),
      offsets,
      texts,
      cut: at(48),
    };
  }

  /** The sequences of several texts, or pairs of texts. @throws EdgeInferError `TEXT_REFUSED` (exit 3) */
  encodeBatch(
    texts: readonly (string | readonly [string, string])[],
    options: BatchOptions = {},
  ): Encoding[] {
    const encodings = texts.map((text) =>
      typeof text === 'string'
        ? this.encode(text, options)
        : this.encode(text[0], { ...options, pair: text[1] }),
    );
    const wanted = options.padding ?? this.#model.padding?.length ?? false;
    if (wanted === false) return encodings;
    const { multipleOf } = this.padding;
    let length = wanted === 'longest' ? Math.max(0, ...encodings.map(({ ids }) => ids.length)) : wanted;
    if (multipleOf > 0) length = Math.ceil(length / multipleOf) * multipleOf;
    return encodings.map((encoding) => padded(encoding, length, this.padding));
  }

  /** How many tokens a text has, before it is cut. @throws EdgeInferError `TEXT_REFUSED` (exit 3) */
  countTokens(text: string, options: Pick<EncodeOptions, 'pair' | 'addSpecialTokens'> = {}): number {
    this.#exports.edge_reset();
    const first = this.#place(text);
    const second = options.pair === undefined ? undefined : this.#place(options.pair);
    return this.#tokenize(first, second, { ...options, maxLength: false }).u32(44);
  }

  /** The text of ids. Ids that the vocabulary does not have are passed over. */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    this.#decoder ??= new TokenDecoder(this.#model);
    return this.#decoder.decode(ids, options);
  }

  #place(text: string): Placed {
    const room = text.length * 3;
    const at = this.#exports.edge_alloc(room) >>> 0;
    if (at === 0) throw noMemory();
    const { written } = encoder.encodeInto(text, new Uint8Array(this.#exports.memory.buffer, at, room));
    return { at, length: written };
  }

  #tokenize(first: Placed, second: Placed | undefined, options: EncodeOptions): ResultReader {
    const { truncation } = this.#model;
    const most = options.maxLength ?? truncation?.maxLength ?? false;
    let bits: number = options.addSpecialTokens === false ? OPTION.withoutSpecial : 0;
    if ((options.truncateAt ?? truncation?.direction) === 'left') bits |= OPTION.cutLeft;
    bits |= OPTION[options.truncation ?? truncation?.strategy ?? 'longest-first'];
    if (most !== false && !(Number.isInteger(most) && most > 0)) throw badLength(most);
    const at = this.#exports.edge_tokenize(
      first.at,
      first.length,
      second?.at ?? 0,
      second?.length ?? -1,
      bits,
      most === false ? 0 : most,
    );
    const result = new ResultReader(this.#exports.memory.buffer, at >>> 0);
    result.throwIfFailed();
    return result;
  }

  /** A copy of words of the module's memory. */
  #words(at: number, count: number): Uint32Array {
    return new Uint32Array(this.#exports.memory.buffer.slice(at, at + count * 4));
  }
}

/** Makes places in UTF-8 bytes places in the strings that they came from. */
function toUtf16(
  offsets: Uint32Array,
  texts: Uint8Array,
  sources: readonly (readonly [string, Placed | undefined])[],
): void {
  for (const [number, [text, placed]] of sources.entries()) {
    if (placed === undefined || placed.length === text.length) continue;
    const units = new Uint32Array(placed.length + 1);
    let at = 0;
    for (let unit = 0; unit < text.length; ) {
      const point = text.codePointAt(unit) ?? 0;
      const bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      units.fill(unit, at, at + bytes);
      at += bytes;
      unit += point < 0x10000 ? 1 : 2;
      units[at] = unit;
    }
    for (let i = 0; i < texts.length; i++) {
      if (texts[i] !== number) continue;
      offsets[i * 2] = units[offsets[i * 2] as number] as number;
      offsets[i * 2 + 1] = units[offsets[i * 2 + 1] as number] as number;
    }
  }
}

/** A list with padding at its end, or its beginning. */
function extended<T extends Uint32Array | Uint8Array>(list: T, padding: T, left: boolean): T {
  const longer = new (list.constructor as new (length: number) => T)(list.length + padding.length);
  longer.set(list, left ? padding.length : 0);
  longer.set(padding, left ? 0 : list.length);
  return longer;
}

function padded(encoding: Encoding, length: number, { id, type, direction }: Padding): Encoding {
  const more = length - encoding.ids.length;
  if (more <= 0) return encoding;
  const left = direction === 'left';
  const words = (value: number) => new Uint32Array(more).fill(value);
  return {
    ids: extended(encoding.ids, words(id), left),
    typeIds: extended(encoding.typeIds, words(type), left),
    attentionMask: extended(encoding.attentionMask, words(0), left),
    offsets: extended(encoding.offsets, new Uint32Array(more * 2), left),
    texts: extended(encoding.texts, new Uint8Array(more).fill(2), left),
    cut: encoding.cut,
  };
}

function badLength(value: number): EdgeInferError {
  return new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `maxLength must be a whole number above 0, not ${value}`,
    exitCode: EXIT.usage,
  });
}

function noMemory(): EdgeInferError {
  return new EdgeInferError({
    code: 'RUNTIME_MEMORY',
    message: 'no memory for the tokenizer or the text',
    hint: 'use a shorter text',
    exitCode: EXIT.runtime,
  });
}

/**
 * Opens a tokenizer: WordPiece as BERT has it, or byte-level BPE as GPT-2 and RoBERTa have it.
 *
 * @param source a folder with tokenizer.json, vocab.txt, or vocab.json and merges.txt; or the texts of such files by name
 * @throws EdgeInferError `TOKENIZER_INVALID` or `TOKENIZER_UNSUPPORTED` (exit 4)
 * @example
 * const tokenizer = await createTokenizer('./all-MiniLM-L6-v2');
 * const { ids } = tokenizer.encode('Hello, world!');
 * tokenizer.decode(ids); // 'hello, world!'
 */
export async function createTokenizer(source: string | TokenizerFiles): Promise<Tokenizer> {
  const files = typeof source === 'string' ? readTokenizerFolder(source) : source;
  return await Tokenizer.open(readTokenizerFiles(files));
}

export type { DecodeOptions } from './tokenizer_decode.js';
export type { TokenizerFiles } from './tokenizer_files.js';
