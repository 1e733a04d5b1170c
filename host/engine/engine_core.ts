/** What is behind {@link Engine}: queue, pools, cache, and the life of a request. */
import { createHash } from 'node:crypto';
import { EdgeInferError, EXIT } from '../errors.js';
import { cardPlugins, loadPackage, type ModelPackage } from '../models/package.js';
import type { RequestOptions } from './batches.js';
import type { InferenceCache } from './cache.js';
import { engineClosed } from './failures.js';
import { InlineRunner } from './inline_runner.js';
import type { Answers, Asking, Job, ModelChoice, PictureForm } from './jobs.js';
import { compileModules } from './modules.js';
import { checkDeadline, type ModelOptions, type Settings } from './options.js';
import { Pool } from './pool.js';
import { atProcessExit } from './process_exit.js';
import { TaskQueue } from './queue.js';
import type { Runner, RunnerEvents } from './runner.js';
import { SharedBuffers } from './shared_buffers.js';
import { type ImageSource, readSource } from './sources.js';
import { type EngineStats, LatencyWindow } from './stats.js';
import { Task } from './task.js';
import { ThreadRunner } from './thread_runner.js';

/** Makes the work of a picture that was read. */
type PictureJob = (bytes: Uint8Array, form: PictureForm) => Job;

/** The pool that works, and what it works with. */
interface Current {
  pool: Pool;
  pkg: ModelPackage;
  choice: ModelChoice;
}

export class EngineCore {
  readonly #settings: Settings;
  readonly #script: URL;
  readonly #queue: TaskQueue;
  readonly #buffers: SharedBuffers;
  readonly #cache: InferenceCache | undefined;
  readonly #latency = new LatencyWindow();
  /** Requests that are not settled. */
  readonly #active = new Set<Task>();
  /** The pool that works, and those that end. */
  readonly #pools = new Set<Pool>();
  readonly #retiring = new Set<Promise<void>>();
  readonly #forgetExit: () => void;
  #current: Current | undefined;
  #swapping: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;
  #done = 0;
  #failed = 0;

