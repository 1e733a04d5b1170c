/** Runs edge-infer's own guest for a command of the command line. */
import { EdgeInferError, EXIT } from '../errors.js';
import { requireRuntime } from '../runtimes/index.js';
import type { RunRequest } from '../runtimes/runtime.js';
import type { Target } from '../wasi-nn/index.js';
import { debugging, note } from './output.js';
import type { Sandbox } from './sandbox.js';

/** Exit codes that the guest itself gives. */
const GUEST_CODES: ReadonlySet<number> = new Set([0, 2, 3, 4, 5, 6, 7]);

/** What a command wants of the guest. */
export interface GuestCommand {
  runtime: string;
  /** Command and flags, without `--runtime-name` and `--provider`. */
  args: readonly string[];
  sandbox: Sandbox;
  target?: string | undefined;
  signal?: AbortSignal;
  stdin?: number;
  /** Descriptor for the guest's standard output. Default: ours. */
  stdout?: number;
  /** Whether the command takes `--runtime-name` and `--provider`. */
  named: boolean;
}

/**
 * Runs the guest and gives its exit code; its output is passed on unchanged.
 *
 * @throws EdgeInferError exit 2 or 5 where the host alone can know
 */
export async function runGuest(command: GuestCommand): Promise<number> {
  const runtime = requireRuntime(command.runtime);
  const target: Target = command.target === 'gpu' || command.target === 'tpu' ? command.target : 'cpu';
  const [name = '', ...rest] = command.args;
  const labels = command.named
    ? ['--runtime-name', runtime.name, '--provider', runtime.providers(target).join(',')]
    : [];
  const request: RunRequest = {
    args: [name, ...labels, ...rest],
    preopens: command.sandbox.preopens(),
    target,
    warn: (line) => note(`warning: ${line}`),
    ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
    ...(command.stdout === undefined ? {} : { stdout: command.stdout }),
    ...(command.signal === undefined ? {} : { signal: command.signal }),
  };
  if (debugging()) request.log = (line) => note(`debug: ${line}`);
  const { exitCode } = await runtime.run(request);
  if (exitCode > 128 && exitCode !== 134) return exitCode;
  if (GUEST_CODES.has(exitCode)) return exitCode;
  throw new EdgeInferError({
    code: 'RUNTIME_FAILED',
    message: `the runtime failed (${runtime.name}): it ended with code ${exitCode}`,
    hint: 'see its message above, and edge-infer doctor',
    exitCode: EXIT.runtime,
  });
}
