/** What most programs never call: its modules are read with the first call, so that the others start sooner. */
import type { AdaptiveEngine } from './adaptive/adaptive_engine.js';
import type { AdaptiveOptions } from './adaptive/options.js';
import type { ImageSource } from './engine/sources.js';
import type { ParityOptions, ParityReport } from './parity/index.js';
import type { TextEngine, TextEngineOptions } from './text/text_engine.js';
import type { Tokenizer, TokenizerFiles } from './text/tokenizer.js';

/**
 * Several models of one task behind one engine: a small one answers first, a larger one (or a server) when the answer is
 * unsure and there is time; `decision` in each answer says why.
 *
 * @throws EdgeInferError `USAGE_INVALID` (exit 2), and as {@link createEngine} for each model
 * @example
 * await using engine = await createAdaptiveEngine({
 *   models: [{ name: 'tiny', model: './tiny' }, { name: 'base', model: 'cifar10' }],
 *   latencyBudget: 50,
 *   confidence: 0.7,
 * });
 * const { predictions, decision } = await engine.classify('photo.jpg');
 */
export async function createAdaptiveEngine(options: AdaptiveOptions): Promise<AdaptiveEngine> {
  const adaptive = await import('./adaptive/adaptive_engine.js');
  return await adaptive.createAdaptiveEngine(options);
}

/**
 * Compares the tensor that a training pipeline made of a picture with that of a model's card, and finds the knobs of the card
 * that explain a difference.
 *
 * @throws EdgeInferError exit 2 or 3 for a reference that cannot be compared, 4 for a bad model
 * @example
 * const { verdict, explanation } = await parity('photo.jpg', { model: './my-model', against: 'tensor.npy' });
 * if (verdict === 'explained') console.log(JSON.stringify(explanation?.patch));
 */
export async function parity(image: ImageSource, options: ParityOptions): Promise<ParityReport> {
  const found = await import('./parity/index.js');
  return await found.parity(image, options);
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
  const text = await import('./text/text_engine.js');
  return await text.createTextEngine(options);
}

/**
 * Opens a tokenizer: WordPiece as BERT has it, or byte-level BPE as GPT-2 and RoBERTa have it. Alone, as a module of its own:
 * `edge-infer/tokenizer`.
 *
 * @param source a folder with tokenizer.json, vocab.txt, or vocab.json and merges.txt; or the texts of such files by name
 * @throws EdgeInferError `TOKENIZER_INVALID` or `TOKENIZER_UNSUPPORTED` (exit 4)
 * @example
 * const tokenizer = await createTokenizer('./all-MiniLM-L6-v2');
 * const { ids } = tokenizer.encode('Hello, world!');
 */
export async function createTokenizer(source: string | TokenizerFiles): Promise<Tokenizer> {
  const text = await import('./text/tokenizer.js');
  return await text.createTokenizer(source);
}
