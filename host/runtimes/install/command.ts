/** Programs that the installation starts, and what their failure means for the user. */
import { spawn } from 'node:child_process';
import { EdgeInferError, EXIT, isSystemError } from '../../errors.js';

/** A program to run. */
export interface Command {
  program: string;
  args: readonly string[];
  cwd?: string | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
  /** What it does, for the error: `compiling Wasmtime`. */
  purpose: string;
  /** What to do when the program is not on this machine. */
  missing: string;
  /** What to do when it ends badly and the network is not to blame. */
  failed?: string | undefined;
  /** Gets every line, or piece before a carriage return, of standard error. */
  onLine?: ((line: string) => void) | undefined;
}

/** Words of a failure that the network, and not the machine or this package, is to blame for. */
const NETWORK =
  /could not resolve|temporary failure resolving|unable to connect|connection (refused|reset|timed out|failed)|network is unreachable|failed to (fetch|download)|download of config|spurious network|proxy|ssl|certificate|could not find a version|404 {2}not found|timed? ?out/i;

const KEPT_LINES = 400;

/**
 * Runs a program to its end and gives its standard output.
 *
 * @throws EdgeInferError `TOOL_MISSING`, `DOWNLOAD_FAILED` (exit 6), `STEP_FAILED`, `CANCELLED`
 */
export function run(command: Command): Promise<string> {
  const { program, args, cwd, env, signal, onLine } = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, LC_ALL: 'C', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    });
    let output = '';
    let rest = '';
    const lines: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const pieces = (rest + text).split(/[\r\n]+/);
      rest = pieces.pop() ?? '';
      for (const line of pieces) {
        onLine?.(line);
        if (line.trim() !== '') lines.push(line.trim());
      }
      if (lines.length > KEPT_LINES) lines.splice(0, lines.length - KEPT_LINES);
    });
    child.once('error', (cause) => reject(startFailure(command, cause)));
    child.once('close', (code, killed) => {
      if (code === 0) resolve(output);
      else reject(failureOf(command, [...lines, rest.trim()], code ?? killed));
    });
  });
}

function startFailure(command: Command, cause: Error): EdgeInferError {
  if (cause.name === 'AbortError') {
    return new EdgeInferError({
      code: 'CANCELLED',
      message: `${command.purpose} was cancelled`,
      exitCode: EXIT.runtime,
      cause,
    });
  }
  const absent = isSystemError(cause) && cause.code === 'ENOENT';
  return new EdgeInferError({
    code: absent ? 'TOOL_MISSING' : 'STEP_FAILED',
    message: `${command.purpose} failed (${command.program}): ${absent ? 'no such program on this machine' : cause.message}`,
    hint: command.missing,
    exitCode: EXIT.runtime,
    cause,
  });
}

/** The error for a program that ended badly, from what it wrote. Exported for tests. */
export function failureOf(
  command: Pick<Command, 'program' | 'purpose' | 'failed'>,
  lines: readonly string[],
  code: number | string | null,
): EdgeInferError {
  const reason =
    lines.find(
      (line) => /^(error|fatal|ld: error|E:|ERROR:)/i.test(line) || /: (fatal )?error:/.test(line),
    ) ??
    lines.filter((line) => line !== '').at(-1) ??
    `it ended with ${code}`;
  const network = lines.some((line) => NETWORK.test(line));
  return new EdgeInferError({
    code: network ? 'DOWNLOAD_FAILED' : 'STEP_FAILED',
    message: `${command.purpose} failed (${command.program}): ${reason.slice(0, 300)}`,
    hint: network ? 'check the network and run it again' : (command.failed ?? 'mend it and run it again'),
    exitCode: network ? EXIT.network : EXIT.runtime,
  });
}
