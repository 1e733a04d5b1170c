/** The suite's results for people: a table on a terminal, a page for docs. */
import type { CaseResult, SuiteResult } from './suite.js';

const MARKS: Readonly<Record<CaseResult['outcome'], string>> = {
  conforms: 'yes',
  deviates: 'known',
  fails: 'NO',
};

/** `36 of 40 conform, 4 known deviations, 0 failures` */
export function summary({ cases }: SuiteResult): string {
  const count = (outcome: CaseResult['outcome']) => cases.filter((item) => item.outcome === outcome).length;
  return `${count('conforms')} of ${cases.length} conform, ${count('deviates')} known deviations, ${count('fails')} failures`;
}

/** Rows of a table: outcome, case, what must be true; below a case that differs, what was printed. */
export function tableRows({ cases }: SuiteResult): string[][] {
  return cases.flatMap((item) => [
    [MARKS[item.outcome], item.name, item.says],
    ...(item.outcome === 'conforms' ? [] : [['', '', `printed: ${item.actual.join(' | ') || 'nothing'}`]]),
    ...(item.deviation === undefined
      ? []
      : [['', '', `${item.deviation.why} (${item.deviation.reference})`]]),
  ]);
}

const CELLS: Readonly<Record<CaseResult['outcome'], string>> = {
  conforms: '✓',
  deviates: '≠',
  fails: '✗',
};

/** docs/conformance.md: one table of all runtimes, then the deviations with their references. */
export function page(results: readonly SuiteResult[]): string {
  const rows = new Map<string, { says: string; cells: Map<string, CaseResult> }>();
  for (const { runtime, cases } of results) {
    for (const item of cases) {
      const row = rows.get(item.name) ?? { says: item.says, cells: new Map() };
      row.cells.set(runtime, item);
      rows.set(item.name, row);
    }
  }
  const names = results.map(({ runtime }) => runtime);
  const table = [
    `| case | what must be true | ${names.join(' | ')} |`,
    `|---|---|${names.map(() => ':-:').join('|')}|`,
    ...[...rows].map(([name, { says, cells }]) => {
      const marks = names.map((runtime) => {
        const item = cells.get(runtime);
        return item === undefined ? '' : CELLS[item.outcome];
      });
      return `| \`${name}\` | ${says} | ${marks.join(' | ')} |`;
    }),
  ];
  return `${[
    '# Conformance of WASI-NN hosts',
    '',
    'Written by `edge-infer conformance --write docs/conformance.md`. Each case is a guest of one behaviour',
    '(`tests/conformance`) and the lines that it must print. Portable cases run as core modules and, through the adapter of',
    '`edge-infer componentize`, as components; `wit_*` are components that call `wasi:nn` themselves.',
    '',
    "WasmEdge runs edge-infer's plug-in. Upstream's own plug-ins are not in the table: they take OpenVINO's, PyTorch's or TFLite's files,",
    'and the graphs of the suite are ONNX.',
    '',
    '✓ conforms, ≠ a known deviation, ✗ differs in a way that is not known, empty: does not concern the host.',
    '',
    ...results.map((result) => `- \`${result.runtime}\` ${result.version}: ${summary(result)}`),
    '',
    ...table,
    '',
    '## Deviations',
    '',
    ...deviationsOf(results),
  ].join('\n')}\n`;
}

/** Deviations of one reason are told once. */
function deviationsOf(results: readonly SuiteResult[]): string[] {
  const told = new Map<string, { runtime: string; reference: string; cases: CaseResult[] }>();
  for (const { runtime, cases } of results) {
    for (const item of cases) {
      if (item.deviation === undefined) continue;
      const key = `${runtime}\0${item.deviation.why}`;
      const entry = told.get(key) ?? { runtime, reference: item.deviation.reference, cases: [] };
      entry.cases.push(item);
      told.set(key, entry);
    }
  }
  if (told.size === 0) return ['None.'];
  return [...told].map(([key, { runtime, reference, cases }]) => {
    const why = key.slice(key.indexOf('\0') + 1);
    const prints = cases.map((item) => `\`${item.name}\` prints \`${item.actual.join(' / ')}\``);
    return `- **${runtime}**: ${why} (${reference}): ${prints.join(', ')}.`;
  });
}
