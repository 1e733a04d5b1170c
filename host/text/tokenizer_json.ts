/** tokenizer.json, as Hugging Face `tokenizers` writes it. What is not understood is refused, never passed over. */
import { tokenizerInvalid, tokenizerUnsupported } from './tokenizer_errors.js';
import {
  type AddedToken,
  MAX_ID,
  type Padding,
  type TemplatePart,
  type TokenizerModel,
  type Truncation,
} from './tokenizer_model.js';

type Json = Readonly<Record<string, unknown>>;

const MAX_LENGTH = 2 ** 24;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads members of one object, each with its type. */
class Reader {
  constructor(
    readonly json: Json,
    readonly where: string,
  ) {}

  static of(value: unknown, where: string): Reader {
    if (!isObject(value)) throw tokenizerInvalid(`${where} is not an object`);
    return new Reader(value, where);
  }

  get type(): string {
    return this.text('type');
  }

  #fail(name: string, what: string): never {
    throw tokenizerInvalid(`${this.where}.${name} is not ${what}`);
  }

  has(name: string): boolean {
    return this.json[name] !== undefined && this.json[name] !== null;
  }

  object(name: string): Reader {
    return Reader.of(this.json[name], `${this.where}.${name}`);
  }

  list(name: string): unknown[] {
    const value = this.json[name] ?? [];
    return Array.isArray(value) ? value : this.#fail(name, 'a list');
  }

  text(name: string): string {
    const value = this.json[name];
    return typeof value === 'string' ? value : this.#fail(name, 'a text');
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.json[name] ?? otherwise;
    return typeof value === 'boolean' ? value : this.#fail(name, 'true or false');
  }

  count(name: string, most: number, otherwise?: number): number {
    const value = this.json[name] ?? otherwise;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
    return this.#fail(name, `a number from 0 to ${most}`);
  }

  /** Refuses a member that would change ids. */
  refuse(...names: string[]): void {
    for (const name of names) {
      const value = this.json[name];
      if (value !== undefined && value !== null && value !== false && value !== '' && value !== 0)
        throw tokenizerUnsupported(`${this.where} has ${name}`);
    }
  }
}

/** Tokens to ids, of a `vocab` object. @throws EdgeInferError `TOKENIZER_INVALID` */
export function readVocabulary(value: unknown, where: string): Map<string, number> {
  const vocabulary = new Map<string, number>();
  const { json } = Reader.of(value, where);
  for (const [token, id] of Object.entries(json)) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MAX_ID)
      throw tokenizerInvalid(`${where}: the id of '${token}' is not a number from 0 to ${MAX_ID - 1}`);
    vocabulary.set(token, id);
  }
  if (vocabulary.size === 0) throw tokenizerInvalid(`${where} is empty`);
  return vocabulary;
}

/** Merges, each `"left right"` or `["left", "right"]`. @throws EdgeInferError `TOKENIZER_INVALID` */
export function readMerges(list: readonly unknown[]): [string, string][] {
  return list.map((merge) => {
    const parts: unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
    const [left, right] = parts;
    if (parts.length !== 2 || typeof left !== 'string' || typeof right !== 'string')
      throw tokenizerInvalid(`a merge is not two tokens: ${JSON.stringify(merge)}`);
    return [left, right];
  });
}

/** All that a model is before its parts are read. */
export function emptyModel(kind: TokenizerModel['kind']): TokenizerModel {
  return {
    kind,
    vocabulary: new Map(),
    unknown: undefined,
    prefix: '',
    maxWordCharacters: 100,
    cleanText: false,
    chineseChars: false,
    stripAccents: false,
    lowercase: false,
    merges: [],
    addPrefixSpace: false,
    splitWords: true,
    ignoreMerges: false,
    fuseUnknown: false,
    trimOffsets: false,
    keepFirstSpace: false,
    added: [],
    single: [{ text: 0, type: 0 }],
    pair: [
      { text: 0, type: 0 },
      { text: 1, type: 1 },
    ],
    decoder: { kind: 'none' },
    truncation: undefined,
    padding: undefined,
  };
}

