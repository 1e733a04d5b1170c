/** Requests that wait, in a queue of bounded length. */
import { queueFull } from './failures.js';
import type { Task } from './task.js';

/** How long the queue may become. */
export interface QueueLimits {
  /** Requests that wait, those whose picture is being read among them. */
  length: number;
  /** Bytes of the pictures that wait. */
  bytes: number;
}

/**
 * First come, first served. A place is taken before a picture is read ({@link admit}), so that the bound holds for what is
 * being read as well; a request that no longer waits gives its place back.
 */
export class TaskQueue {
  readonly #ready = new Set<Task>();
  /** Those that an instance had and did not begin: they come first. */
  readonly #again = new Set<Task>();
  readonly #hopeful = new Set<() => void>();
  #places = 0;
  #bytes = 0;
  #refused = 0;

  /** @param wake called whenever there is something that could run */
  constructor(
    readonly limits: QueueLimits,
    readonly wake: () => void,
  ) {}

  /** Requests that wait. */
  get length(): number {
    return this.#places;
  }

  /** Requests that could run now. */
  get ready(): number {
    return this.#ready.size + this.#again.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get refused(): number {
    return this.#refused;
  }

  /**
   * Takes a place, to be given back with {@link leave}.
   *
   * @throws EdgeInferError `QUEUE_FULL` (exit 5)
   */
  admit(): void {
    if (this.#places >= this.limits.length) this.#refuse(`${this.#places} requests are waiting`);
    this.#places++;
  }

  /** Like {@link admit}, but waits for a place. */
  async admitWhenFree(signal: AbortSignal | undefined): Promise<void> {
    while (this.#places >= this.limits.length) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal?.removeEventListener('abort', wake);
          this.#hopeful.delete(wake);
          resolve();
        };
        this.#hopeful.add(wake);
        signal?.addEventListener('abort', wake);
      });
      if (signal?.aborted) {
        // The free place that it may have been told of is another one's.
        this.#tellNext();
        throw signal.reason;
      }
    }
    this.#places++;
  }

  /** Gives a place back. */
  leave(): void {
    this.#places--;
    this.#tellNext();
  }

  /**
   * Adds a request that has a place, now that its picture is there; one that is `patient` is not refused.
   *
   * @throws EdgeInferError `QUEUE_FULL` (exit 5)
   */
  push(task: Task, patient: boolean): void {
    const bytes = sizeOf(task);
    if (!patient && this.#bytes + bytes > this.limits.bytes && this.#bytes > 0) {
      this.#refuse(`pictures of ${this.#bytes} bytes are waiting`);
    }
    this.#add(task, this.#ready);
  }

  /** Takes the next request out; its place is free. */
  take(): Task | undefined {
    const [task] = this.#again.size > 0 ? this.#again : this.#ready;
    return task === undefined ? undefined : this.#forget(task);
  }

  /** Puts a request back that was not begun: before all others, and whatever the bounds say. */
  putBack(task: Task): void {
    if (task.settled) return;
    this.#places++;
    this.#add(task, this.#again);
  }

  /** Fails all that could run. */
  failAll(error: unknown): void {
    for (let task = this.take(); task !== undefined; task = this.take()) task.fail(error);
  }

  #add(task: Task, to: Set<Task>): void {
    this.#bytes += sizeOf(task);
    to.add(task);
    task.onInterrupt = () => {
      this.#forget(task);
      return false;
    };
    this.wake();
  }

  #forget(task: Task): Task {
    if (this.#ready.delete(task) || this.#again.delete(task)) {
      this.#bytes -= sizeOf(task);
      this.leave();
    }
    task.onInterrupt = undefined;
    return task;
  }

  #tellNext(): void {
    const [wake] = this.#hopeful;
    wake?.();
  }

  #refuse(what: string): never {
    this.#refused++;
    throw queueFull(what);
  }
}

function sizeOf({ job }: Task): number {
  return job?.parts.reduce((sum, part) => sum + part.byteLength, 0) ?? 0;
}
