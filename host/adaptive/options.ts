/** What an adaptive engine is made with, checked. */
import { availableParallelism } from 'node:os';
import { checkRange, usage } from '../engine/failures.js';
import { checkDeadline, type EngineOptions } from '../engine/options.js';
import type { CloudOptions } from './cloud/options.js';
import type { ConfidenceMeasure } from './confidence.js';
import { DEFAULT_HYSTERESIS, type Hysteresis } from './model_choice.js';
import { defaultPolicy, type SignalPolicy } from './policy.js';
import { machineSignals } from './signals/machine.js';
import type { Signal } from './signals/signal.js';

/** One of the models. */
export interface AdaptiveModel {
  /** As it stands in decisions. `cloud` is taken. */
  name: string;
  /** Folder with model.json, or the name of a built-in model. */
  model: string;
  /** Only graphs of this precision. */
  precision?: string;
  /** Divides the logits before confidence is judged, as calibration found it. Default 1. */
  temperature?: number;
}

/** When an answer is sure enough. */
export interface ConfidenceRule {
  /** Less than this is unsure: 0 to 1. */
  threshold: number;
  /** Of classifications. Default `max`. */
  measure?: ConfidenceMeasure;
  /** Of answers of other tasks (or instead of `measure`): 0 to 1. Without it such answers are never escalated. */
  of?: (answer: object) => number;
  /** Whether two answers say the same. Default: the same best label; answers without labels differ. */
  same?: (smaller: object, larger: object) => boolean;
  /** Escalations that change less than this share of answers are left out: 0 to 1. Default 0.02. */
  leastChange?: number;
}

/** Which frames of a stream are not computed. */
export interface FrameRule {
  /** Frames older than so many milliseconds are skipped when newer ones wait. The stream is then read as fast as it comes. */
  maxAge?: number;
  /** Frames whose dHash differs in at most `distance` of 64 bits from that of the last computed one are skipped. */
  similar?: { distance: number };
}

/** Options of {@link createAdaptiveEngine}. */
export interface AdaptiveOptions extends Omit<EngineOptions, 'model' | 'precision' | 'preload'> {
  /** Models of one task, the cheapest first. */
  models: readonly AdaptiveModel[];
  /** Milliseconds that an answer should take: models and escalations that would take longer are not started. Default: none. */
  latencyBudget?: number;
  /** Ask a larger model when unsure: a threshold, or a rule. Default: never. */
  confidence?: number | ConfidenceRule;
  /** Default: those of the machine. `[]`: none. */
  signals?: readonly Signal[];
  /** Milliseconds after which signals are read again. Default 1000. */
  signalInterval?: number;
  /** From signals to how much to spare the machine. */
  policy?: SignalPolicy;
  hysteresis?: Partial<Hysteresis>;
  frames?: FrameRule;
  /**
   * Share of requests after which another model gets the same picture while nothing else runs, its answer only to be learned
   * from: 0 to 0.5. Default 0.02.
   */
  explore?: number;
  /** A server that is asked when all models here are unsure. Default: none, and nothing leaves the machine. */
  cloud?: CloudOptions;
}

/** The options with their defaults. */
export interface AdaptiveSettings {
  models: readonly AdaptiveModel[];
  /** Infinity: none. */
  budget_ms: number;
  deadline_ms: number;
  confidence: (ConfidenceRule & { measure: ConfidenceMeasure; leastChange: number }) | undefined;
  signals: readonly Signal[];
  signalInterval: number;
  policy: SignalPolicy;
  hysteresis: Hysteresis;
  frames: FrameRule;
  /** A shadow run after so many requests; Infinity: never. */
  exploreEvery: number;
  parallel: number;
  maxInputBytes: number;
}

const MIB = 2 ** 20;

/**
 * Checks everything but the models' packages.
 *
 * @throws EdgeInferError `USAGE_INVALID` (exit 2)
 */
export function adaptiveSettings(options: AdaptiveOptions): AdaptiveSettings {
  const { models, latencyBudget, deadline, explore = 0.02, frames = {} } = options;
  if (models.length === 0) throw usage('models is empty', 'give one model or more, the cheapest first');
  const names = new Set(models.map(({ name }) => name));
  if (names.size < models.length || names.has('cloud')) {
    throw usage('names of models must differ, and none may be "cloud"');
  }
  for (const { name, temperature = 1 } of models) {
    checkRange(`temperature of ${name}`, temperature, 0.01, 100, false);
  }
  checkDeadline(deadline);
  if (latencyBudget !== undefined) checkRange('latencyBudget', latencyBudget, 0, 2 ** 31 - 1, false);
  checkRange('explore', explore, 0, 0.5, false);
  checkRange('signalInterval', options.signalInterval ?? 1000, 0, 2 ** 31 - 1, false);
  if (frames.maxAge !== undefined) checkRange('frames.maxAge', frames.maxAge, 0, 2 ** 31 - 1, false);
  if (frames.similar !== undefined)
    checkRange('frames.similar.distance', frames.similar.distance, 0, 32, true);
  const hysteresis = { ...DEFAULT_HYSTERESIS, ...options.hysteresis };
  checkRange('hysteresis.headroom', hysteresis.headroom, 0.01, 1, false);
  checkRange('hysteresis.hold_ms', hysteresis.hold_ms, 0, 2 ** 31 - 1, false);
  return {
    models,
    budget_ms: latencyBudget ?? Number.POSITIVE_INFINITY,
    deadline_ms: deadline ?? Number.POSITIVE_INFINITY,
    confidence: confidenceRule(options.confidence),
    signals: options.signals ?? machineSignals(),
    signalInterval: options.signalInterval ?? 1000,
    policy: options.policy ?? defaultPolicy,
    hysteresis,
    frames,
    exploreEvery: explore === 0 ? Number.POSITIVE_INFINITY : Math.round(1 / explore),
    parallel: Math.max(1, options.workers ?? availableParallelism()),
    maxInputBytes: options.maxInputBytes ?? 256 * MIB,
  };
}

function confidenceRule(given: number | ConfidenceRule | undefined): AdaptiveSettings['confidence'] {
  if (given === undefined) return undefined;
  const rule = typeof given === 'number' ? { threshold: given } : given;
  const { measure = 'max', leastChange = 0.02 } = rule;
  checkRange('confidence.threshold', rule.threshold, 0, 1, false);
  checkRange('confidence.leastChange', leastChange, 0, 1, false);
  if (!['max', 'margin', 'entropy'].includes(measure)) {
    throw usage(`confidence.measure is wrong (${measure}): expected max, margin or entropy`);
  }
  return { ...rule, measure, leastChange };
}