function readModelPart(root: Reader): TokenizerModel {
  const model = root.object('model');
  const type = model.has('type') ? model.type : model.has('merges') ? 'BPE' : 'WordPiece';
  if (type === 'WordPiece') {
    const made = emptyModel('wordpiece');
    made.vocabulary = readVocabulary(model.json.vocab, 'model.vocab');
    made.unknown = model.has('unk_token') ? model.text('unk_token') : '[UNK]';
    made.prefix = model.has('continuing_subword_prefix') ? model.text('continuing_subword_prefix') : '##';
    made.maxWordCharacters = model.count('max_input_chars_per_word', 1024, 100);
    return made;
  }
  if (type !== 'BPE') throw tokenizerUnsupported(`its model is ${type}`);
  model.refuse('dropout', 'continuing_subword_prefix', 'end_of_word_suffix', 'byte_fallback');
  const made = emptyModel('byte-bpe');
  made.vocabulary = readVocabulary(model.json.vocab, 'model.vocab');
  made.merges = readMerges(model.list('merges'));
  made.unknown = model.has('unk_token') ? model.text('unk_token') : undefined;
  made.fuseUnknown = model.flag('fuse_unk', false);
  made.ignoreMerges = model.flag('ignore_merges', false);
  return made;
}

function readNormalizer(root: Reader, made: TokenizerModel): void {
  if (!root.has('normalizer')) return;
  const normalizer = root.object('normalizer');
  if (normalizer.type !== 'BertNormalizer' || made.kind !== 'wordpiece')
    throw tokenizerUnsupported(`its normalizer is ${normalizer.type}`);
  made.cleanText = normalizer.flag('clean_text', true);
  made.chineseChars = normalizer.flag('handle_chinese_chars', true);
  made.lowercase = normalizer.flag('lowercase', true);
  made.stripAccents = normalizer.flag('strip_accents', made.lowercase);
}

function readPreTokenizer(root: Reader, made: TokenizerModel): void {
  if (!root.has('pre_tokenizer')) throw tokenizerUnsupported('it has no pre_tokenizer');
  const splitter = root.object('pre_tokenizer');
  const wanted = made.kind === 'wordpiece' ? 'BertPreTokenizer' : 'ByteLevel';
  if (splitter.type !== wanted) throw tokenizerUnsupported(`its pre_tokenizer is ${splitter.type}`);
  if (made.kind === 'wordpiece') return;
  made.addPrefixSpace = splitter.flag('add_prefix_space', true);
  made.splitWords = splitter.flag('use_regex', true);
}

function partsOf(template: Reader, name: string): TemplatePart[] {
  const specials = template.object('special_tokens');
  return template.list(name).flatMap((value): TemplatePart[] => {
    const part = Reader.of(value, `post_processor.${name}`);
    if (part.has('Sequence')) {
      const sequence = part.object('Sequence');
      return [{ text: sequence.text('id') === 'B' ? 1 : 0, type: sequence.count('type_id', MAX_ID) }];
    }
    const special = part.object('SpecialToken');
    const type = special.count('type_id', MAX_ID);
    return specials
      .object(special.text('id'))
      .list('ids')
      .map((id) => ({ id: checkedId(id), type }));
  });
}

function checkedId(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MAX_ID) return value;
  throw tokenizerInvalid(`the id of a special token is not a number from 0 to ${MAX_ID - 1}`);
}

/** The parts of BERT's and RoBERTa's sequences. */
export function classicTemplate(made: TokenizerModel, first: number, last: number, roberta: boolean): void {
  const type = roberta ? 0 : 1;
  made.single = [
    { id: first, type: 0 },
    { text: 0, type: 0 },
    { id: last, type: 0 },
  ];
  const middle: TemplatePart[] = roberta ? [{ id: last, type: 0 }] : [];
  made.pair = [...made.single, ...middle, { text: 1, type }, { id: last, type }];
}

