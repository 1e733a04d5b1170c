/** Several models of one task behind one engine. */
import type { BatchCall, RequestOptions } from '../engine/batches.js';
import { createEngine, type Engine } from '../engine/engine.js';
import type { ImageSource } from '../engine/sources.js';
import { AdaptiveCore } from './adaptive_core.js';
import { type Clock, processClock } from './clock.js';
import type { CloudStats } from './cloud/contract.js';
import type { CloudEscalation } from './cloud/escalation.js';
import { openCloud } from './cloud/open.js';
import type { Decided } from './decision.js';
import { EscalationMemory } from './escalation_memory.js';
import { type AnswerEngine, ModelSlot } from './model_slot.js';
import { type AdaptiveOptions, type AdaptiveSettings, adaptiveSettings } from './options.js';
import type { Strain } from './policy.js';
import type { ModelStats } from './request.js';
import { SignalBoard, type SignalStats } from './signals/board.js';
import { type FrameCounts, pictureCalls } from './streams.js';

/** Functions of an engine that answer pictures: those that models of one task can stand in for each other in. */
type PictureTask = {
  [Name in keyof Engine]: Name extends 'preprocess'
    ? never
    : Engine[Name] extends BatchCall<ImageSource, infer _Options, infer _Answer>
      ? Name
      : never;
}[keyof Engine];

/** {@link Engine}'s functions of pictures, with the decision in each answer. */
export type AdaptiveCalls = {
  readonly [Name in PictureTask]: Engine[Name] extends BatchCall<ImageSource, infer Options, infer Answer>
    ? Options extends RequestOptions
      ? BatchCall<ImageSource, Options, Decided<Answer>>
      : never
    : never;
};

/** What an adaptive engine tells of itself. */
export interface AdaptiveStats {
  /** Model that requests start with, and how often that has changed. */
  current: string;
  switches: number;
  strain: Strain;
  models: ModelStats[];
  /** Each sensor with its latest value, or why there is none. */
  signals: Record<string, SignalStats>;
  /** Frames that were not computed. */
  skipped_frames: FrameCounts;
  /** Undefined without a server. */
  cloud: CloudStats | undefined;
}

