/** Runs the suite against one runtime: each guest in a process or instance of its own. */
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EdgeInferError, EXIT } from '../errors.js';
import { packageFile } from '../paths.js';
import type { GraphByName, Runtime, RuntimeName } from '../runtimes/runtime.js';
import { CASES, type ConformanceCase } from './cases.js';
import { type Deviation, knownDeviation } from './deviations.js';
import { type HostName, requireHost } from './hosts.js';
import { writeModels } from './models.js';

/** How a host did in one case. */
export interface CaseResult {
  readonly name: string;
  readonly says: string;
  /** `deviates`: not as expected, in the way that is known of this host. */
  readonly outcome: 'conforms' | 'deviates' | 'fails';
  readonly expected: readonly string[];
  readonly actual: readonly string[];
  readonly deviation?: Deviation;
}

/** How a host did in all cases that concern it. */
export interface SuiteResult {
  readonly runtime: HostName;
  readonly version: string;
  readonly cases: readonly CaseResult[];
}

/** Longest that one guest may run. */
const CASE_MS = 120_000;

function concerns(item: ConformanceCase, runtime: RuntimeName): boolean {
  if (item.kind === 'portable') return true;
  return (item.kind === 'typed') === runtime.endsWith('-component');
}

function guestFile(name: string, runtime: RuntimeName): string {
  const form = runtime.endsWith('-component') ? 'component' : 'core';
  const file = packageFile('dist', 'conformance', form, `${name}.wasm`);
  if (existsSync(file)) return file;
  throw new EdgeInferError({
    code: 'NOT_BUILT',
    message: `the guests of the suite are missing (${file})`,
    hint: 'run npm run build',
    exitCode: EXIT.runtime,
  });
}

/**
 * Runs every case that concerns a runtime, one after the other.
 *
 * @param options.only names that contain this
 * @param options.onCase hears each result
 * @throws EdgeInferError `RUNTIME_MISSING`, `NOT_BUILT`
 */
export async function runSuite(
  name: string,
  options: { only?: string; signal?: AbortSignal; onCase?: (result: CaseResult) => void } = {},
): Promise<SuiteResult> {
  const runtime = requireHost(name);
  const folder = mkdtempSync(path.join(tmpdir(), 'edge-infer-conformance-'));
  try {
    const graphs = writeModels(folder);
    const cases: CaseResult[] = [];
    for (const item of CASES) {
      if (!concerns(item, runtime.name)) continue;
      if (options.only !== undefined && !item.name.includes(options.only)) continue;
      options.signal?.throwIfAborted();
      const result = await runCase(item, runtime, folder, graphs, options.signal);
      options.onCase?.(result);
      cases.push(result);
    }
    return { runtime: name as HostName, version: runtime.available().version ?? '', cases };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runCase(
  item: ConformanceCase,
  runtime: Runtime,
  folder: string,
  graphs: readonly GraphByName[],
  signal: AbortSignal | undefined,
): Promise<CaseResult> {
  const actual = await linesOf(item, runtime, folder, graphs, signal);
  const { name, says, expected } = item;
  const result = { name, says, expected, actual };
  if (actual.join('\n') === expected.join('\n')) return { ...result, outcome: 'conforms' };
  const deviation = knownDeviation(runtime.name, name, actual);
  return deviation === undefined
    ? { ...result, outcome: 'fails' }
    : { ...result, outcome: 'deviates', deviation };
}

/** What the guest printed; a last line tells of an end that is not a good one. */
async function linesOf(
  item: ConformanceCase,
  runtime: Runtime,
  folder: string,
  graphs: readonly GraphByName[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const module = guestFile(item.name, runtime.name);
  const output = path.join(folder, 'output.txt');
  const descriptor = openSync(output, 'w');
  const nothing = openSync(process.platform === 'win32' ? 'NUL' : '/dev/null', 'r+');
  let end = '';
  try {
    const limit = AbortSignal.timeout(CASE_MS);
    const { exitCode } = await runtime.run({
      module,
      args: [],
      preopens: [{ host: folder, guest: '.' }],
      graphs,
      inputs: 'copy',
      stdin: nothing,
      stdout: descriptor,
      stderr: nothing,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    if (exitCode !== 0) end = 'the guest was stopped';
  } catch (thrown) {
    signal?.throwIfAborted();
    if (!(thrown instanceof EdgeInferError)) throw thrown;
    end = thrown.code === 'IMPORT_UNKNOWN' ? 'does not link' : 'the guest was stopped';
  } finally {
    closeSync(descriptor);
    closeSync(nothing);
  }
  // WasmEdge logs to standard output.
  const lines = readFileSync(output, 'utf8')
    .split('\n')
    .slice(0, -1)
    .filter((line) => !/^\[\d{4}-\d\d-\d\d [\d:.]+\] \[\w+\] /.test(line));
  return end === '' ? lines : [...lines, end];
}
