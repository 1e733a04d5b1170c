/** Runs the fuzzer: shares the inputs out to worker threads, watches over them, collects what they find. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compileFuzzed, type FindingKind } from './guest.js';
import { InputMaker } from './inputs.js';
import { writeModels } from './models.js';
import { Tally } from './tally.js';
import type { Target } from './target.js';
import { targetsOf } from './targets/index.js';
import type { WorkerFinding, WorkerTask } from './worker.js';

/** How long and on what. */
export interface FuzzOptions {
  /** Names of targets; all when empty. */
  readonly targets?: readonly string[];
  readonly seed: number;
  /** Inputs in all, shared out by the targets' weights. At least one of inputs and seconds. */
  readonly inputs?: number;
  readonly seconds?: number;
  /** Worker threads. Default 1. */
  readonly jobs?: number;
  /** Folder that findings are written to. */
  readonly findings?: string;
  /** Milliseconds without an input after which one counts as endless. Default 20,000. */
  readonly hangMs?: number;
  readonly onProgress?: (done: number, seconds: number, findings: number) => void;
}

/** An input that showed a fault. */
export interface FuzzFinding {
  readonly target: string;
  readonly index: number;
  readonly kind: FindingKind;
  readonly what: string;
  /** Where its bytes were written. */
  readonly path?: string;
}

/** Counts of one target. */
export interface TargetReport {
  readonly target: Target;
  readonly inputs: number;
  readonly accepted: number;
  /** Most bytes of the arena that one input took. */
  readonly peak: number;
  /** How often each status came. */
  readonly statuses: ReadonlyMap<number, number>;
}

/** What a run came to. */
export interface FuzzReport {
  readonly seed: number;
  readonly inputs: number;
  readonly seconds: number;
  readonly jobs: number;
  readonly targets: readonly TargetReport[];
  readonly findings: readonly FuzzFinding[];
}

const TICK_MS = 1000;
/** Findings of one target after which the rest are only counted. */
const MOST_FINDINGS = 40;
const HIGHEST_STATUS = 511;

/** Collects findings and writes their inputs. */
class Findings {
  readonly list: FuzzFinding[] = [];
  readonly #folder: string | undefined;
  readonly #seed: number;

  constructor(folder: string | undefined, seed: number) {
    this.#folder = folder;
    this.#seed = seed;
  }

  add({ target, index, kind, what, file }: WorkerFinding): void {
    if (this.list.filter((finding) => finding.target === target).length >= MOST_FINDINGS) return;
    if (this.#folder === undefined) {
      this.list.push({ target, index, kind, what });
      return;
    }
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, `${target}-${this.#seed}-${index}`);
    writeFileSync(`${path}.bin`, file);
    writeFileSync(
      `${path}.txt`,
      `${what}\nnpm run fuzz -- --target ${target} --seed ${this.#seed} --only ${index}\n`,
    );
    this.list.push({ target, index, kind, what, path: `${path}.bin` });
  }
}

/** One worker, started again behind an input that never ended. */
class Share {
  readonly tally: Tally;
  readonly #task: Omit<WorkerTask, 'begin'>;
  readonly #first: number;
  readonly #findings: Findings;
  readonly #hangMs: number;

  constructor(task: Omit<WorkerTask, 'begin' | 'tally'>, first: number, findings: Findings, hangMs: number) {
    this.tally = new Tally(task.targets.length);
    this.#task = { ...task, tally: this.tally.buffer };
    this.#first = first;
    this.#findings = findings;
    this.#hangMs = hangMs;
  }

  async run(): Promise<void> {
    while (!(await this.#once())) {
      // Goes on behind the input that hung.
    }
  }

  /** True when the worker came to its end, false when it had to be stopped. */
  async #once(): Promise<boolean> {
    const { targets, step } = this.#task;
    const begin = targets.map((_, t) => {
      const last = this.tally.lastIndex(t);
      return last < 0 ? this.#first : last + step;
    });
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: { ...this.#task, begin },
    });
    worker.on('message', (finding: WorkerFinding) => this.#findings.add(finding));
    let pulse = '';
    let still = 0;
    let hung = false;
    const watch = setInterval(() => {
      const now = this.tally.pulse(targets.length);
      // A worker that has not begun an input may take its time.
      still = now === pulse && this.#unended().length > 0 ? still + TICK_MS : 0;
      pulse = now;
      if (still < this.#hangMs) return;
      hung = true;
      void worker.terminate();
    }, TICK_MS);
    try {
      await new Promise<void>((resolve, reject) => {
        worker.once('error', reject);
        worker.once('exit', () => resolve());
      });
    } finally {
      clearInterval(watch);
    }
    if (hung) this.#reportHang();
    return !hung;
  }

  /** The inputs that were begun and are not done, by the place of their target: at most one. */
  #unended(): { t: number; index: number }[] {
    return this.#task.targets
      .map((_, t) => ({ t, index: this.tally.lastIndex(t) }))
      .filter(({ t, index }) => {
        const begun = index < 0 ? 0 : Math.floor((index - this.#first) / this.#task.step) + 1;
        return begun > this.tally.done(t);
      });
  }

  #reportHang(): void {
    const { targets, seed } = this.#task;
    for (const { t, index } of this.#unended()) {
      const target = targetsOf(targets)[t]!;
      const file = new InputMaker(target, seed).make(index).slice();
      const what = `does not end within ${this.#hangMs} ms`;
      this.#findings.add({ target: target.name, index, kind: 'hang', what, file });
      this.tally.end(t, -1, 0);
    }
  }
}

function reportOf(target: Target, t: number, tallies: readonly Tally[]): TargetReport {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((all, tally) => all + of(tally), 0);
  const statuses = new Map<number, number>();
  let accepted = 0;
  for (let status = 0; status < HIGHEST_STATUS; status += 1) {
    const count = sum((tally) => tally.count(t, status));
    if (count === 0) continue;
    statuses.set(status, count);
    if (target.accepts === undefined ? status === 0 : target.accepts(status)) accepted += count;
  }
  return {
    target,
    inputs: sum((tally) => tally.done(t)),
    accepted,
    peak: Math.max(...tallies.map((tally) => tally.peak(t))),
    statuses,
  };
}

/** Runs until the inputs or the seconds are used up. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, jobs = 1, inputs = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY } = options;
  const targets = targetsOf(options.targets ?? []);
  const names = targets.map((target) => target.name);
  const weights = targets.reduce((sum, target) => sum + target.weight, 0);
  const end = targets.map((target) => Math.ceil((inputs * target.weight) / weights));
  const module = await compileFuzzed();
  const folder = mkdtempSync(join(tmpdir(), 'edge-infer-fuzz-'));
  writeModels(folder);
  const findings = new Findings(options.findings, seed);
  const from = Date.now();
  const task = { module, folder, targets: names, seed, step: jobs, end, deadline: from + seconds * 1000 };
  const shares = Array.from(
    { length: jobs },
    (_, i) => new Share(task, i, findings, options.hangMs ?? 20_000),
  );
  const tallies = shares.map((share) => share.tally);
  const done = () =>
    tallies.reduce((all, tally) => all + names.reduce((sum, _, t) => sum + tally.done(t), 0), 0);
  const tell = setInterval(
    () => options.onProgress?.(done(), (Date.now() - from) / 1000, findings.list.length),
    10_000,
  );
  try {
    await Promise.all(shares.map((share) => share.run()));
  } finally {
    clearInterval(tell);
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    seed,
    inputs: done(),
    seconds: (Date.now() - from) / 1000,
    jobs,
    targets: targets.map((target, t) => reportOf(target, t, tallies)),
    findings: findings.list,
  };
}
