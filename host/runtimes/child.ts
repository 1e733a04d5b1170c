/** Child processes that end when this process is asked to end. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { EdgeInferError, EXIT, isSystemError, messageOf } from '../errors.js';

/** A program to start. Streams are file descriptors of this process. */
export interface ChildRequest {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  stdin?: number | 'ignore';
  stdout?: number | 'ignore';
  stderr?: number | 'ignore';
  signal?: AbortSignal | undefined;
}

/** Exit code of a process that a signal ended, as shells give it. */
function signalCode(signal: NodeJS.Signals): number {
  return 128 + (constants.signals[signal] ?? 0);
}

/**
 * Runs a program to its end and gives its exit code (128 + n when signal n ended it). SIGINT, SIGTERM and
 * SIGHUP of this process go to the child while it runs.
 *
 * @throws EdgeInferError `RUNTIME_START_FAILED` (exit 5); the signal's reason when aborted
 */
export async function runChild(request: ChildRequest): Promise<number> {
  request.signal?.throwIfAborted();
  const child = spawn(request.command, [...request.args], {
    env: request.env ?? process.env,
    stdio: [request.stdin ?? 0, request.stdout ?? 1, request.stderr ?? 2],
    ...(request.signal === undefined ? {} : { signal: request.signal, killSignal: 'SIGTERM' }),
  });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  const forwarded: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const name of forwarded) process.on(name, forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(signal === null ? (code ?? 1) : signalCode(signal)));
    });
  } catch (cause) {
    if (request.signal?.aborted) throw request.signal.reason;
    throw new EdgeInferError({
      code: 'RUNTIME_START_FAILED',
      message: `cannot start the runtime (${request.command}): ${isSystemError(cause) ? cause.code : messageOf(cause)}`,
      hint: 'run edge-infer doctor',
      exitCode: EXIT.runtime,
      cause,
    });
  } finally {
    for (const name of forwarded) process.off(name, forward);
  }
}
