/** Which statuses a run has reached, by the names that the sources give them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import type { FuzzReport } from './run.js';

/** One status constant of assembly/. */
export interface StatusReport {
  readonly file: string;
  readonly name: string;
  readonly status: number;
  readonly count: number;
  /** Why no input can reach it, if that is so. */
  readonly unreachable?: string;
}

/** The status constants of a source file; 0 and success are none. */
function constantsOf(file: string): { name: string; status: number }[] {
  const source = readFileSync(join(CHECKOUT, file), 'utf8');
  return [...source.matchAll(/^export const (\w+): i32 = (\d+);/gm)]
    .map(([, name, status]) => ({ name: name!, status: Number(status) }))
    .filter(({ status, name }) => status !== 0 && !name.endsWith('_SIDE'));
}

/** Every status of the files that the run's targets are about, with how often it came. */
export function statusesOf(report: FuzzReport): StatusReport[] {
  const files = [...new Set(report.targets.flatMap(({ target }) => target.statusFiles))];
  const unreachable: Record<string, string> = {};
  for (const { target } of report.targets) Object.assign(unreachable, target.unreachable);
  return files.flatMap((file) =>
    constantsOf(file).map(({ name, status }) => {
      const count = report.targets
        .filter(({ target }) => target.statusFiles.length > 0)
        .reduce((sum, { statuses }) => sum + (statuses.get(status) ?? 0), 0);
      const why = unreachable[name];
      return { file, name, status, count, ...(why === undefined ? {} : { unreachable: why }) };
    }),
  );
}

/** Statuses that can be reached and were not. */
export const neverReached = (report: FuzzReport): StatusReport[] =>
  statusesOf(report).filter(({ count, unreachable }) => count === 0 && unreachable === undefined);
