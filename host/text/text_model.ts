/** A package of the task `text` with a graph over tokens: what createTextEngine runs in the engine's pool. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RequestOptions } from '../engine/batches.js';
import { createEngine, type Engine } from '../engine/engine.js';
import type { Tensors } from '../engine/tensors.js';
import { EdgeInferError, EXIT } from '../errors.js';
import type { CardDtype, CardInput, CardOutput, CardText } from '../models/card.js';
import { type ModelPackage, requireVerified, resolvePackageFile } from '../models/package.js';
import type { TextEngineOptions } from './text_engine.js';
import { createTokenizer, type Encoding, type Tokenizer } from './tokenizer.js';
import { TOKENIZER_FILES, type TokenizerFiles } from './tokenizer_files.js';

const first = <T>(value: T | T[]): T => (Array.isArray(value) ? (value[0] as T) : value);

/** Texts to the graph's first output. */
export class TextModel {
  readonly tokenizer: Tokenizer;
  readonly engine: Engine;
  readonly text: CardText;
  readonly output: CardOutput;
  readonly labels: readonly string[];
  readonly #dtypes: ReadonlyMap<string, CardDtype>;

  private constructor(pkg: ModelPackage, text: CardText, tokenizer: Tokenizer, engine: Engine) {
    const { input, output } = pkg.card;
    this.text = text;
    this.tokenizer = tokenizer;
    this.engine = engine;
    this.output = first<CardOutput>(output);
    this.labels = labelsOf(pkg, this.output);
    const inputs: CardInput[] = Array.isArray(input) ? input : [input];
    this.#dtypes = new Map(inputs.map(({ name, dtype }) => [name, dtype]));
  }

  static async open(pkg: ModelPackage, options: TextEngineOptions): Promise<TextModel> {
    const { text } = pkg.card;
    if (text === undefined) throw wrongTask(pkg.card.name, 'its card has no `text`');
    await requireVerified(pkg);
    const tokenizer = await createTokenizer(tokenizerFiles(pkg, text));
    const { workers = 1, ...rest } = options;
    const engine = await createEngine({ ...rest, workers, model: pkg.root });
    return new TextModel(pkg, text, tokenizer, engine);
  }

  encode(texts: readonly (string | readonly [string, string])[]): Encoding[] {
    return this.tokenizer.encodeBatch(texts, {
      padding: 'longest',
      maxLength: this.text.tokenizer.max_length,
    });
  }

  /** Runs the graph on sequences of one length: values of its output. */
  async run(
    encodings: readonly Encoding[],
    options: RequestOptions,
  ): Promise<{ values: Float32Array; tokens: number }> {
    const tokens = encodings[0]?.ids.length ?? 0;
    const { inputs } = this.text;
    const tensors: Tensors = {};
    const put = (name: string | undefined, of: (encoding: Encoding) => Uint32Array) => {
      if (name === undefined) return;
      const values = encodings.flatMap((encoding) => Array.from(of(encoding)));
      const shape = [encodings.length, tokens];
      if (this.#dtypes.get(name) === 'i32')
        tensors[name] = { dtype: 'i32', shape, data: Int32Array.from(values) };
      else tensors[name] = { dtype: 'i64', shape, data: BigInt64Array.from(values, BigInt) };
    };
    put(inputs.input_ids, ({ ids }) => ids);
    put(inputs.attention_mask, ({ attentionMask }) => attentionMask);
    put(inputs.token_type_ids, ({ typeIds }) => typeIds);
    const answer = await this.engine.run(tensors, options);
    const output = answer[this.output.name];
    if (!(output?.data instanceof Float32Array))
      throw wrongTask(this.engine.model.name, `the graph gives no f32 '${this.output.name}'`);
    return { values: output.data, tokens };
  }
}

function labelsOf({ root }: ModelPackage, { labels }: CardOutput): string[] {
  if (labels === undefined) return [];
  return readFileSync(resolvePackageFile(root, labels), 'utf8').trimEnd().split('\n');
}

function tokenizerFiles({ root }: ModelPackage, { tokenizer }: CardText): TokenizerFiles {
  const files: TokenizerFiles = {};
  for (const file of tokenizer.files) {
    const name = TOKENIZER_FILES.find((known) => known === path.posix.basename(file));
    if (name !== undefined) files[name] = readFileSync(resolvePackageFile(root, file), 'utf8');
  }
  return files;
}

/** A model that is not for what was asked. */
export function wrongTask(model: string, why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'MODEL_TASK',
    message: `the model (${model}) is not for this: ${why}`,
    hint: 'use a model for texts: edge-infer models import makes one of a Hugging Face folder',
    exitCode: EXIT.model,
  });
}
