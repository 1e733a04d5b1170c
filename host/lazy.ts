/** What most programs never call: its modules are read with the first call, so that the others start sooner. */
import type { AdaptiveEngine } from './adaptive/adaptive_engine.js';
import type { AdaptiveOptions } from './adaptive/options.js';
import type { ImageSource } from './engine/sources.js';
import type { ParityOptions, ParityReport } from './parity/index.js';

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
