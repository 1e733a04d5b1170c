/** What an answer says of how it came to be. */
import type { LatencySummary } from './latency_estimate.js';
import type { StartReason } from './model_choice.js';
import type { Strain } from './policy.js';
import type { SignalValues } from './signals/board.js';

/** Why something was done or left out; `text` says it with the numbers. */
export interface Reason {
  code: ReasonCode;
  text: string;
}

/** Codes of {@link Reason}: stable. */
export type ReasonCode =
  | StartReason
  | 'strained'
  | 'confident'
  | 'unsure'
  | 'confidence_unknown'
  | 'largest_reached'
  | 'no_time_to_escalate'
  | 'escalation_useless'
  | 'escalation_failed'
  | 'cloud_answered'
  | 'cloud_confirmed'
  | 'cloud_not_asked'
  | 'cloud_unavailable'
  | 'cloud_failed'
  | 'frame_carried_over';

/** A model that could have answered. */
export interface Considered {
  model: string;
  /** What was known of its latency before this request, and the wait for a free instance. */
  estimate_ms: LatencySummary;
  wait_ms: number;
  /** Whether wait and p95 fitted into the budget. */
  fits: boolean;
  /** Milliseconds that it took for this request; undefined: it was not run. */
  took_ms?: number;
}

/** An answer that was not sure enough. */
export interface EscalatedFrom {
  model: string;
  /** Undefined without a rule for it. */
  confidence: number | undefined;
  /** Its best label, or class number; undefined for answers without predictions. */
  answer: string | undefined;
}

/** A frame that was not computed. */
export interface SkippedFrame {
  /** Number of the frame whose answer this is, counted from 0, and of this one. */
  carried_from: number;
  frame: number;
  why: 'age' | 'similar';
  /** How old the frame was when its turn came. */
  age_ms: number;
  /** Of similar frames: in how many of 64 bits the hashes differ. */
  distance?: number;
}

/** What was sent to a server, or why not. */
export interface CloudDecision {
  url: string;
  model: string;
  outcome: 'answered' | 'not_asked' | 'unavailable' | 'failed';
  /** Why, in one clause. */
  why: string;
  sent?: 'tensor' | 'picture' | 'features';
  /** SHA-256 of the bytes of the tensor, picture or features that were sent. */
  sent_sha256?: string;
  bytes?: number;
  /** Whether the binary tensor extension was used. */
  binary?: boolean;
  attempts?: number;
  took_ms?: number;
  /** What each way was expected to take. */
  estimates_ms?: Partial<Record<'tensor' | 'picture' | 'features' | 'local_tail', number>>;
  /** What compression did to the features. */
  compression?: { precision: 'f32' | 'f16' | 'u8'; max_abs_error: number; rms_error: number };
}

/** How an answer came to be. */
export interface Decision {
  /** Name of the model whose answer this is, `cloud` for the server's. */
  model: string;
  /** In the order in which they mattered; never empty. */
  reasons: Reason[];
  considered: Considered[];
  /** Answers that were not taken, the first one first; absent when there are none. */
  escalated_from?: EscalatedFrom[];
  /** Of the answer; undefined without a rule for it. */
  confidence: number | undefined;
  /** Milliseconds that the request had; undefined: no limit. */
  budget_ms: number | undefined;
  elapsed_ms: number;
  strain: Strain;
  /** Latest values; absent sensors are not there. */
  signals: SignalValues;
  cloud?: CloudDecision;
  skipped_frame?: SkippedFrame;
}

/** An answer with how it came to be. */
export type Decided<Answer> = Answer & { decision: Decision };

/**
 * A decision for people, one line a step.
 *
 * @example
 * console.log(explain(answer.decision).join('\n'));
 */
export function explain(decision: Decision): string[] {
  const budget = decision.budget_ms === undefined ? 'no budget' : `budget ${ms(decision.budget_ms)}`;
  const lines = [`${decision.model} answered in ${ms(decision.elapsed_ms)} (${budget})`];
  for (const { code, text } of decision.reasons) lines.push(`  ${code}: ${text}`);
  for (const { model, estimate_ms, wait_ms, fits, took_ms } of decision.considered) {
    const known = estimate_ms.count === 0 ? 'not measured yet' : `p95 ${ms(estimate_ms.p95)}`;
    const wait = wait_ms > 0 ? ` + wait ${ms(wait_ms)}` : '';
    const ran = took_ms === undefined ? '' : `, took ${ms(took_ms)}`;
    lines.push(`  considered ${model}: ${known}${wait}, ${fits ? 'fits' : 'does not fit'}${ran}`);
  }
  const signals = Object.entries(decision.signals).map(([name, value]) => `${name} ${+value.toFixed(3)}`);
  if (signals.length > 0) lines.push(`  signals: ${signals.join(', ')}; ${decision.strain}`);
  return lines;
}

/** Milliseconds for people. */
export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
