/**
 * The benchmark: ours against rivals in alternating rounds, one thread, with hashes of what was computed.
 *
 *     npm run bench [-- --json] [--only PATTERN] [--rounds N] [--write] [--list]
 *
 * Progress goes to standard error; rows to standard output, with --json as one JSON object a row and nothing else.
 */
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { EdgeInferError, EXIT, formatErrorText, toEdgeInferError } from '../host/errors.js';
import type { BenchCase, BenchRow } from './bench/case.js';
import { CASES } from './bench/cases/index.js';
import { chart } from './bench/chart.js';
import { benchmarksDocument } from './bench/document.js';
import { BenchMachine } from './bench/machine.js';
import { measureCase } from './bench/measure.js';
import { parseBenchOptions } from './bench/options.js';
import type { BenchReport } from './bench/report.js';
import { sizesChapter } from './bench/sizes.js';
import { textTable } from './bench/table.js';
import { CHECKOUT } from './machine/paths.js';

const say = (line: string) => process.stderr.write(`bench: ${line}\n`);

function chosen(only: string | undefined): BenchCase[] {
  const cases = CASES.filter(
    ({ id }) => only === undefined || only.split(',').some((part) => id.includes(part)),
  );
  if (cases.length > 0) return cases;
  throw new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `no case has "${only}" in its name`,
    hint: 'see npm run bench -- --list',
    exitCode: EXIT.usage,
  });
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseBenchOptions(args);
  const cases = chosen(options.only);
  if (options.list) {
    for (const { id, title } of cases) process.stdout.write(`${id}\t${title}\n`);
    return;
  }
  const machine = new BenchMachine(say);
  const rows: BenchRow[] = [];
  const loads = [loadavg()[0] ?? 0];
  for (const [i, item] of cases.entries()) {
    say(`${i + 1}/${cases.length} ${item.id}: ${item.title}`);
    const made = 'rows' in item ? await item.rows(machine) : await measureCase(item, machine, options.rounds);
    rows.push(...made);
    loads.push(loadavg()[0] ?? 0);
    if (options.json) for (const row of made) process.stdout.write(`${JSON.stringify(row)}\n`);
  }
  if (!options.json) process.stdout.write(`${textTable(rows)}\n`);
  if (!options.write) return;
  const report: BenchReport = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine.describe(),
    loads,
    versions: machine.versions,
    pictures: (await machine.pictures()).source,
    cases: new Map(cases.map(({ id, title, per }) => [id, { title, per }])),
    rows,
  };
  writeFileSync(join(CHECKOUT, 'docs/benchmarks.md'), benchmarksDocument(report, sizesChapter()));
  writeFileSync(join(CHECKOUT, 'docs/benchmarks.svg'), chart(report));
  say('wrote docs/benchmarks.md and docs/benchmarks.svg');
}

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  const error = toEdgeInferError(thrown);
  process.stderr.write(`${formatErrorText(error)}\n`);
  if (process.env.EDGE_INFER_DEBUG === '1') console.error(thrown);
  process.exitCode = error.exitCode;
}
