/** Takes notes of one request, and makes the decision of them. */

import { bestOf } from './answers.js';
import type { Clock } from './clock.js';
import type { CloudAnswer } from './cloud/contract.js';
import {
  type CloudDecision,
  type Considered,
  type Decision,
  type EscalatedFrom,
  ms,
  type Reason,
  type ReasonCode,
} from './decision.js';
import type { StartReason } from './model_choice.js';
import type { ModelSlot } from './model_slot.js';
import type { Strain } from './policy.js';
import type { SignalValues } from './signals/board.js';

/** Notes of a request that is under way. */
export class Journal {
  model = '';
  budget_ms = Number.POSITIVE_INFINITY;
  confidence: number | undefined;
  /** Set when an escalation was left out as useless: a shadow run may check that. */
  suppressed: { confidence: number } | undefined;
  #cloud: CloudDecision | undefined;
  #considered: Considered[] = [];
  readonly #reasons: Reason[] = [];
  readonly #escalated: EscalatedFrom[] = [];
  readonly #clock: Clock;
  readonly #signals: SignalValues;
  readonly #strain: Strain;

  constructor(
    readonly began: number,
    clock: Clock,
    signals: SignalValues,
    strain: Strain,
  ) {
    this.#clock = clock;
    this.#signals = signals;
    this.#strain = strain;
  }

  /** Milliseconds that are left of the budget. */
  left(): number {
    return this.budget_ms - (this.#clock.now() - this.began);
  }

  add(code: ReasonCode, text: string): void {
    this.#reasons.push({ code, text });
  }

  consider(slots: readonly ModelSlot[], wait_ms: number): void {
    const left = this.left();
    this.#considered = slots.map(({ name, latency }) => {
      const estimate_ms = latency.summary();
      return { model: name, estimate_ms, wait_ms, fits: wait_ms + estimate_ms.p95 <= left };
    });
  }

  start(reason: StartReason, name: string, wait_ms: number, p95_ms: number): void {
    const needs = `${name}: p95 ${ms(p95_ms)}${wait_ms > 0 ? ` + wait ${ms(wait_ms)}` : ''}`;
    const budget = Number.isFinite(this.budget_ms) ? ms(this.budget_ms) : 'no limit';
    const texts: Readonly<Record<StartReason, string>> = {
      largest_within_budget: `${needs}, the largest model within ${budget}`,
      cheapest_cascade: `${needs}, on average the cheapest first model within ${budget}`,
      held: `${needs}; another one looks better, but not for long enough yet`,
      nothing_fits: `${needs} does not fit into ${budget}, and no smaller model does either`,
      busy: `${needs}, what the queue leaves of ${budget}`,
      request_deadline: `${needs}, what the deadline of this request leaves`,
      strain: `${name} is the smallest model`,
    };
    this.add(reason, texts[reason]);
  }

  ran(place: number, took_ms: number): void {
    const row = this.#considered[place];
    if (row !== undefined) row.took_ms = took_ms;
  }

  escalated(model: string, confidence: number | undefined, answer: string | undefined): void {
    this.#escalated.push({ model, confidence, answer });
  }

  /** Notes what the server said; gives its answer, if there is one. */
  cloud({ decision, answer, confidence }: CloudAnswer, local: string | undefined): object | undefined {
    this.#cloud = decision;
    if (answer === undefined) {
      this.add(`cloud_${decision.outcome}` as ReasonCode, decision.why);
      return undefined;
    }
    const best = bestOf(answer);
    this.add(
      best === local ? 'cloud_confirmed' : 'cloud_answered',
      best === local ? `the server says ${best} as well` : `${decision.why}: ${best} instead of ${local}`,
    );
    this.escalated(this.model, this.confidence, local);
    this.model = 'cloud';
    this.confidence = confidence;
    return answer;
  }

  decision(): Decision {
    return {
      model: this.model,
      reasons: this.#reasons,
      considered: this.#considered,
      ...(this.#escalated.length > 0 ? { escalated_from: this.#escalated } : {}),
      confidence: this.confidence,
      budget_ms: Number.isFinite(this.budget_ms) ? this.budget_ms : undefined,
      elapsed_ms: this.#clock.now() - this.began,
      strain: this.#strain,
      signals: this.#signals,
      ...(this.#cloud === undefined ? {} : { cloud: this.#cloud }),
    };
  }
}
