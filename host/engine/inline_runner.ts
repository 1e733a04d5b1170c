/** An instance in the caller's own thread: for scripts, and for callers that have threads of their own. */
import { toEdgeInferError } from '../errors.js';
import type { CachedAnswer } from './cache.js';
import { deadlineExceeded, workerTrapped } from './failures.js';
import { Instance } from './instance.js';
import type { ModelChoice, Modules } from './jobs.js';
import type { Runner, RunnerEvents } from './runner.js';
import type { Task } from './task.js';

/** Nothing can interrupt it: what is past its deadline fails when it is done. */
export class InlineRunner implements Runner {
  readonly threadId = 0;
  readonly capacity = 1;
  readonly opened: Promise<void>;
  memory = 0;
  readonly #events: RunnerEvents;
  readonly #identity: string;
  #instance: Instance | undefined;
  #task: Task | undefined;
  #ended = false;

  constructor(modules: Promise<Modules>, model: ModelChoice, events: RunnerEvents) {
    this.#events = events;
    this.#identity = model.identity;
    this.opened = this.#open(modules, model);
    this.opened.catch(() => {});
  }

  get load(): number {
    return this.#task === undefined ? 0 : 1;
  }

  send(task: Task): void {
    this.#task = task;
    // Not at once: send is called while the caller's own call is still on the stack.
    setImmediate(() => void this.#run());
  }

  takeBack(): undefined {}

  async end(error: unknown): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#task?.fail(error);
    this.#task = undefined;
    this.#instance?.close();
    this.#events.ended(this, []);
  }

  endNow(): void {}

  async #open(modules: Promise<Modules>, model: ModelChoice): Promise<void> {
    try {
      const instance = await Instance.open(await modules, model, (body) => body());
      this.#instance = instance;
      this.memory = instance.memoryBytes;
      if (this.#ended) instance.close();
    } catch (error) {
      void this.end(error);
      throw error;
    }
  }

  async #run(): Promise<void> {
    const task = this.#task;
    const instance = this.#instance;
    if (task?.job === undefined || instance === undefined) return;
    let how: 'good' | 'bad' | 'cancelled' = 'cancelled';
    if (!task.settled) {
      how = 'bad';
      try {
        const answer = await instance.run(task.job, async (question) => {
          const known = task.memo?.answerTo(this.#identity, question);
          if (known !== undefined) task.succeed(known);
          return task.settled;
        });
        how = 'good';
        if (answer === undefined) return this.#done(instance, how);
        task.memo?.learn(this.#identity, answer as CachedAnswer);
        if (performance.now() > task.deadlineAt) task.fail(deadlineExceeded(task.deadline, 'running'));
        else task.succeed(answer);
      } catch (thrown) {
        const error = toEdgeInferError(thrown);
        if (error.code === 'GUEST_TRAPPED' || error.code === 'INTERNAL') {
          void this.end(workerTrapped(error.message));
          return;
        }
        task.fail(error);
      }
    }
    this.#done(instance, how);
  }

  #done(instance: Instance, how: 'good' | 'bad' | 'cancelled'): void {
    this.memory = instance.memoryBytes;
    this.#task = undefined;
    this.#events.answered(this, how);
  }
}
