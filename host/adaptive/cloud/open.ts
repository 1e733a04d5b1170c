/** Opens what a server is asked with: the card, the kernels, and the parts of a model that is split. */
import { createEngine, type Engine } from '../../engine/engine.js';
import type { EngineOptions } from '../../engine/options.js';
import { loadPackage } from '../../models/package.js';
import type { Clock } from '../clock.js';
import { CloudEscalation } from './escalation.js';
import { type CloudOptions, cloudSettings, type SplitOptions } from './options.js';
import { OutputRanking } from './ranking.js';
import { SplitModel, type SplitParts } from './split_model.js';

/** Options of an engine that hold for the server's preprocessing as well. */
type Shared = Pick<EngineOptions, 'workers' | 'queue' | 'maxInputBytes' | 'maxInstanceBytes'>;

/**
 * Opens all local parts; the server is not asked for anything yet.
 *
 * @param largest package whose card counts unless the options name one
 * @throws EdgeInferError exit 2 for wrong options, 4 for wrong packages
 */
export async function openCloud(
  options: CloudOptions,
  largest: string,
  { workers, queue, maxInputBytes, maxInstanceBytes }: Shared,
  clock: Clock,
): Promise<CloudEscalation> {
  const settings = cloudSettings(options);
  const model = options.card ?? largest;
  const shared: EngineOptions = {
    workers: Math.min(workers ?? 1, 1),
    ...(queue === undefined ? {} : { queue }),
    ...(maxInputBytes === undefined ? {} : { maxInputBytes }),
    ...(maxInstanceBytes === undefined ? {} : { maxInstanceBytes }),
  };
  const ranking = await OutputRanking.open(model);
  const opened: Engine[] = [];
  const open = async (folder: string, preload: boolean) => {
    const engine = await createEngine({ ...shared, model: folder, preload });
    opened.push(engine);
    return engine;
  };
  try {
    const preprocessing = await open(model, false);
    const split =
      options.split === undefined ? undefined : new SplitModel(await openParts(options.split, open));
    return new CloudEscalation(settings, { preprocessing, ranking, split }, clock);
  } catch (error) {
    await Promise.all(opened.map((engine) => engine.close({ abort: true })));
    throw error;
  }
}

async function openParts(
  { head, tail, model, precision = 'f32' }: SplitOptions,
  open: (folder: string, preload: boolean) => Promise<Engine>,
): Promise<SplitParts> {
  const part = async (folder: string, preload: boolean) => {
    const { card } = loadPackage(folder);
    const [input] = [card.input].flat();
    const [output] = [card.output].flat();
    // The schema demands both.
    return {
      engine: await open(folder, preload),
      input: input as NonNullable<typeof input>,
      output: output as NonNullable<typeof output>,
    };
  };
  return {
    head: await part(head, true),
    // The second part is not fed pictures: it is not run before it has features.
    tail: tail === undefined ? undefined : await part(tail, false),
    model,
    precision,
  };
}
