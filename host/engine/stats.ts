/** What an engine tells of itself. */
import type { CacheStats } from './cache.js';

/** Milliseconds that requests took, from the call to the answer. */
export interface Latency {
  p50: number;
  p95: number;
  p99: number;
}

/** One worker. */
export interface WorkerStats {
  /** `worker_threads.threadId`; 0 for the caller's own thread, undefined while no thread runs. */
  threadId: number | undefined;
  state: 'empty' | 'starting' | 'idle' | 'busy';
  /** Requests answered, well or not. */
  done: number;
  failed: number;
  /** How many times the instance was replaced because it trapped, died or ran past a deadline. */
  restarts: number;
  /** How many times it was replaced because its memory had become larger than `maxInstanceBytes`. */
  recycled: number;
  /** Bytes of the instance's linear memory, which never shrinks; the largest since the worker's place exists. */
  memoryHighWater: number;
}

/** Counts since the engine was made, and the state of now. */
export interface EngineStats {
  model: { name: string; version: string };
  /** Requests that wait, pictures that are being read among them. */
  queued: number;
  /** Requests that instances have now. */
  running: number;
  /** Requests answered. */
  done: number;
  /** Requests that failed for whatever reason but a full queue: bad pictures, deadlines, aborts, traps. */
  failed: number;
  /** Requests that a full queue refused. */
  refused: number;
  /** Of the last 4096 answers; zeros before the first. */
  latency_ms: Latency;
  memory: {
    /** Most bytes that pictures on their way to workers have taken. */
    picturesHighWater: number;
    /** Sum of the workers' high-water marks. */
    instancesHighWater: number;
    /** Resident bytes of the whole process, now and at most. */
    rss: number;
    rssHighWater: number;
  };
  /** Undefined without a cache. */
  cache: CacheStats | undefined;
  workers: WorkerStats[];
}

/** The last so many durations. */
export class LatencyWindow {
  readonly #values: Float64Array;
  #count = 0;

  constructor(size = 4096) {
    this.#values = new Float64Array(size);
  }

  add(ms: number): void {
    this.#values[this.#count++ % this.#values.length] = ms;
  }

  /** Nearest-rank percentiles. */
  percentiles(): Latency {
    const sorted = this.#values.slice(0, Math.min(this.#count, this.#values.length)).sort();
    const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
