/**
 * All tests: gets the runtimes and tools that are missing, runs the AssemblyScript and the node:test suites, and names at the
 * end whatever was skipped and why. `npm test -- PATTERN...` runs only the files whose path contains one of the patterns.
 *
 * Closing line: `N passed, N failed[, N skipped]`. Exit code 1 on any failure, and with CI=true on any skip.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { installRuntimes } from '../host/runtimes/install/index.js';
import { CHECKOUT, MACHINE_TOOLS } from './machine/paths.js';
import { backendsOfMachine, prepareTools } from './machine/tools.js';

interface Tally {
  passed: number;
  failed: string[];
  skipped: string[];
}

const inCI = process.env.CI === 'true';
const say = (line: string) => process.stdout.write(`${line}\n`);

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.js'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** The as-pect suites; its summary is read for the counts. */
async function runAssemblyTests(tally: Tally): Promise<void> {
  const asp = join(CHECKOUT, 'node_modules/@as-pect/cli/bin/asp.js');
  const child = spawn(process.execPath, [asp, '--summary', '--no-logo'], {
    cwd: CHECKOUT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as-pect colours its summary
  const plain = output.replace(/\x1b\[[0-9;]*m/g, '');
  const counts = /\[Tests\]: (\d+) \/ (\d+)/.exec(plain);
  const passed = Number(counts?.[1] ?? 0);
  const total = Number(counts?.[2] ?? 0);
  tally.passed += passed;
  if (code !== 0 || passed === 0 || passed < total) {
    tally.failed.push(`AssemblyScript suites: ${passed} of ${total} passed, exit code ${code}`);
  }
}

/** The node:test suites, one process a file, two at a time. */
async function runNodeTests(files: string[], tally: Tally): Promise<void> {
  const stream = run({ files, concurrency: 2, timeout: 30 * 60_000 });
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite') return;
    if (event.skip !== undefined && event.skip !== false) {
      tally.skipped.push(`${event.name}: ${event.skip === true ? 'no reason given' : event.skip}`);
    } else if (event.nesting > 0 || event.name !== event.file) tally.passed += 1;
  });
  stream.on('test:fail', (event) => {
    if (event.details.type === 'suite') return;
    tally.failed.push(
      `${event.name} (${event.file === undefined ? 'unknown file' : relative(CHECKOUT, event.file)})`,
    );
  });
  for await (const text of stream.compose(new spec())) process.stdout.write(text);
}

async function main(): Promise<number> {
  const patterns = process.argv.slice(2);
  const tally: Tally = { passed: 0, failed: [], skipped: [] };
  const unprepared: string[] = [];
  if (patterns.length === 0) {
    unprepared.push(...(await prepareTools(say)));
    try {
      await installRuntimes(['wasmtime', 'wasmedge', 'wasmedge-0.14'], {
        root: MACHINE_TOOLS,
        onProgress: say,
      });
    } catch (cause) {
      unprepared.push(`runtimes: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    await runAssemblyTests(tally);
  }
  const backends = backendsOfMachine();
  if (backends !== undefined) process.env.EDGE_INFER_BACKENDS ??= backends;
  const files = testFiles(join(CHECKOUT, 'dist/tests')).filter(
    (file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)),
  );
  await runNodeTests(files, tally);

  for (const line of unprepared) say(`could not be made ready: ${line}`);
  for (const line of tally.skipped) say(`skipped: ${line}`);
  for (const line of tally.failed) say(`failed: ${line}`);
  const refused = inCI ? tally.skipped.filter((line) => !line.includes(': optional: ')) : [];
  if (refused.length > 0) say('CI=true: a skipped test counts as a failure');
  const failures = tally.failed.length + refused.length;
  const skips = inCI || tally.skipped.length === 0 ? '' : `, ${tally.skipped.length} skipped`;
  say(`${tally.passed} passed, ${failures} failed${skips}`);
  return failures > 0 || tally.passed === 0 ? 1 : 0;
}

process.exitCode = await main();
