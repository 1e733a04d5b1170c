/** The engine: a model in a pool of worker threads, behind a queue. */
import { EdgeInferError, EXIT } from '../errors.js';
import { loadPackage, type ModelPackage } from '../models/package.js';
import { type BatchCall, batchCall, type RequestOptions } from './batches.js';
import { checkRange, engineClosed } from './failures.js';
import { InlineRunner } from './inline_runner.js';
import type { Answers, Job, ModelChoice } from './jobs.js';
import {
  checkDeadline,
  type EngineOptions,
  type ModelOptions,
  type Settings,
  settingsOf,
} from './options.js';
import { Pool } from './pool.js';
import { atProcessExit } from './process_exit.js';
import { TaskQueue } from './queue.js';
import { compileCore, type ReactorImage } from './reactor.js';
import type { Classification, PreprocessedTensor } from './results.js';
import type { Runner, RunnerEvents } from './runner.js';
import { SharedBuffers } from './shared_buffers.js';
import { type ImageSource, readSource } from './sources.js';
import { type EngineStats, LatencyWindow } from './stats.js';
import { Task } from './task.js';
import { ThreadRunner } from './thread_runner.js';

/** How one picture is classified. */
export interface ClassifyOptions extends RequestOptions {
  /** How many answers, at least 1. Default 5. */
  top?: number;
  /** Least confidence, 0 to 1. Default 0. */
  threshold?: number;
}

/** A model kept ready. Close it after use. */
export interface Engine {
  /** Name and version of the model that answers now. */
  readonly model: { name: string; version: string };
  /**
   * Says what is on a picture.
   *
   * @throws EdgeInferError `QUEUE_FULL`, `DEADLINE_EXCEEDED`, `WORKER_TRAPPED` (exit 5), `ENGINE_CLOSED` (exit 2);
   *   exit 3 for a bad picture, 4 for a bad model, 5 when the graph fails, 7 for a wrong hash
   * @example
   * const { predictions } = await engine.classify('photo.jpg', { top: 3, deadline: 200 });
   * const results = await engine.classify(['a.jpg', 'b.jpg']);
   */
  readonly classify: BatchCall<ImageSource, ClassifyOptions, Classification>;
  /** The exact tensor that the graph would be fed for a picture; the graph does not run. */
  readonly preprocess: BatchCall<ImageSource, RequestOptions, PreprocessedTensor>;
  /**
   * Replaces the model while requests go on: new instances open it and answer a picture each, then they take over what
   * waits, and the old ones end when they have done what they have. No request fails for it.
   *
   * @throws EdgeInferError when the new model cannot be opened; the old one goes on
   */
  swapModel(model: string, options?: ModelOptions): Promise<void>;
  /** Starts all workers now rather than when there is work for them. */
  warm(): Promise<void>;
  /** Counts, times and memory. */
  stats(): EngineStats;
  /**
   * Takes no more requests, waits until all that were taken are answered, and frees everything. With `abort`, those that
   * are not answered fail with `ENGINE_CLOSED` instead. May be called twice.
   */
  close(options?: { abort?: boolean }): Promise<void>;
  /** {@link close} without options. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a model. Resolves when the first instance has answered a picture, so that a bad model fails here.
 *
 * @throws EdgeInferError exit 4 when the model is not found or wrong, 5 when no graph of it runs here, 7 for a wrong hash
 * @example
 * await using engine = await createEngine({ model: './my-model', queue: 64, deadline: 500 });
 * for (const file of files) console.log(file, (await engine.classify(file)).predictions[0]?.label);
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return await createEngineWith(options, new URL('./worker_main.js', import.meta.url));
}

/** {@link createEngine} with other code in its threads: for tests that break them. */
export async function createEngineWith(options: EngineOptions, script: URL): Promise<Engine> {
  const pool = new EnginePool(settingsOf(options), script);
  await pool.swapModel(options.model ?? 'cifar10', options);
  return pool.engine();
}

/** What is behind {@link Engine}. */
class EnginePool {
  readonly #settings: Settings;
  readonly #script: URL;
  readonly #queue: TaskQueue;
  readonly #buffers: SharedBuffers;
  readonly #latency = new LatencyWindow();
  /** Requests that are not settled. */
  readonly #active = new Set<Task>();
  /** The pool that works, and those that end. */
  readonly #pools = new Set<Pool>();
  readonly #retiring = new Set<Promise<void>>();
  readonly #forgetExit: () => void;
  #pkg: ModelPackage | undefined;
  #pool: Pool | undefined;
  #swapping: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;
  #done = 0;
  #failed = 0;

