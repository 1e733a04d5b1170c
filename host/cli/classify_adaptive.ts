/** `edge-infer classify` with several models: in this process, through the adaptive engine. */
import { readFileSync } from 'node:fs';
import { createAdaptiveEngine } from '../adaptive/adaptive_engine.js';
import { explain } from '../adaptive/decision.js';
import type { AdaptiveModel, AdaptiveOptions } from '../adaptive/options.js';
import { usage } from '../engine/failures.js';
import type { ImageSource } from '../engine/sources.js';
import { formatErrorJson, formatErrorText, toEdgeInferError } from '../errors.js';
import { note, print, table } from './output.js';

/** Flags that make `classify` adaptive. */
export interface AdaptiveFlags {
  model: string;
  budget?: string;
  confidence?: string;
  cloud?: string;
  explain?: true;
}

/** The flags that it shares with the plain command. */
interface PlainFlags {
  runtime: string;
  top?: string;
  threshold?: string;
  json?: true;
  precision?: string;
}

/** True when several models, or a flag that only they have, are asked for. */
export function isAdaptive({ model, budget, confidence, cloud, explain: asked }: AdaptiveFlags): boolean {
  return model.includes(',') || [budget, confidence, cloud, asked].some((flag) => flag !== undefined);
}

/** Confidence below which a larger model is asked, unless told otherwise. */
const CONFIDENCE = 0.7;
const BAR = 20;

/** Classifies the images; gives the exit code: that of the first image that failed. */
export async function classifyAdaptively(
  images: readonly string[],
  flags: AdaptiveFlags & PlainFlags,
): Promise<number> {
  if (flags.runtime !== 'node') {
    throw usage(`several models run in Node only, not in ${flags.runtime}`, 'leave --runtime out');
  }
  await using engine = await createAdaptiveEngine(optionsOf(flags));
  const options = {
    ...(flags.top === undefined ? {} : { top: numberOf('top', flags.top) }),
    ...(flags.threshold === undefined ? {} : { threshold: numberOf('threshold', flags.threshold) }),
  };
  let exitCode = 0;
  for (const image of images) {
    try {
      const answer = await engine.classify(sourceOf(image), options);
      if (flags.json) {
        print(JSON.stringify({ image, ...answer }));
        continue;
      }
      if (images.length > 1) print(`${image}:`);
      for (const line of predictionLines(answer.predictions)) print(line);
      if (flags.explain) for (const line of explain(answer.decision)) print(line);
    } catch (thrown) {
      const error = toEdgeInferError(thrown);
      exitCode ||= error.exitCode;
      if (flags.json) print(formatErrorJson(error));
      else note(formatErrorText(error));
    }
  }
  return exitCode;
}

function optionsOf({
  model,
  precision,
  budget,
  confidence,
  cloud,
}: AdaptiveFlags & PlainFlags): AdaptiveOptions {
  const models = model.split(',').map((name): AdaptiveModel => {
    // NAME:PRECISION: the same package may stand for two models.
    const [, folder = name, form] = /^(.+):(fp32|fp16|int8|[a-z]+\d+)$/.exec(name) ?? [];
    const chosen = form ?? precision;
    return { name, model: folder, ...(chosen === undefined ? {} : { precision: chosen }) };
  });
  return {
    models,
    confidence: confidence === undefined ? CONFIDENCE : numberOf('confidence', confidence),
    ...(budget === undefined ? {} : { latencyBudget: numberOf('budget', budget) }),
    ...(cloud === undefined ? {} : { cloud: serverOf(cloud) }),
    workers: 1,
  };
}

/** URL#MODEL: where the server is, and the model's name there. */
function serverOf(flag: string): { url: string; model: string } {
  const [url = '', model = ''] = flag.split('#');
  if (model !== '') return { url, model };
  throw usage(
    `--cloud names no model (${flag})`,
    'give URL#MODEL, for example http://localhost:8000#resnet50',
  );
}

function sourceOf(image: string): ImageSource {
  return image === '-' ? readFileSync(0) : image;
}

function numberOf(flag: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw usage(`--${flag} is wrong (${text}): expected a number`);
}

/** Label, percent and a bar, as the guest prints them. */
export function predictionLines(
  predictions: readonly { label: string; class_id: number; confidence: number }[],
): string[] {
  return table(
    predictions.map(({ label, class_id, confidence }) => [
      label || String(class_id),
      `${(confidence * 100).toFixed(2).padStart(6)} %`,
      '#'.repeat(Math.round(confidence * BAR)),
    ]),
  );
}
