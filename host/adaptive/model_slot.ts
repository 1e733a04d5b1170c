/** One of the models: its engine, and what was learned of it. */
import type { RequestOptions } from '../engine/batches.js';
import type { ImageSource } from '../engine/sources.js';
import type { Clock } from './clock.js';
import type { EscalationMemory } from './escalation_memory.js';
import { LatencyEstimate } from './latency_estimate.js';
import type { Candidate } from './model_choice.js';

/** What the adaptive engine needs of an engine. */
export interface AnswerEngine {
  /** Names of its functions that answer pictures. */
  readonly tasks: readonly string[];
  /** Answers one picture by the engine's function of this name; `wait`: for room in the queue. */
  answer(task: string, source: ImageSource, options: RequestOptions, wait: boolean): Promise<object>;
  close(options: { abort: boolean }): Promise<void>;
}

/** Weight of a new observation of how often a model is unsure. */
const UNSURE_WEIGHT = 1 / 64;
/** What a run that was given up counts as, in times of what it was given. */
const GIVEN_UP_FACTOR = 1.5;
/** Before anything is known. */
const UNSURE_PRIOR = 0.3;

/** A model's engine with the estimates that decisions are made of. */
export class ModelSlot {
  readonly latency = new LatencyEstimate();
  /** Undefined without a rule for confidence, and for the largest model. */
  readonly escalations: EscalationMemory | undefined;
  /** Requests that its engine has. */
  pending = 0;
  /** Answers that were given as such, those of shadow runs left out. */
  answered = 0;
  shadows = 0;
  /** When its latency was learned last. */
  learnedAt = Number.NEGATIVE_INFINITY;
  readonly #clock: Clock;
  #unsure = UNSURE_PRIOR;

  constructor(
    readonly name: string,
    readonly temperature: number,
    readonly engine: AnswerEngine,
    escalations: EscalationMemory | undefined,
    clock: Clock,
  ) {
    this.escalations = escalations;
    this.#clock = clock;
  }

  /** Share of answers that were not sure enough; 0 for the largest model. */
  get unsure(): number {
    return this.escalations === undefined ? 0 : this.#unsure;
  }

  candidate(): Candidate {
    return {
      name: this.name,
      mean_ms: this.latency.mean,
      p95_ms: this.latency.quantile(0.95),
      unsure: this.unsure,
    };
  }

  /**
   * Runs the model and learns how long it took.
   *
   * @param contended an instance is not free: then only the time inside the instance counts
   */
  async run(
    call: { task: string; source: ImageSource; options: RequestOptions; wait: boolean },
    contended: boolean,
  ): Promise<{ answer: object; took_ms: number }> {
    const began = this.#clock.now();
    this.pending++;
    try {
      const answer = await this.engine.answer(call.task, call.source, call.options, call.wait);
      const took_ms = this.#clock.now() - began;
      const service_ms = contended ? insideOf(answer) : took_ms;
      if (service_ms !== undefined && !('cached' in answer)) {
        this.learn(service_ms);
      }
      return { answer, took_ms };
    } finally {
      this.pending--;
    }
  }

  /** Learns from a run that took `ms`. */
  learn(ms: number): void {
    this.learnedAt = this.#clock.now();
    this.latency.add(ms, this.learnedAt);
  }

  /** Learns from a run that was given up after `ms`: it would have taken longer, how much is not known. */
  givenUp(ms: number): void {
    if (!Number.isFinite(ms)) return;
    this.learn(ms * GIVEN_UP_FACTOR);
  }

  learnUnsure(unsure: boolean): void {
    this.#unsure += ((unsure ? 1 : 0) - this.#unsure) * UNSURE_WEIGHT;
  }
}

/** Milliseconds inside the instance, where the answer tells them. */
function insideOf(answer: object): number | undefined {
  return 'latency_ms' in answer && typeof answer.latency_ms === 'number' ? answer.latency_ms : undefined;
}
