/** docs/overheads.md. */
import { LARGE, ROUNDS, SMALL } from './guest.js';
import type { Overheads } from './measure.js';

/** One runtime's line. */
export interface OverheadRow {
  readonly subject: string;
  readonly version: string;
  readonly overheads: Overheads;
  /** Copies of the input's bytes on the way from the guest to the library, and of the output's on the way back. */
  readonly copies: readonly [input: string, output: string];
}

/** Everything the page tells. */
export interface OverheadReport {
  readonly date: string;
  readonly machine: string;
  readonly rows: readonly OverheadRow[];
  /** Runtimes that are not here, with the reason. */
  readonly absent: readonly string[];
}

function time(ns: number | undefined): string {
  if (ns === undefined) return '';
  if (ns < 1000) return `${Math.round(ns)} ns`;
  if (ns < 1_000_000) return `${(ns / 1000).toFixed(ns < 10_000 ? 2 : 1)} us`;
  return `${(ns / 1_000_000).toFixed(2)} ms`;
}

/** Faster than any memory: nothing was moved. */
const VIEW_RATE = 500;

function rate(ns: number | undefined): string {
  if (ns === undefined) return '';
  const gigabytes = (LARGE * 4) / ns;
  return gigabytes > VIEW_RATE ? `a view, ${time(ns)}` : `${gigabytes.toFixed(1)} GB/s`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]) => [
  `| ${head.join(' | ')} |`,
  `|${head.map((_, i) => (i === 0 ? '---' : '--:')).join('|')}|`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

/** Set, compute and get together. */
export const inference = ({ overheads }: OverheadRow): number =>
  ['set_input_small', 'compute_small', 'get_output_small'].reduce(
    (sum, name) => sum + (overheads.get(name) ?? Number.NaN),
    0,
  );

export function overheadsDocument({ date, machine, rows, absent }: OverheadReport): string {
  const calls = rows.map((row) => {
    const { subject, overheads } = row;
    const names = [
      'load_by_name',
      'init_execution_context',
      'set_input_small',
      'compute_small',
      'get_output_small',
    ];
    return [subject, ...names.map((name) => time(overheads.get(name))), time(inference(row))];
  });
  const bytes = rows.map(({ subject, overheads, copies: [input, output] }) => [
    ...[subject, input, output],
    ...['set_input_large', 'get_output_large'].map((name) => rate(overheads.get(name))),
    time(overheads.get('compute_large')),
  ]);
  return `${[
    '# What a call of WASI-NN costs',
    '',
    'Written by `npm run overheads -- --write`, never by hand. One run on one machine.',
    '',
    `- ${date}: ${machine}`,
    ...rows.map(({ subject, version }) => `- ${subject}: ${version}`),
    ...absent.map((line) => `- not here: ${line}`),
    '',
    'How it is measured: one guest of a few hundred bytes, the same for all, reads the monotonic clock by itself around a',
    `thousand equal calls (${(SMALL * 4) / 1024} KiB of f32; twenty for a context, one for a graph that is loaded already, two for ${(LARGE * 4) / 2 ** 20} MiB). The graph is`,
    `an identity of one free dimension. Numbers are medians of the last two thirds of ${ROUNDS} rounds. Components are that same guest`,
    'through `edge-infer componentize`: their numbers include the adapter. Wasmtime and WasmEdge run code that was compiled ahead of time.',
    '"Nothing" is the Node host over a library that computes nothing: what an inference costs apart from the model and the library.',
    '',
    '## Calls',
    '',
    ...table(
      [
        'runtime',
        'load_by_name',
        'init context',
        'set_input 1 KiB',
        'compute',
        'get_output 1 KiB',
        'the three together',
      ],
      calls,
    ),
    '',
    '## Bytes',
    '',
    'Copies of all bytes of a tensor between the guest and the library, and how fast 4 MiB go. The Node host counts its copies',
    '(`nn.stats()`), an adapter makes one more each way; those of the others are read from their sources.',
    '',
    ...table(
      ['runtime', 'copies in', 'copies out', 'set_input 4 MiB', 'get_output 4 MiB', 'compute 4 MiB'],
      bytes,
    ),
    '',
    'A view is not a transfer: `set_input` notes where the tensor lies, and the library reads it there at `compute`.',
  ].join('\n')}\n`;
}