/** Several models of one task. Close it after use. */
export interface AdaptiveEngine extends AdaptiveCalls {
  stats(): AdaptiveStats;
  /** As {@link Engine.close}, of all models. */
  close(options?: { abort?: boolean }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A picture of our own, to learn how long models take before the first request: 64 x 48, a gradient. */
const FIRST_PICTURE = {
  data: Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => i % 251),
  width: 64,
  height: 48,
};
const FIRST_RUNS = 3;

/**
 * Opens several models of one task. Each request gets the one that fits the latency budget, is escalated to larger ones (and
 * to a server, if one is given) when the answer is unsure, and says in `decision` why.
 *
 * @throws EdgeInferError `USAGE_INVALID` (exit 2), and as {@link createEngine} for each model
 * @example
 * await using engine = await createAdaptiveEngine({
 *   models: [{ name: 'tiny', model: './tiny' }, { name: 'base', model: 'cifar10' }],
 *   latencyBudget: 50,
 *   confidence: 0.7,
 * });
 * const { predictions, decision } = await engine.classify('photo.jpg');
 * console.log(predictions[0], explain(decision).join('\n'));
 */
export async function createAdaptiveEngine(options: AdaptiveOptions): Promise<AdaptiveEngine> {
  const settings = adaptiveSettings(options);
  const opened: AnswerEngine[] = [];
  let cloud: CloudEscalation | undefined;
  try {
    for (const { model, precision } of settings.models) {
      opened.push(await openModel(options, model, precision));
    }
    const largest = settings.models.at(-1)?.model ?? '';
    if (options.cloud !== undefined) {
      // Unless it has a rule of its own, the server is asked when the largest model is unsure.
      const { threshold: confidenceBelow } = settings.confidence ?? {};
      const when = options.cloud.when ?? (confidenceBelow === undefined ? {} : { confidenceBelow });
      cloud = await openCloud({ ...options.cloud, when }, largest, options, processClock);
    }
    const board = new SignalBoard(settings.signals, settings.signalInterval);
    await board.refresh();
    return adaptiveEngineOver(opened, settings, board, cloud, processClock);
  } catch (error) {
    await Promise.all([...opened.map((engine) => engine.close({ abort: true })), cloud?.close(true)]);
    throw error;
  }
}

/** {@link createAdaptiveEngine} over engines, signals and a clock that are given: for simulations. */
export function adaptiveEngineOver(
  engines: readonly AnswerEngine[],
  settings: AdaptiveSettings,
  board: SignalBoard,
  cloud: CloudEscalation | undefined,
  clock: Clock,
): AdaptiveEngine {
  const rule = settings.confidence;
  const slots = settings.models.map(({ name, temperature = 1 }, place) => {
    const last = place === settings.models.length - 1;
    const memory =
      rule === undefined || last ? undefined : new EscalationMemory(rule.threshold, rule.leastChange);
    const slot = new ModelSlot(name, temperature, engines[place] as AnswerEngine, memory, clock);
    for (const ms of firstLatencies.get(slot.engine) ?? []) slot.learn(ms);
    return slot;
  });
  const core = new AdaptiveCore(slots, settings, board, cloud, clock);
  const skipped: FrameCounts = { age: 0, similar: 0 };
  const calls = pictureCalls(engines[0]?.tasks ?? [], core, settings, clock, skipped);
  const close = (abort: boolean) => core.close(abort);
  const own = {
    stats: (): AdaptiveStats => ({
      current: core.current,
      switches: core.switches,
      strain: core.strain,
      models: core.models(),
      signals: board.stats(),
      skipped_frames: { ...skipped },
      cloud: cloud?.stats(),
    }),
    close: ({ abort = false } = {}) => close(abort),
    [Symbol.asyncDispose]: () => close(false),
  };
  return Object.assign(calls as AdaptiveCalls, own);
}

/** What the first pictures took, for the slot that an engine comes to. */
const firstLatencies = new WeakMap<AnswerEngine, number[]>();

async function openModel(
  options: AdaptiveOptions,
  model: string,
  precision: string | undefined,
): Promise<AnswerEngine> {
  const { models: _, deadline: __, ...shared } = options;
  const engine = await createEngine({
    ...shared,
    model,
    ...(precision === undefined ? {} : { precision }),
  });
  await engine.warm();
  const answering = answerEngine(engine);
  firstLatencies.set(answering, await timed(engine));
  return answering;
}

/** An engine as the adaptive engine takes it. */
export function answerEngine(engine: Engine): AnswerEngine {
  const calls = engine as unknown as Record<string, BatchCall<ImageSource, RequestOptions, object>>;
  return {
    tasks: Object.keys(calls).filter((name) => isPictureTask(name, calls[name])),
    async answer(task, source, request, wait) {
      const call = calls[task] as BatchCall<ImageSource, RequestOptions, object>;
      if (!wait) return await call(source, request);
      // A list waits for room in the queue.
      const [result] = await call([source], request);
      if (result?.status === 'fulfilled') return result.value;
      throw result?.reason;
    },
    close: (how) => engine.close(how),
  };
}

/** Functions in three forms that stay with their model: they take or give its very tensors. */
const OF_ONE_MODEL: readonly string[] = ['preprocess', 'run', 'score'] satisfies (keyof Engine)[];

function isPictureTask(name: string, call: unknown): boolean {
  return typeof call === 'function' && 'each' in call && !OF_ONE_MODEL.includes(name);
}

/** What a small picture takes; of models that do not classify, nothing is known before the first request. */
async function timed(engine: Engine): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run <= FIRST_RUNS; run++) {
    const began = performance.now();
    try {
      await engine.classify(FIRST_PICTURE, { top: 1 });
    } catch {
      return [];
    }
    // The first one finds cold caches.
    if (run > 0) times.push(performance.now() - began);
  }
  return times;
}