function readProcessor(processor: Reader, made: TokenizerModel): void {
  switch (processor.type) {
    case 'Sequence':
      for (const part of processor.list('processors')) readProcessor(Reader.of(part, 'post_processor'), made);
      return;
    case 'TemplateProcessing':
      made.single = partsOf(processor, 'single');
      made.pair = partsOf(processor, 'pair');
      return;
    case 'ByteLevel':
      made.trimOffsets = processor.flag('trim_offsets', true);
      made.keepFirstSpace = processor.flag('add_prefix_space', true);
      return;
    case 'RobertaProcessing':
    case 'BertProcessing': {
      const roberta = processor.type === 'RobertaProcessing';
      if (roberta) {
        made.trimOffsets = processor.flag('trim_offsets', true);
        made.keepFirstSpace = processor.flag('add_prefix_space', true);
      }
      const [first, last] = [processor.list('cls')[1], processor.list('sep')[1]];
      classicTemplate(made, checkedId(first), checkedId(last), roberta);
      return;
    }
    default:
      throw tokenizerUnsupported(`its post_processor is ${processor.type}`);
  }
}

function readAdded(root: Reader): AddedToken[] {
  return root.list('added_tokens').map((value) => {
    const token = Reader.of(value, 'added_tokens');
    token.refuse('single_word');
    return {
      id: token.count('id', MAX_ID),
      content: token.text('content'),
      lstrip: token.flag('lstrip', false),
      rstrip: token.flag('rstrip', false),
      normalized: token.flag('normalized', true),
      special: token.flag('special', false),
    };
  });
}

function readDecoder(root: Reader): TokenizerModel['decoder'] {
  if (!root.has('decoder')) return { kind: 'none' };
  const decoder = root.object('decoder');
  if (decoder.type === 'ByteLevel') return { kind: 'byte-level' };
  if (decoder.type !== 'WordPiece') throw tokenizerUnsupported(`its decoder is ${decoder.type}`);
  const prefix = decoder.has('prefix') ? decoder.text('prefix') : '##';
  return { kind: 'wordpiece', prefix, cleanUp: decoder.flag('cleanup', true) };
}

const directionOf = (reader: Reader): 'left' | 'right' =>
  reader.has('direction') && reader.text('direction') === 'Left' ? 'left' : 'right';

const STRATEGIES: Readonly<Record<string, Truncation['strategy']>> = {
  LongestFirst: 'longest-first',
  OnlyFirst: 'only-first',
  OnlySecond: 'only-second',
};

function readTruncation(root: Reader): Truncation | undefined {
  if (!root.has('truncation')) return undefined;
  const truncation = root.object('truncation');
  const strategy = STRATEGIES[truncation.text('strategy')];
  if (strategy === undefined) throw tokenizerInvalid('truncation.strategy is unknown');
  return {
    maxLength: truncation.count('max_length', MAX_LENGTH),
    strategy,
    direction: directionOf(truncation),
  };
}

function readPadding(root: Reader): Padding | undefined {
  if (!root.has('padding')) return undefined;
  const padding = root.object('padding');
  const strategy = padding.json.strategy;
  return {
    length: isObject(strategy)
      ? new Reader(strategy, 'padding.strategy').count('Fixed', MAX_LENGTH)
      : 'longest',
    multipleOf: padding.count('pad_to_multiple_of', MAX_LENGTH, 0),
    direction: directionOf(padding),
    id: padding.count('pad_id', MAX_ID, 0),
    type: padding.count('pad_type_id', MAX_ID, 0),
  };
}

/**
 * Reads the text of a tokenizer.json.
 *
 * @throws EdgeInferError `TOKENIZER_INVALID` or `TOKENIZER_UNSUPPORTED` (exit 4)
 */
export function readTokenizerJson(text: string): TokenizerModel {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw tokenizerInvalid('tokenizer.json is not JSON', cause);
  }
  const root = Reader.of(value, 'tokenizer.json');
  const made = readModelPart(root);
  readNormalizer(root, made);
  readPreTokenizer(root, made);
  if (root.has('post_processor')) readProcessor(root.object('post_processor'), made);
  made.added = readAdded(root);
  made.decoder = readDecoder(root);
  made.truncation = readTruncation(root);
  made.padding = readPadding(root);
  return made;
}