  constructor(settings: Settings, script: URL, cache: InferenceCache | undefined) {
    this.#settings = settings;
    this.#script = script;
    this.#queue = new TaskQueue(settings.queue, () => this.#current?.pool.pump());
    this.#buffers = new SharedBuffers(settings.workers * 2);
    this.#cache = cache;
    this.#forgetExit = atProcessExit(() => {
      for (const pool of this.#pools) pool.endNow();
    });
  }

  get model(): { name: string; version: string } {
    const { name = '', version = '' } = this.#current?.pkg.card ?? {};
    return { name, version };
  }

  /** The package that answers now. */
  get package(): ModelPackage | undefined {
    return this.#current?.pkg;
  }

  /** Instances that there may be: at least 1. */
  get workers(): number {
    return Math.max(1, this.#settings.workers);
  }

  /** What instances ask of the cache before they run a graph. */
  get asking(): Asking | undefined {
    return this.#cache && { tensor: true, picture: this.#cache.comparesPictures };
  }

  /** Does work that needs nothing to be read. `wait`: for room in the queue, rather than be refused. */
  async answer<Kind extends Job['kind']>(
    job: Job,
    options: RequestOptions,
    wait: boolean,
  ): Promise<Answers[Kind]> {
    return await this.#request<Kind>(async () => job, options, wait);
  }

  /** Reads a picture and does the work that `job` makes of it. */
  async answerPicture<Kind extends Job['kind']>(
    source: ImageSource,
    job: PictureJob,
    options: RequestOptions,
    wait: boolean,
  ): Promise<Answers[Kind]> {
    return await this.#request<Kind>((task) => this.#read(task, source, job), options, wait);
  }

  /** One swap after the other. */
  async swapModel(model: string, options: ModelOptions): Promise<void> {
    this.#checkOpen();
    const swap = this.#swapping.then(() => this.#swap(model, options));
    this.#swapping = swap.catch(() => {});
    await swap;
  }

  async warm(): Promise<void> {
    this.#checkOpen();
    await this.#current?.pool.warm(this.workers);
  }

  close(abort: boolean): Promise<void> {
    if (abort) for (const task of this.#active) task.cancel(engineClosed());
    this.#closing ??= this.#close();
    return this.#closing;
  }

  stats(): EngineStats {
    const workers = this.#current?.pool.stats() ?? [];
    return {
      model: this.model,
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
      cache: this.#cache?.stats(),
      workers,
    };
  }

  async #request<Kind extends Job['kind']>(
    prepare: (task: Task) => Promise<Job>,
    { signal, deadline = this.#settings.deadline }: RequestOptions,
    wait: boolean,
  ): Promise<Answers[Kind]> {
    checkDeadline(deadline);
    this.#checkOpen();
    signal?.throwIfAborted();
    if (wait) await this.#admitWhenFree(signal);
    else this.#queue.admit();
    const task = new Task({ signal, deadline });
    const began = performance.now();
    this.#active.add(task);
    void this.#enqueue(task, prepare, wait);
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

  /** Waits for a place; the engine may be closed meanwhile. */
  async #admitWhenFree(signal: AbortSignal | undefined): Promise<void> {
    await this.#queue.admitWhenFree(signal);
    if (this.#closing === undefined) return;
    this.#queue.leave();
    throw engineClosed();
  }

  /** Prepares a request that has a place in the queue, and lets it wait for an instance. */
  async #enqueue(task: Task, prepare: (task: Task) => Promise<Job>, patient: boolean): Promise<void> {
    const letGo = task.hold();
    try {
      task.job = await prepare(task);
      if (!task.settled) await this.#recall(task, task.job);
      if (task.settled) this.#queue.leave();
      else this.#queue.push(task, patient);
    } catch (error) {
      this.#queue.leave();
      task.fail(error);
    } finally {
      letGo();
    }
  }

  async #read(task: Task, source: ImageSource, job: PictureJob): Promise<Job> {
    const allocate = (size: number) => {
      if (this.#settings.workers === 0) return new Uint8Array(size);
      const shared = this.#buffers.take(size);
      task.whenFree(shared.release);
      return shared.bytes;
    };
    const limit = this.#settings.maxInputBytes;
    const reading = {
      limit,
      // Bytes in memory need none.
      get signal() {
        return task.interrupted;
      },
      allocate,
    };
    const { bytes, form } = await readSource(source, reading);
    return job(bytes, form);
  }

  /** Answers a request whose very bytes are known. */
  async #recall(task: Task, job: Job): Promise<void> {
    if (this.#cache === undefined || !('asking' in job)) return;
    const began = performance.now();
    task.memo = await this.#cache.memo(job);
    const identity = this.#current?.choice.identity ?? '';
    const known = task.memo.sameBytes(identity, performance.now() - began);
    if (known !== undefined) task.succeed(known);
  }

  async #swap(model: string, options: ModelOptions): Promise<void> {
    const pkg = loadPackage(model);
    const choice = choose(pkg, options);
    const pool = new Pool(this.#queue, {
      size: this.workers,
      maxInstanceBytes: this.#settings.maxInstanceBytes,
      start: (events) => this.#start(choice, events),
    });
    this.#pools.add(pool);
    try {
      await pool.warm(Math.max(1, this.#current?.pool.started ?? 0));
      this.#checkOpen();
    } catch (error) {
      await pool.end(error);
      this.#pools.delete(pool);
      throw error;
    }
    const old = this.#current?.pool;
    this.#current = { pool, pkg, choice };
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
    await this.#current?.pool.end(engineClosed());
    await Promise.all(this.#retiring);
    this.#forgetExit();
  }

  #start(choice: ModelChoice, events: RunnerEvents): Runner {
    const plugins = choice.pluginCard !== undefined;
    const modules = compileModules(plugins || this.#cache?.comparesPictures === true);
    // A plug-in that does not end can be ended only with its thread.
    if (this.#settings.workers === 0 && !plugins) return new InlineRunner(modules, choice, events);
    const { niceness } = this.#settings;
    const home = { script: this.#script, buffers: this.#buffers, niceness };
    return new ThreadRunner(modules, choice, home, events);
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw engineClosed();
  }
}

/** What instances are told of the model; the precision is checked against the card. */
function choose({ card, root }: ModelPackage, options: ModelOptions): ModelChoice {
  const { precision, strictTarget = false, preload = true } = options;
  const graphs = card.graphs.filter((graph) => precision === undefined || graph.precision === precision);
  if (precision !== undefined && graphs.length === 0) {
    const known = [...new Set(card.graphs.map((graph) => graph.precision))].join(', ');
    throw new EdgeInferError({
      code: 'MODEL_NO_GRAPH',
      message: `no graph of this precision (${precision}) in ${card.name}`,
      hint: `use one of ${known}`,
      exitCode: EXIT.model,
    });
  }
  // The card has the hash of every file, so its own hash stands for the whole package.
  const identity = createHash('sha256')
    .update(JSON.stringify([card, precision]))
    .digest('hex');
  const pluginCard = cardPlugins(card).length > 0 ? card : undefined;
  return { root, task: card.task, graphs, strictTarget, preload, identity, pluginCard };
}
