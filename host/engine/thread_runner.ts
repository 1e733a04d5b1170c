/** An instance in a worker thread, seen from the engine's thread. */
import { Worker } from 'node:worker_threads';
import { EdgeInferError, messageOf } from '../errors.js';
import type { CachedAnswer } from './cache.js';
import { pluginTimeout, workerTrapped } from './failures.js';
import {
  type FromWorker,
  type ModelChoice,
  type Modules,
  pluginWord,
  SLOT,
  type ToWorker,
  type WorkerSeat,
} from './jobs.js';
import { NativeGate } from './native_gate.js';
import type { Runner, RunnerEvents } from './runner.js';
import type { SharedBuffers } from './shared_buffers.js';
import type { Task } from './task.js';

/** One runs, one is at hand: the thread need not wait for the engine's thread between two. */
const CAPACITY = 2;
/** JavaScript heap of a worker: it holds little, pictures and tensors lie outside of it. */
const HEAP_MB = 256;
/** Of its young objects: what V8 takes by itself grows for 30,000 requests, by 25 MB a worker, before it is collected. */
const YOUNG_HEAP_MB = 6;
/** Longest that the end of the process waits for a graph that runs. */
const EXIT_WAIT_MS = 30_000;

interface Sent {
  task: Task;
  slot: number;
  /** Says that the thread does not look at the bytes any more. */
  letGo: () => void;
}

/** Where the thread's code is, and the memory for pictures. */
export interface ThreadHome {
  script: URL;
  buffers: SharedBuffers;
  niceness: number;
}

export class ThreadRunner implements Runner {
  readonly capacity = CAPACITY;
  readonly opened: Promise<void>;
  readonly threadId: number;
  memory = 0;
  readonly #worker: Worker;
  readonly #gate: NativeGate;
  readonly #control: Int32Array;
  readonly #buffers: SharedBuffers;
  readonly #events: RunnerEvents;
  readonly #sent = new Map<number, Sent>();
  readonly #exited: Promise<void>;
  readonly #identity: string;
  #nextId = 1;
  /** Ends a call of a plug-in that takes too long. */
  #pluginTimer: NodeJS.Timeout | undefined;
  #ending: Promise<void> | undefined;
  #settleOpened!: (error?: unknown) => void;

