/**
 * The process in which llama.cpp runs: whole texts, token by token, and embeddings. It is a process of its own because
 * llama.cpp ends the one that it runs in when an assertion of its own fails, and cannot be interrupted otherwise.
 */
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { NnError } from '../errors.js';
import type { GgmlOptions } from './ggml_options.js';
import { withImpliedTypes } from './json_schema.js';
import type {
  Llama,
  LlamaContext,
  LlamaGrammar,
  LlamaLibrary,
  LlamaModel,
  LlamaSampling,
  LlamaToken,
} from './llama_types.js';
import { answerProcessCalls } from './worker_side.js';

/** What a call gives: some text, and how it stands. */
export interface GgmlPiece {
  text: string;
  inputTokens: number;
  outputTokens: number;
  /** The model has said that it is at its end, or the asked number of tokens is reached. */
  ended: boolean;
  /** No room is left in the context. */
  full: boolean;
}

/** One text in the making. */
interface Writing {
  model: LlamaModel;
  context: LlamaContext;
  tokens: AsyncGenerator<LlamaToken, void>;
  prompt: LlamaToken[];
  made: LlamaToken[];
  /** Text of all tokens so far, without a last character that is not whole. */
  text: string;
  room: number;
  stop: string | undefined;
}

const DEFAULT_CONTEXT = 2048;
const DEFAULT_TEMPERATURE = 0.8;
/** Tokens that a repeat penalty looks back on, as llama.cpp. */
const LOOK_BACK = 64;
const REPLACEMENT = '\ufffd';

let started: { readonly library: LlamaLibrary; readonly llama: Llama } | undefined;
const models = new Map<number, LlamaModel>();
const writings = new Map<number, Writing>();
let next = 0;

/** @returns which llama.cpp it is */
async function start(entry: string): Promise<string> {
  const library = (await import(pathToFileURL(entry).href)) as LlamaLibrary;
  const llama = await library.getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    usePrebuiltBinaries: true,
    // More threads than processors make llama.cpp hundreds of times slower.
    maxThreads: availableParallelism(),
    logLevel: 'disabled',
  });
  started = { library, llama };
  return llama.llamaCppRelease.release;
}

function running() {
  if (started === undefined) throw new NnError('runtime_error', 'llama.cpp was not started');
  return started;
}

async function load(file: string): Promise<number> {
  const { llama } = running();
  try {
    models.set(next, await llama.loadModel({ modelPath: file, useMmap: false }));
  } catch (cause) {
    const text = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new NnError('runtime_error', `llama.cpp refuses the graph: ${text}`);
  }
  return next++;
}

function modelOf(id: number): LlamaModel {
  const model = models.get(id);
  if (model === undefined) throw new NnError('invalid_argument', `no graph has the number ${id}`);
  return model;
}

function threadsOf(options: GgmlOptions): number {
  return Math.max(1, Math.min(options.threads ?? 1, availableParallelism()));
}

function contextSizeOf(model: LlamaModel, options: GgmlOptions): number {
  return options['ctx-size'] ?? Math.min(model.trainContextSize, DEFAULT_CONTEXT);
}

function promptOf(model: LlamaModel, text: string): LlamaToken[] {
  const prompt = model.tokenize(text, true);
  const { bos, shouldPrependBosToken } = model.tokens;
  if (bos !== null && shouldPrependBosToken) prompt.unshift(bos);
  return prompt;
}

/** How many tokens a prompt has. */
function count(id: number, text: string): number {
  return text === '' ? 0 : promptOf(modelOf(id), text).length;
}

async function grammarOf(options: GgmlOptions): Promise<LlamaGrammar | undefined> {
  const { grammar, 'json-schema': schema } = options;
  try {
    if (grammar) return await running().llama.createGrammar({ grammar });
    if (schema) return await running().llama.createGrammarForJsonSchema(withImpliedTypes(JSON.parse(schema)));
  } catch (cause) {
    const text = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new NnError('invalid_argument', `the grammar is not understood: ${text}`, cause);
  }
  return undefined;
}

