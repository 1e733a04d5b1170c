/**
 * Feeds hostile bytes to everything that reads foreign ones (docs/fuzzing.md):
 *
 *     npm run fuzz -- [--target jpeg,png,...] [--seconds N | --inputs N] [--seed S] [--jobs N] [--findings DIR]
 *     npm run fuzz -- --target jpeg --seed S --only INDEX     makes one input again and looks at it
 *     npm run fuzz -- --target jpeg --file FILE               looks at a file
 *     npm run fuzz -- --inputs 10000000 --record              writes what came of it into docs/fuzzing.md
 *
 * Exit code 1 when something was found.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../host/cli/output.js';
import { InputMaker } from '../tests/fuzz/inputs.js';
import { countFindings, recordOf, statusLines, targetRows } from '../tests/fuzz/report.js';
import { type FuzzReport, fuzz } from '../tests/fuzz/run.js';
import { fuzzOne } from '../tests/fuzz/single.js';
import { targetsOf } from '../tests/fuzz/targets/index.js';
import { CHECKOUT, sharedData } from './machine/paths.js';

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    seconds: { type: 'string' },
    inputs: { type: 'string' },
    seed: { type: 'string' },
    jobs: { type: 'string' },
    findings: { type: 'string' },
    only: { type: 'string' },
    file: { type: 'string' },
    record: { type: 'boolean' },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
const names = values.target === undefined ? [] : values.target.split(',');
const seed = wholeNumber('seed', values.seed) ?? Math.floor(Date.now() / 1000) % 1_000_000;
const folder = values.findings ?? join(CHECKOUT, 'dist/fuzz');

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new Error(`--${name} must be a whole number, not ${text}`);
}

/** One file of one target; true when it is no finding. */
async function lookAt(file: Uint8Array): Promise<boolean> {
  const [name = ''] = names;
  if (names.length !== 1) throw new Error('--only and --file need one --target');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-looked-at.bin`);
  writeFileSync(path, file);
  say(`${file.length} bytes, written to ${path}`);
  const result = await fuzzOne(name, file);
  if ('what' in result) {
    say(`finding: ${result.what}`);
    return false;
  }
  const { status, width, height, peak } = result;
  say(`status ${status}, ${width} x ${height}, ${peak} bytes of the arena`);
  return true;
}

function writeRecord(report: FuzzReport): void {
  const file = join(CHECKOUT, 'docs/fuzzing.md');
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: CHECKOUT,
    encoding: 'utf8',
  }).trim();
  const about = {
    commit,
    date: new Date().toISOString().slice(0, 10),
    testFiles: sharedData() !== undefined,
  };
  const record = recordOf(report, about);
  const before = readFileSync(file, 'utf8');
  const after = before.replace(/(<!-- fuzz:begin -->\n)[\s\S]*?(\n<!-- fuzz:end -->)/, `$1${record}$2`);
  if (!after.includes(record)) throw new Error(`${file} has no markers for the record`);
  writeFileSync(file, after);
}

async function main(): Promise<boolean> {
  if (values.file !== undefined) return lookAt(readFileSync(values.file));
  const only = wholeNumber('only', values.only);
  if (only !== undefined) {
    const [target] = targetsOf(names);
    return lookAt(new InputMaker(target!, seed).make(only));
  }
  const inputs = wholeNumber('inputs', values.inputs);
  const seconds = wholeNumber('seconds', values.seconds) ?? (inputs === undefined ? 60 : undefined);
  const report = await fuzz({
    targets: names,
    seed,
    jobs: wholeNumber('jobs', values.jobs) ?? 1,
    findings: folder,
    ...(inputs === undefined ? {} : { inputs }),
    ...(seconds === undefined ? {} : { seconds }),
    onProgress: (done, elapsed, found) =>
      process.stderr.write(`${done} inputs, ${Math.round(done / elapsed)} a second, ${found} findings\n`),
  });
  for (const line of table(targetRows(report))) say(line);
  for (const line of statusLines(report)) say(line);
  say(`seed ${seed}, ${report.inputs} inputs in ${report.seconds.toFixed(1)} s: ${countFindings(report)}`);
  for (const { target, index, what, path } of report.findings) say(`${target} ${index}: ${what} (${path})`);
  if (values.record === true) writeRecord(report);
  return report.findings.length === 0;
}

process.exitCode = (await main()) ? 0 : 1;
