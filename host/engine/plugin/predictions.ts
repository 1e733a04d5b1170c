/** What a plug-in says of a picture, believed only where it is well formed. */
import type { CardPlugin } from '../../models/card.js';
import type { Prediction } from '../results.js';
import { pluginError } from './plugin.js';

const MOST_LABEL = 1000;

/**
 * Predictions in the plug-in's order, at least `threshold` sure, at most `top`; labels that it does not give are those of
 * the card.
 *
 * @throws EdgeInferError `PLUGIN_OUTPUT` (exit 5)
 */
export function toPredictions(
  answer: unknown,
  labels: readonly string[],
  { top, threshold }: { top: number; threshold: number },
  plugin: CardPlugin,
): Prediction[] {
  if (!Array.isArray(answer)) throw pluginError('PLUGIN_OUTPUT', plugin, 'its answer is no list');
  const predictions = answer.map((row: unknown, i): Prediction => {
    const { class_id, confidence, label } = (row ?? {}) as Record<string, unknown>;
    const wrong = (what: string) =>
      pluginError('PLUGIN_OUTPUT', plugin, `${what} of prediction ${i} is wrong`);
    if (!Number.isInteger(class_id) || (class_id as number) < 0 || (class_id as number) >= 2 ** 31) {
      throw wrong('class_id');
    }
    if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) throw wrong('confidence');
    if (label !== undefined && (typeof label !== 'string' || label.length > MOST_LABEL)) throw wrong('label');
    return { class_id: class_id as number, label: label ?? labels[class_id as number] ?? '', confidence };
  });
  return predictions.filter(({ confidence }) => confidence >= threshold).slice(0, top);
}