async function write(id: number, text: string, options: GgmlOptions): Promise<Writing> {
  const model = modelOf(id);
  const contextSize = contextSizeOf(model, options);
  const prompt = promptOf(model, text);
  if (prompt.length === 0) throw new NnError('invalid_argument', 'the prompt is empty');
  if (prompt.length >= contextSize) {
    throw new NnError(
      'prompt_too_long',
      `the prompt has ${prompt.length} tokens, the context ${contextSize}`,
    );
  }
  const grammar = await grammarOf(options);
  const batch = options['batch-size'];
  const context = await model.createContext({
    contextSize,
    threads: threadsOf(options),
    ...(batch === undefined ? {} : { batchSize: batch }),
  });
  const made: LlamaToken[] = [];
  const sampling: LlamaSampling = { temperature: options.temp ?? DEFAULT_TEMPERATURE };
  if (options['top-k'] !== undefined) sampling.topK = options['top-k'];
  if (options['top-p'] !== undefined) sampling.topP = options['top-p'];
  if (options['min-p'] !== undefined) sampling.minP = options['min-p'];
  if (options.seed !== undefined) sampling.seed = options.seed;
  if (grammar !== undefined) {
    const { LlamaGrammarEvaluationState } = running().library;
    sampling.grammarEvaluationState = new LlamaGrammarEvaluationState({ model, grammar });
  }
  const penalty = options['repeat-penalty'];
  if (penalty !== undefined && penalty !== 1) {
    sampling.repeatPenalty = { penalty, punishTokens: () => [...prompt, ...made].slice(-LOOK_BACK) };
  }
  const most = options['n-predict'] ?? -1;
  return {
    model,
    context,
    tokens: context.getSequence().evaluate(prompt, sampling),
    prompt,
    made,
    text: '',
    room: most >= 0 ? most : Number.POSITIVE_INFINITY,
    stop: options['reverse-prompt'] || undefined,
  };
}

/** Makes one more token; the piece is the text that became whole with it. */
async function advance(writing: Writing): Promise<GgmlPiece> {
  const { model, context, prompt, made } = writing;
  const piece = (text: string, ended: boolean, full = false): GgmlPiece => ({
    text,
    inputTokens: prompt.length,
    outputTokens: made.length,
    ended,
    full,
  });
  if (writing.room === 0) return piece('', true);
  if (prompt.length + made.length >= context.contextSize) return piece('', false, true);
  const { value: token, done } = await writing.tokens.next();
  if (done || token === undefined || model.isEogToken(token)) return piece('', true);
  made.push(token);
  writing.room--;
  const whole = model.detokenize(made, false, prompt);
  // A character of several bytes may need more tokens: it is held back until it is whole.
  if (whole.endsWith(REPLACEMENT)) return piece('', false);
  const fresh = whole.slice(writing.text.length);
  writing.text = whole;
  const stop = writing.stop === undefined ? -1 : whole.indexOf(writing.stop);
  if (stop < 0) return piece(fresh, false);
  const before = whole.length - fresh.length;
  writing.text = whole.slice(0, stop);
  writing.room = 0;
  return piece(stop > before ? whole.slice(before, stop) : '', true);
}

async function finish(writing: Writing): Promise<void> {
  await writing.tokens.return();
  await writing.context.dispose();
}

/** As llama.cpp's common_embd_normalize for p-norms; 10 significant digits are what WasmEdge prints. */
function normalized(vector: readonly number[], norm: number): number[] {
  let sum = norm < 0 ? 1 : 0;
  if (norm === 2) sum = Math.sqrt(vector.reduce((all, x) => all + x * x, 0));
  else if (norm > 0) sum = vector.reduce((all, x) => all + Math.abs(x) ** norm, 0) ** (1 / norm);
  return vector.map((x) => Number((sum > 0 ? x / sum : 0).toPrecision(10)));
}

async function embed(id: number, prompt: string, options: GgmlOptions): Promise<GgmlPiece> {
  const model = modelOf(id);
  const context = await model.createEmbeddingContext({
    contextSize: contextSizeOf(model, options),
    threads: threadsOf(options),
  });
  try {
    const { vector } = await context.getEmbeddingFor(prompt);
    const embedding = normalized(vector, options['embd-normalize'] ?? 2);
    const text = `{"n_embedding": ${vector.length}, "embedding": [${embedding.join(',')}]}`;
    const inputTokens = model.tokenize(prompt, true).length;
    return { text, inputTokens, outputTokens: 0, ended: true, full: false };
  } finally {
    await context.dispose();
  }
}

async function generate(id: number, prompt: string, options: GgmlOptions): Promise<GgmlPiece> {
  if (options.embedding === true) return embed(id, prompt, options);
  const writing = await write(id, prompt, options);
  try {
    for (;;) {
      const piece = await advance(writing);
      if (piece.ended || piece.full) return { ...piece, text: writing.text };
    }
  } finally {
    await finish(writing);
  }
}

async function begin(id: number, prompt: string, options: GgmlOptions): Promise<number> {
  writings.set(next, await write(id, prompt, options));
  return next++;
}

async function nextPiece(stream: number): Promise<GgmlPiece> {
  const writing = writings.get(stream);
  if (writing === undefined) throw new NnError('invalid_argument', 'the stream has ended');
  return advance(writing);
}

async function end(stream: number): Promise<void> {
  const writing = writings.get(stream);
  writings.delete(stream);
  if (writing !== undefined) await finish(writing);
}

async function close(id: number): Promise<void> {
  const model = modelOf(id);
  models.delete(id);
  await model.dispose();
}

answerProcessCalls({ start, load, count, generate, begin, next: nextPiece, end, close });
