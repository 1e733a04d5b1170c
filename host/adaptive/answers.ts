/** What the adaptive engine reads out of answers, whatever their task. */
import type { ClassifyOptions } from '../engine/engine.js';
import type { Classification, Prediction } from '../engine/results.js';
import { type ConfidenceMeasure, confidenceOf, predictionsNeeded } from './confidence.js';
import type { ConfidenceRule } from './options.js';

/** True for answers of `classify`: those of `detect` have a box in each row. */
export function isClassification(answer: object): answer is Classification {
  return (
    'predictions' in answer &&
    Array.isArray(answer.predictions) &&
    answer.predictions.every((row: object) => 'class_id' in row && 'confidence' in row && !('box' in row))
  );
}

/** The best label, or its number; undefined for other answers and when nothing was found. */
export function bestOf(answer: object): string | undefined {
  if (!isClassification(answer)) return undefined;
  const [best] = answer.predictions;
  return best === undefined ? undefined : best.label || String(best.class_id);
}

/** The answer's confidence by the rule; undefined when the rule has nothing for such answers. */
export function confidenceBy(
  rule: ConfidenceRule & { measure: ConfidenceMeasure },
  answer: object,
  temperature: number,
): number | undefined {
  if (rule.of !== undefined) return rule.of(answer);
  if (!isClassification(answer)) return undefined;
  return confidenceOf(answer.predictions, rule.measure, temperature);
}

/** Whether two answers say the same, by the rule. */
export function sameBy(rule: ConfidenceRule, smaller: object, larger: object): boolean {
  if (rule.same !== undefined) return rule.same(smaller, larger);
  const best = bestOf(smaller);
  return best !== undefined && best === bestOf(larger);
}

/** Options of a classification that shows enough to judge it; others are left as they are. */
export function judgeable(
  task: string,
  options: ClassifyOptions,
  rule: (ConfidenceRule & { measure: ConfidenceMeasure }) | undefined,
  temperature: number,
): ClassifyOptions {
  if (task !== 'classify' || rule === undefined || rule.of !== undefined) return options;
  const { top = 5 } = options;
  return { ...options, top: Math.max(top, predictionsNeeded(rule.measure, temperature)), threshold: 0 };
}

/** The answer as the caller asked for it. */
export function asAsked(task: string, answer: object, { top = 5, threshold = 0 }: ClassifyOptions): object {
  if (task !== 'classify' || !isClassification(answer)) return answer;
  const predictions: Prediction[] = answer.predictions
    .slice(0, top)
    .filter(({ confidence }) => confidence >= threshold);
  return { ...answer, predictions };
}
