/** What does the work of a pool: a thread, or the caller's own one. */
import type { Task } from './task.js';

/** One instance of the module, wherever it lives. */
export interface Runner {
  /** `worker_threads.threadId`; 0 in the caller's own thread. */
  readonly threadId: number;
  /** Resolves when it has answered its first picture; rejects when the model cannot be opened. */
  readonly opened: Promise<void>;
  /** Jobs that it has, begun or not. */
  readonly load: number;
  /** Jobs that it may have at once: one runs, the others are at hand when that is done. */
  readonly capacity: number;
  /** Bytes of the instance's linear memory. */
  readonly memory: number;
  send(task: Task): void;
  /** A request that was sent and not begun, if there is one: it will not be begun. */
  takeBack(): Task | undefined;
  /** Ends it. What it had and did not begin is given to {@link RunnerEvents.ended}, what it began fails with `error`. */
  end(error: unknown): Promise<void>;
  /** For the end of the process: nothing is awaited. */
  endNow(): void;
}

/** What a runner tells its pool. */
export interface RunnerEvents {
  /** A job is done, well or not, or was taken back before it began. */
  answered(runner: Runner, how: 'good' | 'bad' | 'cancelled'): void;
  /** It is of no more use; `unstarted` can run elsewhere. Called once, also after {@link Runner.end}. */
  ended(runner: Runner, unstarted: Task[]): void;
}
