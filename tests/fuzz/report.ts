/** A run as text: a table for people, and the record in docs/fuzzing.md. */
import { FINDING_KINDS } from './guest.js';
import type { FuzzReport } from './run.js';
import { neverReached, statusesOf } from './statuses.js';

const WORDS: Readonly<Record<(typeof FINDING_KINDS)[number], string>> = {
  trap: 'traps',
  hang: 'hangs',
  slow: 'too slow',
  memory: 'memory beyond the bound',
  write: 'writes outside',
  unstable: 'results that differ',
  status: 'statuses without sense',
  opinion: 'contradicted by another reader',
};

/** "traps 0, hangs 0, ...". */
export function countFindings(report: FuzzReport): string {
  return FINDING_KINDS.map(
    (kind) => `${WORDS[kind]} ${report.findings.filter((finding) => finding.kind === kind).length}`,
  ).join(', ');
}

const count = (value: number): string => value.toLocaleString('en');
const share = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

/** Header and rows of the table of targets. */
export function targetRows(report: FuzzReport): string[][] {
  return [
    ['target', 'inputs', 'accepted', 'statuses', 'most memory'],
    ...report.targets.map(({ target, inputs, accepted, statuses, peak }) => [
      target.name,
      count(inputs),
      share(accepted, inputs),
      target.statusFiles.length === 0
        ? ''
        : String([...statuses.keys()].filter((status) => status !== 0).length),
      `${count(Math.ceil(peak / 1024))} KiB`,
    ]),
  ];
}

/** How many statuses were reached, which were not, and which cannot be. */
export function statusLines(report: FuzzReport): string[] {
  const all = statusesOf(report);
  const open = all.filter(({ unreachable }) => unreachable === undefined);
  const missed = neverReached(report).map(({ name }) => name);
  const impossible = all.filter(({ unreachable, count: times }) => unreachable !== undefined && times === 0);
  return [
    `${open.length - missed.length} of ${open.length} statuses reached${missed.length === 0 ? '' : `; never: ${missed.join(', ')}`}`,
    ...impossible.map(({ name, unreachable }) => `${name} cannot be: ${unreachable}`),
  ];
}

/** The record of a run in Markdown. */
export function recordOf(
  report: FuzzReport,
  about: { commit: string; date: string; testFiles: boolean },
): string {
  const [header, ...rows] = targetRows(report);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `${about.date}, commit ${about.commit}, seed ${report.seed}, Node ${process.versions.node}, ${report.jobs} thread${report.jobs === 1 ? '' : 's'}, seeds made here${about.testFiles ? ' and small files of the conformance folders' : ''}:`,
    `**${count(report.inputs)} inputs in ${count(Math.round(report.seconds))} s (${count(Math.round(report.inputs / report.seconds))} a second): ${countFindings(report)}.**`,
    '',
    line(header ?? []),
    line((header ?? []).map(() => '---')),
    ...rows.map(line),
    '',
    ...statusLines(report).map((text) => `- ${text}.`),
  ].join('\n');
}
