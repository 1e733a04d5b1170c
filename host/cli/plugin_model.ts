/** `edge-infer classify` with a model whose card names plug-ins: in the engine, which can end them. */
import { createEngine } from '../engine/engine.js';
import type { Classification } from '../engine/results.js';
import { EdgeInferError, EXIT, toEdgeInferError } from '../errors.js';
import { cardPlugins, loadPackage, type ModelPackage } from '../models/package.js';
import { predictionLines } from './classify_adaptive.js';
import { print, reportError } from './output.js';
import type { TaskOptions } from './picture_tasks.js';

/** What the engine has no word for. */
const NOT_HERE = ['encoding', 'target', 'trust', 'imagesFrom', 'raw', 'verbose', 'annotate'] as const;

/** Whether the card names plug-ins. One that cannot be read is left to the guest, which says what is wrong with it. */
export function namesPlugins(model: string): boolean {
  let pkg: ModelPackage;
  try {
    pkg = loadPackage(model);
  } catch {
    return false;
  }
  return cardPlugins(pkg.card).length > 0;
}

/** Classifies files one after the other; the exit code is that of the last failure. */
export async function classifyInEngine(images: readonly string[], options: TaskOptions): Promise<number> {
  const flag = NOT_HERE.find((name) => options[name] !== undefined);
  if (flag !== undefined || images.length === 0) {
    throw new EdgeInferError({
      code: 'USAGE_INVALID',
      message: flag === undefined ? 'no IMAGE given' : `--${flag} does not go with a model that has plug-ins`,
      hint: 'give files of pictures, --top, --threshold, --precision and --json',
      exitCode: EXIT.usage,
    });
  }
  const { model, precision, json = false } = options;
  const engine = await createEngine({ model, workers: 1, ...(precision !== undefined && { precision }) });
  let code: number = EXIT.ok;
  try {
    const ranking = {
      ...(options.top !== undefined && { top: Number(options.top) }),
      ...(options.threshold !== undefined && { threshold: Number(options.threshold) }),
    };
    for (const image of images) {
      try {
        const answer = await engine.classify(image === '-' ? process.stdin : image, ranking);
        for (const line of json
          ? [jsonLine(image, engine.model.name, answer)]
          : textLines(engine.model, answer))
          print(line);
      } catch (thrown) {
        code = toEdgeInferError(thrown).exitCode;
        if (json) print(JSON.stringify({ ...toEdgeInferError(thrown).toJSON(), image }));
        else reportError(thrown, false);
      }
    }
  } finally {
    await engine.close();
  }
  return code;
}

/** The members in the order of the guest's own answers. */
function jsonLine(image: string, model: string, answer: Classification): string {
  const { predictions, latency_ms, timings, ...rest } = answer;
  return JSON.stringify({ image, predictions, latency_ms, timings, model, ...rest });
}

function textLines(model: { name: string; version: string }, answer: Classification): string[] {
  const { predictions, timings, graph } = answer;
  const times = Object.entries(timings).map(([phase, ms]) => `${phase} ${ms.toFixed(1)} ms`);
  const what = `${model.name} ${model.version} | ${graph.encoding} ${graph.precision} | ${graph.provider} | node`;
  return [
    ...predictionLines(predictions),
    ...(predictions.length === 0 ? ['no class reaches the threshold'] : []),
    `${times.join(', ')} | ${what}`,
  ];
}