  constructor(
    modules: Promise<Modules>,
    model: ModelChoice,
    { script, buffers, niceness }: ThreadHome,
    events: RunnerEvents,
  ) {
    this.#control = new Int32Array(new SharedArrayBuffer(4 * (1 + CAPACITY + 1)));
    this.#gate = new NativeGate(this.#control);
    this.#buffers = buffers;
    this.#events = events;
    this.#identity = model.identity;
    this.opened = new Promise((resolve, reject) => {
      this.#settleOpened = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.opened.catch(() => {});
    const seat: WorkerSeat = { control: this.#control, niceness };
    this.#worker = new Worker(script, {
      workerData: seat,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
      name: 'edge-infer',
    });
    this.threadId = this.#worker.threadId;
    modules.then(
      (compiled) => this.#post({ open: model, modules: compiled }),
      (error: unknown) => void this.end(error),
    );
    this.#worker.on('message', (message: FromWorker) => this.#hear(message));
    this.#worker.on('error', (error) => this.#die(messageOf(error)));
    this.#worker.on('messageerror', (error) => this.#die(messageOf(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        resolve();
        this.#die(`it ended by itself with code ${code}`);
      });
    });
  }

  get load(): number {
    return this.#sent.size;
  }

  send(task: Task): void {
    const { job } = task;
    if (job === undefined) throw new Error('a request without work');
    const taken = new Set([...this.#sent.values()].map(({ slot }) => slot));
    let slot = 1;
    while (taken.has(slot)) slot++;
    const id = this.#nextId++;
    job.parts = job.parts.map((part) => {
      const shared = this.#buffers.share(part);
      task.whenFree(shared.release);
      return shared.bytes;
    });
    Atomics.store(this.#control, slot, SLOT.waiting);
    const sent: Sent = { task, slot, letGo: task.hold() };
    this.#sent.set(id, sent);
    task.onInterrupt = (why) => {
      if (this.#cancel(sent)) return false;
      // An abort lets the job end and drops its answer: that is cheaper than a new instance.
      if (why === 'deadline') void this.end(workerTrapped('it was ended at a deadline'));
      return true;
    };
    // An engine that has nothing to do does not keep the process alive.
    this.#worker.ref();
    this.#post({ id, slot, job });
  }

  takeBack(): Task | undefined {
    for (const sent of [...this.#sent.values()].reverse()) {
      if (!sent.task.settled && this.#cancel(sent)) return sent.task;
    }
    return undefined;
  }

  end(error: unknown): Promise<void> {
    if (this.#ending === undefined) {
      this.#ending = this.#terminate();
      this.#letGo(error);
    }
    return this.#ending;
  }

  endNow(): void {
    this.#gate.closeNow(EXIT_WAIT_MS);
  }

  /** True when this call took the job back: it was not begun, and will not be. */
  #cancel({ slot, letGo }: Sent): boolean {
    if (this.#exchange(slot) !== SLOT.waiting) return false;
    letGo();
    return true;
  }

  /** Cancels what waits in a slot; what was there. */
  #exchange(slot: number): number {
    return Atomics.compareExchange(this.#control, slot, SLOT.waiting, SLOT.cancelled);
  }

  async #terminate(): Promise<void> {
    this.#worker.ref();
    await Promise.race([this.#gate.close(), this.#exited]);
    await this.#worker.terminate();
  }

  #hear(message: FromWorker): void {
    if (this.#ending !== undefined) return;
    if ('memory' in message) this.memory = Math.max(this.memory, message.memory);
    if ('opened' in message) {
      this.#worker.unref();
      this.#settleOpened();
    } else if ('openFailed' in message) {
      void this.end(new EdgeInferError(message.openFailed));
    } else if ('trapped' in message) {
      this.#die(message.trapped);
    } else if ('pluginCall' in message) {
      this.#watchPlugin(message);
    } else if ('question' in message) {
      this.#asked(message);
    } else {
      this.#answered(message);
    }
  }

  /** The worker has looked at a picture and waits for a word. */
  #asked({ id, question }: Extract<FromWorker, { question: unknown }>): void {
    const task = this.#sent.get(id)?.task;
    const answer = task?.settled ? undefined : task?.memo?.answerTo(this.#identity, question);
    if (answer !== undefined) task?.succeed(answer);
    // A request that is no longer wanted needs no graph either.
    this.#post({ id, known: task?.settled ?? true });
  }

  /** A call of a plug-in began; one that was begun before has ended. */
  #watchPlugin({ id, pluginCall, ms }: Extract<FromWorker, { pluginCall: number }>): void {
    clearTimeout(this.#pluginTimer);
    this.#pluginTimer = setTimeout(() => {
      // This thread may be late: a call that has ended by now was in time, or nearly.
      if (Atomics.load(this.#control, pluginWord(this.#control)) !== pluginCall) return;
      this.#sent.get(id)?.task.fail(pluginTimeout(ms));
      void this.end(workerTrapped('a plug-in did not end in its time'));
    }, ms);
  }

  #answered(
    message: Exclude<Extract<FromWorker, { id: number }>, { question: unknown } | { pluginCall: number }>,
  ): void {
    const sent = this.#sent.get(message.id);
    if (sent === undefined) return;
    this.#sent.delete(message.id);
    if (!('cancelled' in message)) clearTimeout(this.#pluginTimer);
    sent.letGo();
    if (this.#sent.size === 0) this.#worker.unref();
    if ('answer' in message && message.answer !== undefined) {
      sent.task.memo?.learn(this.#identity, message.answer as CachedAnswer);
      sent.task.succeed(message.answer);
    }
    if ('error' in message) sent.task.fail(new EdgeInferError(message.error));
    this.#events.answered(this, 'answer' in message ? 'good' : 'error' in message ? 'bad' : 'cancelled');
  }

  #die(why: string): void {
    void this.end(workerTrapped(why));
  }

  /** Fails what was begun, gives back what was not. */
  #letGo(error: unknown): void {
    this.#settleOpened(error);
    clearTimeout(this.#pluginTimer);
    const unstarted: Task[] = [];
    for (const { slot, task, letGo } of this.#sent.values()) {
      const state = this.#exchange(slot);
      if (state === SLOT.waiting) unstarted.push(task);
      else if (state === SLOT.started) task.fail(error);
      // What a thread that ends may still read does not matter: its answers are not heard.
      letGo();
    }
    this.#sent.clear();
    this.#events.ended(this, unstarted);
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