  constructor(settings: Settings, script: URL) {
    this.#settings = settings;
    this.#script = script;
    this.#queue = new TaskQueue(settings.queue, () => this.#pool?.pump());
    this.#buffers = new SharedBuffers(settings.workers * 2);
    this.#forgetExit = atProcessExit(() => {
      for (const pool of this.#pools) pool.endNow();
    });
  }

  /** The public face. */
  engine(): Engine {
    const model = () => this.#model();
    const ahead = () => this.#size * 2;
    return {
      get model() {
        return model();
      },
      classify: batchCall<ImageSource, ClassifyOptions, Classification>((source, options, wait) => {
        const { top = 5, threshold = 0 } = options;
        checkRange('top', top, 1, 1_000_000, true);
        checkRange('threshold', threshold, 0, 1, false);
        const job = (image: ReactorImage): Job => ({ kind: 'classify', image, top, threshold });
        return this.#request<'classify'>(source, options, wait, job);
      }, ahead),
      preprocess: batchCall<ImageSource, RequestOptions, PreprocessedTensor>((source, options, wait) => {
        const job = (image: ReactorImage): Job => ({ kind: 'preprocess', image });
        return this.#request<'preprocess'>(source, options, wait, job);
      }, ahead),
      swapModel: (name, options = {}) => this.swapModel(name, options),
      warm: async () => {
        this.#checkOpen();
        await this.#pool?.warm(this.#size);
      },
      stats: () => this.#stats(),
      close: (options = {}) => this.close(options.abort === true),
      [Symbol.asyncDispose]: () => this.close(false),
    };
  }

  /** One swap after the other. */
  async swapModel(model: string, options: ModelOptions): Promise<void> {
    this.#checkOpen();
    const swap = this.#swapping.then(() => this.#swap(model, options));
    this.#swapping = swap.catch(() => {});
    await swap;
  }

