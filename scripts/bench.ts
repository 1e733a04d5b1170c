/**
 * The benchmark: ours against rivals in alternating rounds, one thread, with hashes of what was computed.
 *
 *     npm run bench [-- --json] [--only PATTERN] [--rounds N] [--write] [--list]
 *
 * Progress goes to standard error; rows to standard output, with --json as one JSON object a row and nothing else.
 */
import { EdgeInferError, EXIT, formatErrorText, toEdgeInferError } from '../host/errors.js';
import type { BenchCase, BenchRow } from './bench/case.js';
import { CASES } from './bench/cases/index.js';
import { BenchMachine } from './bench/machine.js';
import { measureCase } from './bench/measure.js';
import { parseBenchOptions } from './bench/options.js';
import { textTable } from './bench/table.js';

const say = (line: string) => process.stderr.write(`bench: ${line}\n`);

function chosen(only: string | undefined): BenchCase[] {
  const cases = CASES.filter(({ id }) => only === undefined || id.includes(only));
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
  for (const [i, item] of cases.entries()) {
    say(`${i + 1}/${cases.length} ${item.id}: ${item.title}`);
    const made = 'rows' in item ? await item.rows(machine) : await measureCase(item, machine, options.rounds);
    rows.push(...made);
    if (options.json) for (const row of made) process.stdout.write(`${JSON.stringify(row)}\n`);
  }
  if (!options.json) process.stdout.write(`${textTable(rows)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  const error = toEdgeInferError(thrown);
  process.stderr.write(`${formatErrorText(error)}\n`);
  if (process.env.EDGE_INFER_DEBUG === '1') console.error(thrown);
  process.exitCode = error.exitCode;
}
