/** What one run of the benchmark has found. */
import type { BenchRow } from './case.js';

export interface BenchReport {
  /** Day of the run, YYYY-MM-DD. */
  date: string;
  machine: { cpu: string; cores: number; memory_gib: number; system: string };
  /** Load averages of one minute: before the first case and after each. */
  loads: readonly number[];
  versions: ReadonlyMap<string, string>;
  /** Where the pictures come from; undefined when no case needed any. */
  pictures: string | undefined;
  /** Titles of the cases by id, and what their milliseconds are of. */
  cases: ReadonlyMap<string, { title: string; per: string }>;
  rows: readonly BenchRow[];
}

/** Rows with a ratio, the goal's place on the same scale beside it. */
export function goalRatio(row: BenchRow): number | undefined {
  const [, value, unit] = /^<= ([\d.]+) (x|ms|us|MiB)$/.exec(row.goal ?? '') ?? [];
  if (value === undefined) return undefined;
  if (unit === 'x') return Number(value);
  if (unit === 'MiB')
    return row.rival_bytes === undefined ? undefined : (Number(value) * 2 ** 20) / row.rival_bytes;
  const ms = Number(value) / (unit === 'us' ? 1000 : 1);
  return row.rival_ms === null ? undefined : ms / row.rival_ms;
}
