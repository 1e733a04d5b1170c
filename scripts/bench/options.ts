/** `npm run bench -- [--json] [--only PATTERN] [--rounds N] [--write]`. */
import { parseArgs } from 'node:util';
import { EdgeInferError, EXIT, messageOf } from '../../host/errors.js';

/** What one run of the benchmark is asked for. */
export interface BenchOptions {
  /** One JSON object a row on standard output instead of a table. */
  json: boolean;
  /** Only cases whose id contains this text; undefined: all. */
  only: string | undefined;
  /** Counted rounds; undefined: what each case says. */
  rounds: number | undefined;
  /** Write docs/benchmarks.md and its chart. */
  write: boolean;
  /** Print the cases and run none. */
  list: boolean;
}

const HINT = 'use --json, --only PATTERN, --rounds N, --write or --list';

function usage(message: string): EdgeInferError {
  return new EdgeInferError({ code: 'USAGE_INVALID', message, hint: HINT, exitCode: EXIT.usage });
}

/**
 * Reads the command line.
 *
 * @throws EdgeInferError exit 2 for what is unknown or does not fit together
 */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const values = parse(args);
  const { rounds, only, json = false, write = false, list = false } = values;
  const count = rounds === undefined ? undefined : Number(rounds);
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= 10_000)) {
    throw usage(`--rounds is wrong (${rounds}): expected an integer from 1 to 10000`);
  }
  if (only === '') throw usage('--only is empty: expected part of the name of a case');
  return { json, only, rounds: count, write, list };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        only: { type: 'string' },
        rounds: { type: 'string' },
        write: { type: 'boolean' },
        list: { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    // Node's second sentence explains positional arguments, which there are none of.
    throw usage((messageOf(cause).split('. ')[0] ?? '').replace(/\.$/, ''));
  }
}
