/**
 * A subject in a process of its own, so that no subject's memory, compiler or threads disturb another's. Requests and
 * answers are JSON, one a line; answers begin with `{"bench":`, whatever else is printed is passed over.
 *
 *   {"op":"open","subject","params"} -> {"bench":"ok","versions":{...}}
 *   {"op":"warm","ms"}               -> {"bench":"ok"}
 *   {"op":"run","ms"}                -> {"bench":"ok","ms":M}   M milliseconds a unit, measured for at least `ms`
 *   {"op":"output","file"}           -> {"bench":"ok","profile"} all units' output into the file; where the time went
 *   anything that fails              -> {"bench":"failed","why"} ("not had": true when a library is missing)
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { CHECKOUT } from '../machine/paths.js';
import { NotHad, type Subject } from './case.js';
import type { BenchMachine } from './machine.js';

interface Answer {
  bench: 'ok' | 'failed';
  why?: string;
  not_had?: boolean;
  ms?: number;
  versions?: Record<string, string>;
  profile?: string;
}

/** What a process is asked to measure. */
export interface WorkRequest {
  subject: string;
  params: object;
  /** Least milliseconds of a sample. Default 20. */
  ms?: number;
}

const WARM_MS = 600;
const SAMPLE_MS = 20;
let outputs = 0;

/** Starts a worker and opens the subject in it. */
export async function workerSubject(
  machine: BenchMachine,
  command: readonly [string, ...string[]],
  { subject, params, ms = SAMPLE_MS }: WorkRequest,
): Promise<Subject> {
  const worker = new Worker(command);
  try {
    const { versions = {} } = await worker.ask({ op: 'open', subject, params });
    for (const [name, version] of Object.entries(versions)) machine.versions.set(name, version);
  } catch (cause) {
    await worker.close();
    throw cause;
  }
  let profile = '';
  return {
    warm: async () => {
      await worker.ask({ op: 'warm', ms: WARM_MS });
    },
    sample: async () => (await worker.ask({ op: 'run', ms })).ms ?? Number.NaN,
    async output() {
      const file = join(machine.folder('outputs'), `${process.pid}-${outputs++}`);
      try {
        profile = (await worker.ask({ op: 'output', file })).profile ?? '';
        return readFileSync(file);
      } finally {
        rmSync(file, { force: true });
      }
    },
    profile: () => profile,
    close: () => worker.close(),
  };
}

/** A subject of scripts/bench/worker in Node; `node` other than the benchmark's own when given. */
export async function nodeSubject(
  machine: BenchMachine,
  request: WorkRequest,
  node?: string,
): Promise<Subject> {
  const file = join(CHECKOUT, 'dist/scripts/bench/worker/main.js');
  return workerSubject(machine, [node ?? (await machine.node()), file], request);
}

/** A subject of python_worker.py; `python` other than the reference when given. */
export async function pythonSubject(
  machine: BenchMachine,
  request: WorkRequest,
  python?: string,
): Promise<Subject> {
  const file = join(CHECKOUT, 'scripts/bench/python_worker.py');
  return workerSubject(machine, [python ?? (await machine.python()), file], request);
}

class Worker {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #answers: AsyncIterator<string>;
  readonly #gone: Promise<void>;
  #complaints = '';

  constructor([command, ...args]: readonly [string, ...string[]]) {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Libraries with a thread pool of their own; the subjects also say it to each library.
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
    });
    this.#child = child;
    this.#gone = new Promise((resolve) => {
      child.once('close', () => resolve());
      child.once('error', (error) => {
        this.#complaints += error.message;
        resolve();
      });
    });
    child.stdin.on('error', () => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-2000);
    });
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async ask(request: object): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done === true) {
        await this.#gone;
        const last = this.#complaints.trim().split('\n').at(-1) ?? '';
        throw new Error(`the worker ended: ${last}`);
      }
      if (!value.startsWith('{"bench":')) continue;
      const answer = JSON.parse(value) as Answer;
      if (answer.bench === 'ok') return answer;
      throw answer.not_had === true ? new NotHad(answer.why) : new Error(answer.why);
    }
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#gone;
  }
}
