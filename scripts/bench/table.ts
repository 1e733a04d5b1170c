/** Rows as people read them. */
import { type BenchRow, formatMs } from './case.js';

export const formatBytes = (bytes: number): string =>
  bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(2)} MiB` : `${(bytes / 1024).toFixed(1)} KiB`;

const amount = (ms: number | null, bytes: number | undefined): string =>
  bytes === undefined ? (ms === null ? '-' : formatMs(ms)) : formatBytes(bytes);

/** A ratio with two digits after the point, or two figures when it is small. */
export const formatRatio = (ratio: number | null): string =>
  ratio === null ? '-' : `${ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2)} x`;

/** Whether outputs are equal, or why there is nothing to compare. */
export const formatEqual = ({ hash_equal, rival_hash }: BenchRow): string => {
  if (hash_equal !== null) return hash_equal ? 'equal' : 'DIFFERS';
  return rival_hash === undefined ? '-' : 'not comparable';
};

/** The goal, and whether it is met. */
export const formatGoal = ({ goal, goal_met }: BenchRow): string => {
  if (goal === undefined) return '';
  return `${goal}${goal_met === null ? '' : goal_met ? ': met' : ': MISSED'}`;
};

/** A table for a terminal. */
export function textTable(rows: readonly BenchRow[]): string {
  const lines = [
    ['case', 'ours', 'rival', '', 'ratio', 'output', 'goal', 'note'],
    ...rows.map((row) => [
      row.case,
      amount(row.ours_ms, row.ours_bytes),
      amount(row.rival_ms, row.rival_bytes),
      row.rival,
      formatRatio(row.ratio),
      formatEqual(row),
      formatGoal(row),
      row.note ?? '',
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  return lines
    .map((line) => line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}
