/** The instances of one model, and who of them does what. */
import { toEdgeInferError } from '../errors.js';
import { engineClosed } from './failures.js';
import type { TaskQueue } from './queue.js';
import type { Runner, RunnerEvents } from './runner.js';
import type { WorkerStats } from './stats.js';
import type { Task } from './task.js';

/** An instance that cannot be opened is tried so often before those who wait are told. */
const OPEN_ATTEMPTS = 3;

/** A place for an instance; its counts outlive the instances. */
interface Seat {
  runner: Runner | undefined;
  ready: boolean;
  /** Its memory has become too large: it gets no more work, and is replaced when it has done what it has. */
  worn: boolean;
  done: number;
  failed: number;
  restarts: number;
  recycled: number;
  memoryHighWater: number;
}

export interface PoolOptions {
  /** Number of instances, at least 1. */
  size: number;
  /** Replaces an instance whose linear memory has become larger. */
  maxInstanceBytes: number;
  start(events: RunnerEvents): Runner;
}

/**
 * Starts instances as they are needed, gives them work from the queue, and replaces those that die. An instance is sent
 * more than it runs only while all of them are busy; what it has not begun goes to whoever is idle first.
 */
export class Pool implements RunnerEvents {
  readonly #seats: Seat[];
  readonly #queue: TaskQueue;
  readonly #options: PoolOptions;
  #failedOpens = 0;
  /** No more work is taken from the queue. */
  #retired = false;
  #whenEmpty: (() => void) | undefined;

  constructor(queue: TaskQueue, options: PoolOptions) {
    this.#queue = queue;
    this.#options = options;
    this.#seats = Array.from({ length: options.size }, () => ({
      runner: undefined,
      ready: false,
      worn: false,
      done: 0,
      failed: 0,
      restarts: 0,
      recycled: 0,
      memoryHighWater: 0,
    }));
  }

  /** Instances that are there, ready or not. */
  get started(): number {
    return this.#seats.filter(({ runner }) => runner !== undefined).length;
  }

  /** Requests that instances have. */
  get running(): number {
    return this.#seats.reduce((sum, { runner }) => sum + (runner?.load ?? 0), 0);
  }

  stats(): WorkerStats[] {
    return this.#seats.map(({ runner, ready, done, failed, restarts, recycled, memoryHighWater }) => ({
      threadId: runner?.threadId,
      state: runner === undefined ? 'empty' : !ready ? 'starting' : runner.load === 0 ? 'idle' : 'busy',
      done,
      failed,
      restarts,
      recycled,
      memoryHighWater,
    }));
  }

  /**
   * Starts instances until there are `count`; resolves when all of them have answered a picture.
   *
   * @throws the error of the first that cannot be opened
   */
  async warm(count: number): Promise<void> {
    for (const seat of this.#seats) if (seat.runner === undefined && this.started < count) this.#start(seat);
    await Promise.all(this.#seats.map(({ runner }) => runner?.opened));
  }

  /** Hands out what waits. Called whenever something waits or an instance becomes free. */
  pump(): void {
    if (this.#retired) return;
    while (this.#queue.ready > 0) {
      const idle = this.#free(1);
      if (idle === undefined) this.#startForWaiting();
      const runner = idle ?? this.#free(Number.POSITIVE_INFINITY);
      if (runner === undefined) return;
      this.#send(runner);
    }
    this.#share();
  }

  /** Takes no more work; resolves when what instances have is done and they have ended. */
  async retire(): Promise<void> {
    this.#retired = true;
    if (this.running > 0) {
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve;
      });
    }
    await this.end(engineClosed());
  }

  /** Ends all instances; what they have begun fails with `error`, what they have not goes back to the queue. */
  async end(error: unknown): Promise<void> {
    this.#retired = true;
    await Promise.all(this.#seats.map(({ runner }) => runner?.end(error)));
  }

  endNow(): void {
    for (const { runner } of this.#seats) runner?.endNow();
  }

  answered(runner: Runner, how: 'good' | 'bad' | 'cancelled'): void {
    const seat = this.#seatOf(runner);
    if (seat === undefined) return;
    if (how !== 'cancelled') seat.done++;
    if (how === 'bad') seat.failed++;
    seat.memoryHighWater = Math.max(seat.memoryHighWater, runner.memory);
    if (runner.memory > this.#options.maxInstanceBytes) this.#wearOut(seat, runner);
    if (this.running === 0) this.#whenEmpty?.();
    this.pump();
  }

  ended(runner: Runner, unstarted: Task[]): void {
    const seat = this.#seatOf(runner);
    if (seat === undefined) return;
    const { ready, worn } = seat;
    Object.assign(seat, { runner: undefined, ready: false, worn: false });
    for (const task of unstarted) this.#queue.putBack(task);
    if (this.running === 0) this.#whenEmpty?.();
    if (this.#retired) return;
    if (worn) seat.recycled++;
    else if (ready) seat.restarts++;
    // One that never became ready is looked after where its opening is awaited.
    if (ready) this.#start(seat);
    this.pump();
  }

  #start(seat: Seat): void {
    const runner = this.#options.start(this);
    seat.runner = runner;
    runner.opened.then(
      () => {
        if (seat.runner !== runner) return;
        this.#failedOpens = 0;
        seat.ready = true;
        seat.memoryHighWater = Math.max(seat.memoryHighWater, runner.memory);
        this.pump();
      },
      (error: unknown) => this.#openFailed(error),
    );
  }

  #openFailed(error: unknown): void {
    this.#failedOpens++;
    if (this.#retired || this.#seats.some(({ ready }) => ready)) return;
    if (this.#failedOpens >= OPEN_ATTEMPTS) this.#queue.failAll(error);
    this.pump();
  }

  /** An instance that can take a request and has less than `load` of them: the one with the least. */
  #free(load: number): Runner | undefined {
    let best: Runner | undefined;
    for (const { runner, ready, worn } of this.#seats) {
      if (runner === undefined || !ready || worn) continue;
      if (runner.load >= Math.min(load, runner.capacity)) continue;
      if (best === undefined || runner.load < best.load) best = runner;
    }
    return best;
  }

  /** Starts one more instance, unless those that are starting are enough for those that wait. */
  #startForWaiting(): void {
    const ready = this.#seats.some((seat) => seat.ready);
    if (ready && this.#failedOpens >= OPEN_ATTEMPTS) return;
    const starting = this.#seats.filter(({ runner, ready }) => runner !== undefined && !ready).length;
    const seat = this.#seats.find(({ runner }) => runner === undefined);
    if (seat !== undefined && starting < this.#queue.ready) this.#start(seat);
  }

  #send(runner: Runner): void {
    const task = this.#queue.take();
    if (task !== undefined) give(runner, task);
  }

  /** Gives idle instances what others have and did not begin. */
  #share(): void {
    for (let idle = this.#free(1); idle !== undefined; idle = this.#free(1)) {
      const busy = this.#seats.find(({ runner }) => runner !== undefined && runner.load > 1);
      const task = busy?.runner?.takeBack();
      if (task === undefined) return;
      give(idle, task);
    }
  }

  #wearOut(seat: Seat, runner: Runner): void {
    seat.worn = true;
    if (runner.load === 0) void runner.end(engineClosed());
  }

  #seatOf(runner: Runner): Seat | undefined {
    return this.#seats.find((seat) => seat.runner === runner);
  }
}

/** Sends a request; one that cannot be sent, as there is no memory for its bytes, fails alone. */
function give(runner: Runner, task: Task): void {
  try {
    runner.send(task);
  } catch (error) {
    task.fail(toEdgeInferError(error));
  }
}
