/** `edge-infer conformance`: how WASI-NN hosts behave, case by case. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { hostAvailability, hostNames } from '../conformance/hosts.js';
import { page, summary, tableRows } from '../conformance/report.js';
import { runSuite, type SuiteResult } from '../conformance/suite.js';
import { EXIT } from '../errors.js';
import { note, print, table } from './output.js';

interface ConformanceOptions {
  runtime?: string[];
  only?: string;
  json?: true;
  write?: string;
}

/** Adds the command to the program. `done` gets the exit code. */
export function addConformance(program: Command, done: (exitCode: number) => void): void {
  program
    .command('conformance')
    .description('try how WASI-NN hosts behave, case by case')
    .option(
      '--runtime <NAME>',
      'a runtime or wasmedge-0.14, again for more (default: all that are installed)',
      (value: string, all: string[] = []) => [...all, value],
    )
    .option('--only <TEXT>', 'cases whose name contains this')
    .option('--json', 'one JSON object a runtime')
    .option('--write <FILE>', 'write the page of all results (docs/conformance.md)')
    .addHelpText(
      'after',
      `
Exit code 0 when every case conforms or deviates in a way that is known of the host, else 5.

Example:
  $ edge-infer conformance --runtime wasmtime --only pointer`,
    )
    .action(async (options: ConformanceOptions) => done(await run(options)));
}

async function run(options: ConformanceOptions): Promise<number> {
  const names =
    options.runtime ??
    hostNames().filter((name) => {
      const { ok, why } = hostAvailability(name);
      if (!ok) note(`left out: ${name} (${why})`);
      return ok;
    });
  const results: SuiteResult[] = [];
  for (const name of names) {
    let count = 0;
    const result = await runSuite(name, {
      ...(options.only === undefined ? {} : { only: options.only }),
      onCase: (item) => {
        count++;
        if (process.stderr.isTTY) process.stderr.write(`\r${name}: ${count} ${item.name}\u001b[K`);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    results.push(result);
    if (options.json) print(JSON.stringify(result));
    else show(result);
  }
  if (options.write !== undefined) writeFileSync(options.write, page(results));
  const failed = results.some(({ cases }) => cases.some(({ outcome }) => outcome === 'fails'));
  return failed ? EXIT.runtime : EXIT.ok;
}

function show(result: SuiteResult): void {
  print(`${result.runtime} ${result.version}`);
  for (const line of table(tableRows(result))) print(`  ${line}`);
  print(summary(result));
}
