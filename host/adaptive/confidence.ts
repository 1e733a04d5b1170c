/** How sure an answer is, as one number from 0 to 1. */
import type { Prediction } from '../engine/results.js';

/**
 * `max`: the largest probability. `margin`: the largest minus the second largest. `entropy`: 1 minus the entropy of all
 * classes, divided by its maximum.
 */
export type ConfidenceMeasure = 'max' | 'margin' | 'entropy';

/** Classes that entropy and temperature are computed of: all. */
export const ALL_CLASSES = 1_000_000;

/** How many predictions a measure needs. */
export function predictionsNeeded(measure: ConfidenceMeasure, temperature: number): number {
  if (measure === 'entropy' || temperature !== 1) return ALL_CLASSES;
  return measure === 'margin' ? 2 : 1;
}

/**
 * Confidence of a classification.
 *
 * @param predictions best first: as many as {@link predictionsNeeded} says
 * @param temperature divides the logits (Guo et al. 2017, "On Calibration of Modern Neural Networks"): softmax(z / T) is
 *   p^(1/T), normalised; above 1 a model that is too sure of itself becomes less so
 */
export function confidenceOf(
  predictions: readonly Prediction[],
  measure: ConfidenceMeasure,
  temperature: number,
): number {
  const raw = predictions.map(({ confidence }) => confidence);
  const probabilities = temperature === 1 ? raw : tempered(raw, temperature);
  const [first = 0, second = 0] = probabilities;
  if (measure === 'max') return first;
  if (measure === 'margin') return first - second;
  if (probabilities.length < 2) return 1;
  const entropy = probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  return Math.max(0, 1 - entropy / Math.log(probabilities.length));
}

function tempered(probabilities: readonly number[], temperature: number): number[] {
  const raised = probabilities.map((p) => p ** (1 / temperature));
  const sum = raised.reduce((total, p) => total + p, 0);
  return sum > 0 ? raised.map((p) => p / sum) : [...probabilities];
}
