/** The worker thread: opens a model once, then answers one job at a time. */
import { constants, getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { toEdgeInferError } from '../errors.js';
import { toWire } from './failures.js';
import type { NativeCall } from './graph_host.js';
import { Instance, type OpenModel } from './instance.js';
import {
  type Answer,
  type FromWorker,
  type Job,
  type ModelChoice,
  type Modules,
  pluginWord,
  SLOT,
  type ToWorker,
  type WorkerSeat,
} from './jobs.js';
import { NativeGate } from './native_gate.js';

/** Sees each job before it is done; tests break workers with it. */
type Before = (job: Job) => void;

/** Serves the engine that started this thread. */
export function serve(before: Before = () => {}): void {
  yieldToOthers((workerData as WorkerSeat).niceness);
  const worker = new JobWorker(before);
  parentPort?.on('message', (message: ToWorker) => worker.hear(message));
  parentPort?.on('messageerror', (error) => {
    throw error;
  });
}

/**
 * Lets the event loop of the program have a core at once when it has something to do. Linux has a priority for each
 * thread; elsewhere it would be that of the whole process.
 */
function yieldToOthers(niceness: number): void {
  if (process.platform !== 'linux' || niceness === 0) return;
  try {
    setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + niceness));
  } catch {
    // A sandbox may forbid it; everything works without.
  }
}

class JobWorker {
  readonly #before: Before;
  readonly #control: Int32Array;
  readonly #gate: NativeGate;
  #instance: OpenModel | undefined;
  /** The job that runs. */
  #current = 0;
  /** One after the other, though a job may wait for a word in the middle. */
  #last: Promise<void> = Promise.resolve();
  #tell: ((known: boolean) => void) | undefined;
  #broken = false;

  constructor(before: Before) {
    this.#before = before;
    this.#control = (workerData as WorkerSeat).control;
    this.#gate = new NativeGate(this.#control);
  }

  hear(message: ToWorker): void {
    if ('known' in message) this.#tell?.(message.known);
    else if ('open' in message) this.#last = this.#last.then(() => this.#open(message.modules, message.open));
    else this.#last = this.#last.then(() => this.#take(message.id, message.slot, message.job));
  }

  async #open(modules: Modules, model: ModelChoice): Promise<void> {
    try {
      this.#instance = await this.#openInstance(modules, model);
      this.#post({ opened: true, memory: this.#instance.memoryBytes });
    } catch (thrown) {
      this.#post({ openFailed: toWire(toEdgeInferError(thrown)) });
    }
  }

  async #openInstance(modules: Modules, model: ModelChoice): Promise<OpenModel> {
    const native: NativeCall = (body) => this.#gate.through(body);
    if (model.pluginCard === undefined) return await Instance.open(modules, model, native);
    // Most models have no plug-in: theirs is read when one comes.
    const { PluginInstance } = await import('./plugin/plugin_instance.js');
    return PluginInstance.open(modules, model, native, (ms, body) => this.#limited(ms, body));
  }

  /** The engine's thread looks at the word when the time is over: an odd number that has not changed is still this call. */
  #limited<T>(ms: number, body: () => T): T {
    const word = pluginWord(this.#control);
    const pluginCall = Atomics.add(this.#control, word, 1) + 1;
    this.#post({ id: this.#current, pluginCall, ms });
    try {
      return body();
    } finally {
      Atomics.add(this.#control, word, 1);
    }
  }

  async #take(id: number, slot: number, job: Job): Promise<void> {
    // What a broken instance does not begin goes to another one.
    if (this.#broken || this.#instance === undefined) return;
    // Whoever is first decides: a job that was cancelled is not begun, one that was begun is not taken back.
    const state = Atomics.compareExchange(this.#control, slot, SLOT.waiting, SLOT.started);
    if (state !== SLOT.waiting) return this.#post({ id, cancelled: true });
    await this.#run(this.#instance, id, job);
  }

  async #run(instance: OpenModel, id: number, job: Job): Promise<void> {
    this.#current = id;
    try {
      this.#before(job);
      const answer = await instance.run(job, (question) => {
        this.#post({ id, question });
        return new Promise((resolve) => {
          this.#tell = resolve;
        });
      });
      this.#post({ id, answer, memory: instance.memoryBytes }, buffersOf(answer));
    } catch (thrown) {
      const error = toEdgeInferError(thrown);
      this.#broken = error.code === 'GUEST_TRAPPED' || error.code === 'INTERNAL';
      if (this.#broken) this.#post({ trapped: error.message });
      else this.#post({ id, error: toWire(error), memory: instance.memoryBytes });
    }
  }

  #post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
    parentPort?.postMessage(message, transfer);
  }
}

/** The memory that an answer takes along. */
function buffersOf(answer: Answer | undefined): ArrayBuffer[] {
  if (answer === undefined) return [];
  if ('vector' in answer) return [answer.vector.buffer];
  if ('mask' in answer) return [answer.mask.data.buffer];
  if ('data' in answer) return [answer.data.buffer];
  return 'parts' in answer ? answer.parts.map(({ buffer }) => buffer) : [];
}
