/** Text models kept ready: vectors, labels, search, written texts. docs/text.md. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { RequestOptions } from '../engine/batches.js';
import { cosineSearch } from '../engine/embedding_index.js';
import type { EngineOptions } from '../engine/options.js';
import { EdgeInferError, EXIT } from '../errors.js';
import { loadPackage, type ModelPackage, requireVerified, resolvePackageFile } from '../models/package.js';
import type { GgmlOptions } from '../wasi-nn/backends/ggml_options.js';
import { TextModel, wrongTask } from './text_model.js';
import type { Tokenizer } from './tokenizer.js';
import { normalized, poolTokens, softmaxOf } from './vectors.js';
import { Writer } from './writer.js';

/** Options of {@link createTextEngine}; those of createEngine, of which `workers` is 1 unless it is given. */
export interface TextEngineOptions extends Omit<EngineOptions, 'model' | 'cache'> {
  /** Folder with model.json of the task `text`, or a GGUF file, which writes texts. */
  model: string;
}

/** A class with its probability. */
export interface TextLabel {
  class_id: number;
  label: string;
  confidence: number;
}

/** A text that was found. */
export interface SearchHit {
  /** Its place in the corpus. */
  index: number;
  /** Cosine of the angle to the query's vector, -1 to 1. */
  score: number;
}

/** How a text is written. */
export interface GenerateOptions {
  /** Most tokens; default: until the model ends or its context is full. */
  maxTokens?: number;
  /** 0 takes the likeliest token each time; default 0.8. */
  temperature?: number;
  /** The same seed gives the same text. */
  seed?: number;
  /** The text ends before this one. */
  stop?: string;
  topK?: number;
  topP?: number;
  signal?: AbortSignal;
}

/** Texts that go to the graph at once. */
const BATCH = 32;

/** A text model kept ready. Close it after use. */
export class TextEngine {
  readonly #name: string;
  readonly #model: TextModel | undefined;
  readonly #writer: Writer | undefined;

  constructor(name: string, model: TextModel | undefined, writer: Writer | undefined) {
    this.#name = name;
    this.#model = model;
    this.#writer = writer;
  }

  /** The model's tokenizer. @throws EdgeInferError `MODEL_TASK` (exit 4) for a GGUF model, which has its own inside */
  get tokenizer(): Tokenizer {
    return this.#graph('tokenize').tokenizer;
  }

  /**
   * The vector of a text, or of each of several: of the length 1 when the card says so.
   *
   * @throws EdgeInferError `MODEL_TASK` (exit 4) for a model of another kind; as Engine.run
   * @example
   * const [a, b] = await engine.embed(['a cat', 'a kitten']);
   */
  embed(text: string, options?: RequestOptions): Promise<Float32Array>;
  embed(texts: readonly string[], options?: RequestOptions): Promise<Float32Array[]>;
  async embed(
    texts: string | readonly string[],
    options: RequestOptions = {},
  ): Promise<Float32Array | Float32Array[]> {
    const list = typeof texts === 'string' ? [texts] : texts;
    const model = this.#graph('embed');
    if (model.output.kind !== 'embedding') throw wrongTask(this.#name, `its output is ${model.output.kind}`);
    // Texts of one length stand together: little is padding.
    const order = list.map((_, i) => i).sort((a, b) => (list[a]?.length ?? 0) - (list[b]?.length ?? 0));
    const vectors: Float32Array[] = new Array(list.length);
    const batches: Promise<void>[] = [];
    for (let at = 0; at < order.length; at += BATCH) {
      const part = order.slice(at, at + BATCH);
      batches.push(
        this.#embed(
          model,
          part.map((i) => list[i] ?? ''),
          options,
        ).then((made) => {
          for (const [k, i] of part.entries()) vectors[i] = made[k] as Float32Array;
        }),
      );
    }
    await Promise.all(batches);
    return typeof texts === 'string' ? (vectors[0] as Float32Array) : vectors;
  }

