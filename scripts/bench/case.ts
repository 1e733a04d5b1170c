/** What a case of the benchmark is, and the rows that it gives. */
import type { Measurable } from '../../host/bench/rounds.js';
import type { BenchMachine } from './machine.js';

/** Something that is measured: ours, or a rival. */
export interface Subject extends Measurable {
  /** Runs until compilers and caches have settled. */
  warm(): Promise<void>;
  /** The bytes that it computes, from one run more. */
  output(): Promise<Uint8Array>;
  /** Where its time went in the last run, in words; absent: it does not know. */
  profile?(): string;
  close(): Promise<void>;
}

/** How a subject is had. */
export interface SubjectSpec {
  /** As the tables call it: `edge-infer`, `Pillow (Python)`. */
  name: string;
  /** Starts it. What cannot be had throws {@link NotHad}. */
  open(machine: BenchMachine): Promise<Subject>;
}

/** Why a subject cannot be measured on this machine. */
export class NotHad extends Error {}

/** At most this many times the rival, or this many milliseconds. */
export type Goal = { ratio: number } | { ms: number };

/** A rival, and what is asked of us beside it. */
export interface Rival extends SubjectSpec {
  goal?: Goal;
  /** Why its output cannot be ours bit for bit, and what is told of the difference; absent: it must be equal. */
  differs?: { why: string; compare?: (ours: Uint8Array, theirs: Uint8Array) => string };
  /** Where the time goes and what would be needed, printed when the goal is missed. */
  missed?: string;
}

/** One case: ours against rivals in rounds that alternate. */
export interface TimedCase {
  /** `folder/name`; what --only looks into. */
  id: string;
  title: string;
  /** What the milliseconds are of: `a picture`, `a call`, `a process`. */
  per: string;
  ours: SubjectSpec;
  rivals: readonly Rival[];
  /** Counted rounds unless the command line says otherwise. Default 21. */
  rounds?: number;
}

/** A case that is not about time: it gives its rows itself. */
export interface OtherCase {
  id: string;
  title: string;
  per: string;
  rows(machine: BenchMachine): Promise<BenchRow[]>;
}

export type BenchCase = TimedCase | OtherCase;

/** A row as `--json` prints it: the first eight members in this order, then what is known beyond. */
export interface BenchRow {
  case: string;
  subject: string;
  rival: string;
  ours_ms: number | null;
  rival_ms: number | null;
  ratio: number | null;
  /** SHA-256 of our output; empty when there was none. */
  hash: string;
  /** Whether the rival's output is ours bit for bit; null where it cannot be by its nature. */
  hash_equal: boolean | null;
  rival_hash?: string;
  ours_p95?: number;
  /** Interquartile range. */
  ours_spread?: [number, number];
  rival_p95?: number;
  rival_spread?: [number, number];
  rounds?: number;
  /** `<= 1.7 x`, `<= 3 us`. */
  goal?: string;
  goal_met?: boolean | null;
  note?: string;
  /** Where our time goes. */
  profile?: string;
  /** Only where the goal is missed: why, and what would be needed. */
  missed?: string;
  /** Cases that are not about time. */
  ours_bytes?: number;
  rival_bytes?: number;
}

/** A duration in the unit that fits it. */
export function formatMs(ms: number): string {
  const digits = (value: number) => value.toPrecision(3).replace(/\.?0+$/, '');
  if (ms >= 100) return `${Math.round(ms)} ms`;
  if (ms >= 0.1) return `${digits(ms)} ms`;
  return `${digits(ms * 1000)} us`;
}

export const goalText = (goal: Goal): string =>
  'ratio' in goal ? `<= ${goal.ratio} x` : `<= ${formatMs(goal.ms)}`;
