/** The worker in which llama.cpp runs: whole texts, token by token, and embeddings. */
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { NnError } from '../errors.js';
import type { GgmlOptions } from './ggml_options.js';
import type { LlamaContext, LlamaLibrary, LlamaModel, LlamaSampling, LlamaToken } from './llama_types.js';
import { answerCalls } from './worker_side.js';

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

let loadModel: ((file: string) => Promise<LlamaModel>) | undefined;
const models = new Map<number, LlamaModel>();
const writings = new Map<number, Writing>();
let next = 0;

async function start(entry: string): Promise<void> {
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
  loadModel = (file) => llama.loadModel({ modelPath: file, useMmap: false });
}

async function load(file: string): Promise<number> {
  if (loadModel === undefined) throw new NnError('runtime_error', 'llama.cpp was not started');
  try {
    models.set(next, await loadModel(file));
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

async function write(id: number, text: string, options: GgmlOptions): Promise<Writing> {
  const model = modelOf(id);
  const contextSize = contextSizeOf(model, options);
  const prompt = model.tokenize(text, true);
  const { bos, shouldPrependBosToken } = model.tokens;
  if (bos !== null && shouldPrependBosToken) prompt.unshift(bos);
  if (prompt.length === 0) throw new NnError('invalid_argument', 'the prompt is empty');
  if (prompt.length >= contextSize) {
    throw new NnError(
      'prompt_too_long',
      `the prompt has ${prompt.length} tokens, the context ${contextSize}`,
    );
  }
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

async function embed(id: number, prompt: string, options: GgmlOptions): Promise<GgmlPiece> {
  const model = modelOf(id);
  const context = await model.createEmbeddingContext({
    contextSize: contextSizeOf(model, options),
    threads: threadsOf(options),
  });
  try {
    const { vector } = await context.getEmbeddingFor(prompt);
    const text = JSON.stringify({ n_embedding: vector.length, embedding: [...vector] });
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

answerCalls({ start, load, generate, begin, next: nextPiece, end, close });