  async #embed(model: TextModel, texts: readonly string[], options: RequestOptions): Promise<Float32Array[]> {
    const encodings = model.encode(texts);
    const { values, tokens } = await model.run(encodings, options);
    const { pooling, normalize } = model.text;
    const size = values.length / texts.length;
    const vectors =
      pooling === 'none'
        ? texts.map((_, i) => values.slice(i * size, (i + 1) * size))
        : poolTokens(
            values,
            encodings.map(({ attentionMask }) => attentionMask),
            tokens,
            pooling,
          );
    return normalize ? vectors.map(normalized) : vectors;
  }

  /**
   * The classes of a text, or of a pair of texts, the likeliest first.
   *
   * @throws EdgeInferError `MODEL_TASK` (exit 4) for a model of another kind; as Engine.run
   */
  async classify(
    text: string | readonly [string, string],
    options: RequestOptions & { top?: number } = {},
  ): Promise<TextLabel[]> {
    const { top = 5, ...rest } = options;
    const model = this.#graph('classify');
    if (model.output.kind !== 'logits') throw wrongTask(this.#name, `its output is ${model.output.kind}`);
    const { values } = await model.run(model.encode([text]), rest);
    return Array.from(softmaxOf(values), (confidence, class_id) => ({
      class_id,
      label: model.labels[class_id] ?? String(class_id),
      confidence,
    }))
      .sort((a, b) => b.confidence - a.confidence || a.class_id - b.class_id)
      .slice(0, top);
  }

  /** Cosine of the angle between the vectors of two texts, -1 to 1. @throws EdgeInferError as {@link embed} */
  async similarity(a: string, b: string, options: RequestOptions = {}): Promise<number> {
    const [first, second] = (await this.embed([a, b], options)) as [Float32Array, Float32Array];
    const [found] = await cosineSearch(first, [second], 1);
    return found?.similarity ?? 0;
  }

  /**
   * The texts of a corpus that are nearest to a query, or the vectors of such texts.
   *
   * @throws EdgeInferError as {@link embed}
   * @example
   * const [best] = await engine.search('Where is the cat?', ['It rains.', 'The cat is on the roof.'], { top: 1 });
   */
  async search(
    query: string,
    corpus: readonly string[] | readonly Float32Array[],
    options: RequestOptions & { top?: number } = {},
  ): Promise<SearchHit[]> {
    const { top = 5, ...rest } = options;
    const texts = corpus.every((one): one is string => typeof one === 'string')
      ? (corpus as readonly string[])
      : undefined;
    const vectors = texts === undefined ? (corpus as readonly Float32Array[]) : await this.embed(texts, rest);
    const wanted = await this.embed(query, rest);
    return (await cosineSearch(wanted, vectors, top)).map(({ id, similarity }) => ({
      index: id,
      score: similarity,
    }));
  }

  /**
   * Goes on with a prompt: the pieces of the text as they are made. Leaving the loop stops it.
   *
   * @throws EdgeInferError `MODEL_TASK` (exit 4) for a model that writes no texts, `GENERATE_FAILED` (exit 5); the signal's reason
   * @example
   * for await (const piece of engine.generate('Once upon a time', { maxTokens: 50, seed: 1 })) process.stdout.write(piece);
   */
  generate(prompt: string, options: GenerateOptions = {}): AsyncGenerator<string, void> {
    if (this.#writer === undefined) throw wrongTask(this.#name, 'it writes no texts');
    const { maxTokens, temperature, seed, stop, topK, topP, signal } = options;
    const settings: GgmlOptions = {
      ...(maxTokens === undefined ? {} : { 'n-predict': maxTokens }),
      ...(temperature === undefined ? {} : { temp: temperature }),
      ...(seed === undefined ? {} : { seed }),
      ...(stop === undefined ? {} : { 'reverse-prompt': stop }),
      ...(topK === undefined ? {} : { 'top-k': topK }),
      ...(topP === undefined ? {} : { 'top-p': topP }),
    };
    return this.#writer.write(prompt, settings, signal);
  }

  /** Frees everything. */
  async close(): Promise<void> {
    await Promise.all([this.#model?.engine.close(), this.#writer?.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #graph(what: string): TextModel {
    if (this.#model === undefined) throw wrongTask(this.#name, `a GGUF model does not ${what} here`);
    return this.#model;
  }
}

/**
 * Opens a text model: a package of the task `text`, or a GGUF file. Graphs run in the engine's threads.
 *
 * @throws EdgeInferError exit 4 when the model is not found or wrong, 5 when it does not run here, 7 for a wrong hash
 * @example
 * await using engine = await createTextEngine({ model: './minilm' });
 * const vector = await engine.embed('How are you?');
 */
export async function createTextEngine(options: TextEngineOptions): Promise<TextEngine> {
  const { model } = options;
  if (/\.gguf$/i.test(model)) {
    if (existsSync(model) && statSync(model).isFile())
      return new TextEngine(path.basename(model), undefined, await Writer.open(path.resolve(model)));
    throw new EdgeInferError({
      code: 'MODEL_NOT_FOUND',
      message: `there is no such file (${model})`,
      hint: 'check the path',
      exitCode: EXIT.model,
    });
  }
  const pkg = loadPackage(model);
  const { name, graphs, task } = pkg.card;
  if (task !== 'text') throw wrongTask(name, `its task is ${task}`);
  if (graphs[0]?.encoding === 'ggml')
    return new TextEngine(name, undefined, await Writer.open(await weights(pkg)));
  return new TextEngine(name, await TextModel.open(pkg, options), undefined);
}

/** The file of a GGML package, checked. */
async function weights(pkg: ModelPackage): Promise<string> {
  await requireVerified(pkg);
  return resolvePackageFile(pkg.root, pkg.card.graphs[0]?.files[0]?.path ?? '');
}