  close(abort: boolean): Promise<void> {
    if (abort) for (const task of this.#active) task.cancel(engineClosed());
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #size(): number {
    return Math.max(1, this.#settings.workers);
  }

  async #request<Kind extends Job['kind']>(
    source: ImageSource,
    options: RequestOptions,
    wait: boolean,
    job: (image: ReactorImage) => Job,
  ): Promise<Answers[Kind]> {
    const { signal, deadline = this.#settings.deadline } = options;
    checkDeadline(deadline);
    this.#checkOpen();
    signal?.throwIfAborted();
    if (wait) await this.#queue.admitWhenFree(signal);
    else this.#queue.admit();
    const task = new Task({ signal, deadline });
    const began = performance.now();
    this.#active.add(task);
    void this.#enqueue(task, source, wait, job);
    try {
      const answer = (await task.promise) as Answers[Kind];
      this.#done++;
      this.#latency.add(performance.now() - began);
      return answer;
    } catch (error) {
      const refused = error instanceof EdgeInferError && error.code === 'QUEUE_FULL';
      if (!refused) this.#failed++;
      throw error;
    } finally {
      this.#active.delete(task);
      if (this.#active.size === 0) this.#whenIdle?.();
    }
  }

  /** Reads the picture of a request that has a place in the queue, and lets it wait for an instance. */
  async #enqueue(
    task: Task,
    source: ImageSource,
    patient: boolean,
    job: (image: ReactorImage) => Job,
  ): Promise<void> {
    const allocate = (size: number) => {
      if (this.#settings.workers === 0) return new Uint8Array(size);
      const shared = this.#buffers.take(size);
      task.whenSettled(shared.release);
      return shared.bytes;
    };
    try {
      const limit = this.#settings.maxInputBytes;
      const image = await readSource(source, { limit, signal: task.interrupted, allocate });
      task.interrupted.throwIfAborted();
      task.job = job(image);
      this.#queue.push(task, patient);
    } catch (error) {
      this.#queue.leave();
      task.fail(error);
    }
  }

  async #swap(model: string, options: ModelOptions): Promise<void> {
    const pkg = loadPackage(model);
    const choice = choose(pkg, options);
    const pool = new Pool(this.#queue, {
      size: this.#size,
      maxInstanceBytes: this.#settings.maxInstanceBytes,
      start: (events) => this.#start(choice, events),
    });
    this.#pools.add(pool);
    try {
      await pool.warm(Math.max(1, this.#pool?.started ?? 0));
      this.#checkOpen();
    } catch (error) {
      await pool.end(error);
      this.#pools.delete(pool);
      throw error;
    }
    const old = this.#pool;
    this.#pool = pool;
    this.#pkg = pkg;
    pool.pump();
    if (old !== undefined) this.#retire(old);
  }

  #retire(old: Pool): void {
    const retired = old.retire().finally(() => {
      this.#pools.delete(old);
      this.#retiring.delete(retired);
    });
    this.#retiring.add(retired);
  }

  async #close(): Promise<void> {
    if (this.#active.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    await this.#swapping;
    await this.#pool?.end(engineClosed());
    await Promise.all(this.#retiring);
    this.#forgetExit();
  }

  #start(choice: ModelChoice, events: RunnerEvents): Runner {
    if (this.#settings.workers === 0) return new InlineRunner(compileCore(), choice, events);
    const home = { script: this.#script, buffers: this.#buffers };
    return new ThreadRunner(compileCore(), choice, home, events);
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw engineClosed();
  }

  #model(): { name: string; version: string } {
    const { name = '', version = '' } = this.#pkg?.card ?? {};
    return { name, version };
  }

  #stats(): EngineStats {
    const workers = this.#pool?.stats() ?? [];
    return {
      model: this.#model(),
      queued: this.#queue.length,
      running: [...this.#pools].reduce((sum, pool) => sum + pool.running, 0),
      done: this.#done,
      failed: this.#failed,
      refused: this.#queue.refused,
      latency_ms: this.#latency.percentiles(),
      memory: {
        picturesHighWater: this.#buffers.highWater,
        instancesHighWater: workers.reduce((sum, { memoryHighWater }) => sum + memoryHighWater, 0),
        rss: process.memoryUsage.rss(),
        rssHighWater: process.resourceUsage().maxRSS * 1024,
      },
      workers,
    };
  }
}

/** What instances are told of the model; the precision is checked against the card. */
function choose(pkg: ModelPackage, options: ModelOptions): ModelChoice {
  const { precision, strictTarget = false, preload = true } = options;
  const { graphs, name } = pkg.card;
  const wanted = graphs.filter((one) => precision === undefined || one.precision === precision);
  if (precision !== undefined && wanted.length === 0) {
    const known = [...new Set(graphs.map((one) => one.precision))].join(', ');
    throw new EdgeInferError({
      code: 'MODEL_NO_GRAPH',
      message: `no graph of this precision (${precision}) in ${name}`,
      hint: `use one of ${known}`,
      exitCode: EXIT.model,
    });
  }
  const graphBytes = precision === undefined ? undefined : wanted.map((one) => one.files[0]?.bytes ?? 0);
  return { root: pkg.root, graphBytes, strictTarget, preload };
}
