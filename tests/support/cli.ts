/** Runs the command line as a user does: a process, its two streams, its exit code. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from '../../scripts/machine/paths.js';

export const CLI = join(CHECKOUT, 'dist/host/cli/main.js');

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly node?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Uint8Array;
  /** Milliseconds after which the process is killed and the promise rejected. */
  readonly timeout?: number;
}

/** Any program; never rejects for an exit code, only for a timeout or a program that cannot be started. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        cwd: options.cwd ?? CHECKOUT,
        env: options.env ?? process.env,
        maxBuffer: 1 << 28,
        timeout: options.timeout ?? 300_000,
      },
      (error, stdout, stderr) => {
        if (error !== null && (error.killed === true || typeof error.code !== 'number')) {
          reject(new Error(`${program} ${args.slice(0, 6).join(' ')}: ${error.message}\n${stderr}`));
        } else resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
    child.stdin?.end(options.input);
  });
}

/** `edge-infer ARGS` on this Node or on `options.node`. */
export const edgeInfer = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  runProgram(options.node ?? process.execPath, [CLI, ...args], options);

/** The JSON objects of an answer, one a line. */
export function jsonLines<T>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T);
}

/** The parts of a `classify --json` line that tests look at. */
export interface Answer {
  readonly image: string;
  readonly predictions: readonly { class_id: number; label: string; confidence: number }[];
  readonly latency_ms: number;
  readonly timings: Record<'decode' | 'preprocess' | 'infer' | 'postprocess', number>;
  readonly model_version: string;
  readonly runtime: string;
  readonly graph: { encoding: string; precision: string; provider: string };
  readonly input_sha256: string;
}
