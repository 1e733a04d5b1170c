/** docs/benchmarks.md, as the benchmark writes it. */
import { type BenchRow, formatMs } from './case.js';
import type { BenchReport } from './report.js';
import { formatBytes, formatEqual, formatGoal, formatRatio } from './table.js';

/** Chapters by the first part of a case's id. */
const CHAPTERS: readonly (readonly [folder: string, title: string])[] = [
  ['classify', 'From JPEG bytes to an answer'],
  ['engine', 'The engine under load'],
  ['preprocess', 'Preprocessing'],
  ['decode', 'Decoding'],
  ['resize', 'Resizing'],
  ['vectors', 'Kernels over vectors'],
  ['text', 'Texts to ids'],
  ['runtimes', 'The same module in every runtime'],
  ['cold', 'Cold start'],
  ['memory', 'Memory'],
];

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Median, p95 and spread in one cell. */
function times(ms: number | null, p95: number | undefined, spread: readonly number[] | undefined): string {
  if (ms === null) return '-';
  const rest = [
    ...(p95 === undefined ? [] : [`p95 ${formatMs(p95)}`]),
    ...(spread === undefined ? [] : [spread.map(formatMs).join('..')]),
  ];
  return rest.length === 0 ? formatMs(ms) : `**${formatMs(ms)}** (${rest.join(', ')})`;
}

const amount = (
  ms: number | null,
  bytes: number | undefined,
  ...more: [number?, [number, number]?]
): string =>
  bytes === undefined
    ? times(ms, ...(more as [number | undefined, [number, number] | undefined]))
    : formatBytes(bytes);

function chapter(report: BenchReport, folder: string, title: string): string[] {
  const rows = report.rows.filter((row) => row.case.startsWith(`${folder}/`));
  if (rows.length === 0) return [];
  const ids = [...new Set(rows.map((row) => row.case))];
  return [
    `## ${title}`,
    ...ids.map((id) =>
      section(
        report,
        id,
        rows.filter((row) => row.case === id),
      ),
    ),
  ];
}

function section(report: BenchReport, id: string, rows: readonly BenchRow[]): string {
  const { title = id, per = '' } = report.cases.get(id) ?? {};
  const [first] = rows;
  const ours = amount(first?.ours_ms ?? null, first?.ours_bytes, first?.ours_p95, first?.ours_spread);
  const unit = first?.ours_bytes === undefined ? `, time ${per}` : '';
  const rounds = first?.rounds === undefined ? '' : ` ${first.rounds} rounds.`;
  const hash = first?.hash ? ` Output \`${first.hash.slice(0, 16)}\`.` : '';
  const profile = first?.profile === undefined ? '' : ` Where the time goes: ${first.profile}.`;
  const lines = rows.map((row) => [
    row.rival,
    amount(row.rival_ms, row.rival_bytes, row.rival_p95, row.rival_spread),
    formatRatio(row.ratio),
    formatGoal(row),
    formatEqual(row),
    row.note ?? '',
  ]);
  return [
    `### ${title}`,
    `\`${id}\`${unit}. ${first?.subject ?? ''}: ${ours}.${rounds}${hash}${profile}`,
    table(['rival', 'its median', 'ours is', 'goal', 'output', 'note'], lines),
  ].join('\n\n');
}

/** Rows that have a goal, in one table. */
function goals(report: BenchReport): string {
  const rows = report.rows.filter((row) => row.goal !== undefined);
  return table(
    ['what', 'ours', 'rival', 'its time', 'ratio', 'goal'],
    rows.map((row) => [
      report.cases.get(row.case)?.title ?? row.case,
      amount(row.ours_ms, row.ours_bytes),
      row.rival,
      amount(row.rival_ms, row.rival_bytes),
      formatRatio(row.ratio),
      formatGoal(row),
    ]),
  );
}

function missed(report: BenchReport): string[] {
  const rows = report.rows.filter((row) => row.goal_met === false);
  if (rows.length === 0) return ['## Goals missed', 'None.'];
  const lines = rows.map((row) => {
    const is = row.goal?.endsWith(' x') ? formatRatio(row.ratio) : amount(row.ours_ms, row.ours_bytes);
    const what = report.cases.get(row.case)?.title ?? row.case;
    const profile = row.profile === undefined ? '' : ` Where our time goes: ${row.profile}.`;
    return `- **${what}**, against ${row.rival}: ${is}, goal ${row.goal}. ${row.missed ?? 'Not looked into yet.'}${profile}`;
  });
  return ['## Goals missed', lines.join('\n')];
}

function notMeasured(report: BenchReport): string[] {
  const rows = report.rows.filter((row) => row.note?.includes('not measured') === true);
  if (rows.length === 0) return [];
  return ['## Not measured', rows.map((row) => `- \`${row.case}\`, ${row.rival}: ${row.note}.`).join('\n')];
}

/** The whole document; `sizes` is the chapter about bytes. */
export function benchmarksDocument(report: BenchReport, sizes: readonly string[]): string {
  const { cpu, cores, memory_gib, system } = report.machine;
  const [least, most] = [Math.min(...report.loads), Math.max(...report.loads)];
  const versions = [...report.versions].map(([name, version]) => `${name} ${version}`).sort();
  const parts = [
    '# Benchmarks',
    'Written by `npm run bench -- --write`, never by hand. All of it is one run on one machine; rivals are in it where they win.',
    [
      `- ${report.date}: ${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${memory_gib} GiB, ${system}; load average during the run ${least.toFixed(1)} to ${most.toFixed(1)}`,
      `- ${versions.join(', ')}`,
      ...(report.pictures === undefined ? [] : [`- pictures: ${report.pictures}`]),
    ].join('\n'),
    'How it is measured: every subject is a process of its own, with one thread and its caches off; the same input bytes for all; warm-up first, then rounds in which the subjects take turns. ' +
      'A stretch during which the operating system gave the core to another process is measured again, up to eight times (not so for whole processes). ' +
      'Times are medians over the rounds, with the 95th percentile and the interquartile range (first to third quartile). A ratio is our median divided by the rival’s: below 1 we are faster. ' +
      'Outputs are compared by SHA-256: "equal" is bit for bit, "not comparable" is a rival that computes something else by its nature, and the note says how far it is apart.',
    '![Ratios and goals](benchmarks.svg)',
    '## Goals',
    goals(report),
    ...missed(report),
    ...CHAPTERS.flatMap(([folder, title]) => chapter(report, folder, title)),
    ...notMeasured(report),
    ...sizes,
  ];
  return `${parts.join('\n\n')}\n`;
}
