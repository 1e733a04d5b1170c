/** How the command line writes: plain lines, one error shape, and no complaint when the reader goes away. */
import { writeSync } from 'node:fs';
import { type EdgeInferError, formatErrorJson, formatErrorText, toEdgeInferError } from '../errors.js';

/** Writes all of `text` to a descriptor at once; a reader that has gone away ends the process quietly. */
export function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  let done = 0;
  while (done < bytes.byteLength) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EAGAIN') continue;
      if (code === 'EPIPE') process.exit(0);
      throw error;
    }
  }
}

/** A line on standard output. */
export function print(line: string): void {
  writeAll(1, `${line}\n`);
}

/** A line on standard error. */
export function note(line: string): void {
  writeAll(2, `${line}\n`);
}

/** True when the user wants to see stacks: `--debug` or EDGE_INFER_DEBUG=1. */
export function debugging(): boolean {
  const end = process.argv.indexOf('--');
  const own = end < 0 ? process.argv : process.argv.slice(0, end);
  return own.includes('--debug') || process.env.EDGE_INFER_DEBUG === '1';
}

/** Prints an error in its text form (standard error) or its JSON form (standard output); gives the exit code. */
export function reportError(thrown: unknown, json: boolean): number {
  const error: EdgeInferError = toEdgeInferError(thrown);
  if (json) print(formatErrorJson(error));
  else note(formatErrorText(error));
  if (debugging()) {
    for (let at: unknown = error; at instanceof Error; at = at.cause) note(at.stack ?? String(at));
  }
  return error.exitCode;
}

/** Columns of text, each as wide as its widest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
