/** One request on its way: waiting, with an instance, settled. */

import type { Memo } from './cache.js';
import { deadlineExceeded } from './failures.js';
import type { Answer, Job } from './jobs.js';

/** Why a request is no longer wanted. */
export type Interruption = 'deadline' | 'abort';

/** What a request is given beside its work. */
export interface TaskOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds from now; undefined: none. */
  deadline: number | undefined;
}

/** Settles once: with an answer, an error, or by being interrupted. */
export class Task {
  /** Settles with the request. */
  readonly promise: Promise<Answer>;
  /** The work; undefined while its picture is being read. */
  job: Job | undefined;
  /** What the cache knows of it, where there is one. */
  memo: Memo | undefined;
  /** Called when the request is interrupted, by whoever has it at that time; true when it was running by then. */
  onInterrupt: ((why: Interruption) => boolean) | undefined;
  /** Milliseconds that it was given; Infinity without a deadline. */
  readonly deadline: number;
  /** When they are over, on the clock of performance.now(). */
  readonly deadlineAt: number;
  #controller: AbortController | undefined;
  #interruption: unknown;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #cleanups: (() => void)[] = [];
  #settled = false;
  /** Who reads or writes its bytes now, and would do so after it is settled. */
  #holders = 0;
  #resolve!: (answer: Answer) => void;
  #reject!: (error: unknown) => void;

  constructor({ signal, deadline }: TaskOptions) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.deadline = deadline ?? Number.POSITIVE_INFINITY;
    this.deadlineAt = performance.now() + this.deadline;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort);
    if (deadline !== undefined) this.#timer = setTimeout(() => this.#onDeadline(deadline), deadline);
  }

  /** Aborted when the request is no longer wanted, for whatever is read on its behalf. Made when first asked for. */
  get interrupted(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#interruption !== undefined) this.#controller.abort(this.#interruption);
    }
    return this.#controller.signal;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Runs `cleanup` when the request is settled and nobody {@link hold}s its bytes. */
  whenFree(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
    this.#freeIfDone();
  }

  /**
   * Keeps the bytes of the request where they are until the function that is given is called, even when the request is
   * settled before: an abort stops neither a file that is being read nor a worker that has begun.
   */
  hold(): () => void {
    this.#holders++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders--;
      this.#freeIfDone();
    };
  }

  succeed(answer: Answer): void {
    if (this.#settle()) this.#resolve(answer);
  }

  fail(error: unknown): void {
    if (this.#settle()) this.#reject(error);
  }

  /** Takes it back, wherever it is. */
  cancel(error: unknown): void {
    this.#interrupt('abort', () => error);
  }

  readonly #onAbort = () => {
    this.#interrupt('abort', () => this.#signal?.reason);
  };

  #onDeadline(ms: number): void {
    this.#interrupt('deadline', (running) => deadlineExceeded(ms, running ? 'running' : 'waiting'));
  }

  #interrupt(why: Interruption, reason: (running: boolean) => unknown): void {
    if (this.#settled) return;
    // Settled first: whoever has the request shall not answer it any more.
    const tell = this.onInterrupt;
    this.#settle();
    const error = reason(tell?.(why) ?? false);
    this.#interruption = error;
    this.#controller?.abort(error);
    this.#reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#freeIfDone();
    return true;
  }

  #freeIfDone(): void {
    if (!this.#settled || this.#holders > 0) return;
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }
}
