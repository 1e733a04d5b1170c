/** What an engine is made with, checked. */
import { availableParallelism } from 'node:os';
import type { CacheLimits } from './cache.js';
import { checkRange } from './failures.js';
import type { QueueLimits } from './queue.js';

/** Which of a model's graphs is used, and how. */
export interface ModelOptions {
  /** Only graphs of this precision: `fp32`, `int8`, ... Default: the first of the card that loads. */
  precision?: string;
  /** Fail rather than run somewhere else than asked. Default false. */
  strictTarget?: boolean;
  /**
   * Load the graph and run it once before anything is promised. Default true; false: when a request first needs it, which
   * {@link Engine.preprocess} never does.
   */
  preload?: boolean;
}

/** Options of {@link createEngine}; all may be left out. */
export interface EngineOptions extends ModelOptions {
  /** Folder with model.json, or the name of a built-in model. Default `cifar10`. */
  model?: string;
  /**
   * Worker threads, each with an instance and a session of its own; the first starts at once, the others when there is work
   * for them. Default: as many as the machine runs at once. 0: everything runs in the caller's thread and blocks it, for
   * scripts and for callers with threads of their own.
   */
  workers?: number;
  /** Requests that may wait (default 256), or also the bytes of their pictures (default 256 MiB). */
  queue?: number | Partial<QueueLimits>;
  /** Keeps answers, so that what was seen is not computed again. `true`: with the defaults. Default false. */
  cache?: boolean | CacheOptions;
  /** Milliseconds that each request has unless it says otherwise. Default: no limit. */
  deadline?: number;
  /** Most bytes of one picture's file or stream. Default 256 MiB. */
  maxInputBytes?: number;
  /** An instance whose linear memory has become larger is replaced after its request. Default 512 MiB. */
  maxInstanceBytes?: number;
  /**
   * By how much the threads' priority is lower than that of the process, 0 to 19, so that the event loop gets a core as soon
   * as it has something to do though all of them are busy. Linux only. Default 10.
   */
  niceness?: number;
}

/** What the cache keeps, and how long. */
export interface CacheOptions {
  /** Answers. Default 1024. */
  entries?: number;
  /** Bytes of answers and keys, roughly. Default 64 MiB. */
  bytes?: number;
  /** Milliseconds that an answer stays good. Default: for ever. */
  ttl?: number;
  /**
   * Takes the answer to a picture that looks alike: the hashes (dHash) differ in at most `distance` of 64 bits, 0 to 32.
   * For video, where two frames are often as good as one. It is wrong at times: docs/engine.md has numbers. Default: off.
   */
  nearDuplicates?: { distance: number };
}

/** The options with their defaults. */
export interface Settings {
  workers: number;
  queue: QueueLimits;
  cache: CacheLimits | undefined;
  deadline: number | undefined;
  maxInputBytes: number;
  maxInstanceBytes: number;
  niceness: number;
}

const MIB = 2 ** 20;
/** Longest time that a timer of Node takes. */
const MAX_MS = 2 ** 31 - 1;

/**
 * Checks the numbers and fills in the defaults.
 *
 * @throws EdgeInferError `USAGE_INVALID` (exit 2)
 */
export function settingsOf(options: EngineOptions): Settings {
  const { queue = {}, deadline } = options;
  const settings: Settings = {
    workers: options.workers ?? availableParallelism(),
    queue: { length: 256, bytes: 256 * MIB, ...(typeof queue === 'number' ? { length: queue } : queue) },
    cache: cacheLimits(options.cache ?? false),
    deadline,
    maxInputBytes: options.maxInputBytes ?? 256 * MIB,
    maxInstanceBytes: options.maxInstanceBytes ?? 512 * MIB,
    niceness: options.niceness ?? 10,
  };
  checkRange('workers', settings.workers, 0, 1024, true);
  checkRange('queue.length', settings.queue.length, 1, 2 ** 20, true);
  checkRange('queue.bytes', settings.queue.bytes, 1, 2 ** 40, true);
  checkRange('maxInputBytes', settings.maxInputBytes, 1, 2 ** 31, true);
  checkRange('maxInstanceBytes', settings.maxInstanceBytes, 65536, 2 ** 32, true);
  checkRange('niceness', settings.niceness, 0, 19, true);
  checkDeadline(deadline);
  return settings;
}

function cacheLimits(cache: boolean | CacheOptions): CacheLimits | undefined {
  if (cache === false) return undefined;
  const { entries = 1024, bytes = 64 * MIB, ttl = 0, nearDuplicates } = cache === true ? {} : cache;
  checkRange('cache.bytes', bytes, 1, 2 ** 40, true);
  checkRange('cache.ttl', ttl, 0, MAX_MS, true);
  const distance = nearDuplicates?.distance;
  // Each look for a picture that is alike goes over all of them: a millisecond of the event loop for so many.
  checkRange('cache.entries', entries, 1, nearDuplicates === undefined ? 2 ** 20 : 2 ** 16, true);
  if (nearDuplicates !== undefined) {
    checkRange('cache.nearDuplicates.distance', distance ?? Number.NaN, 0, 32, true);
  }
  return { entries, bytes, ttl, distance };
}

/** @throws EdgeInferError `USAGE_INVALID` (exit 2) */
export function checkDeadline(deadline: number | undefined): void {
  if (deadline !== undefined) checkRange('deadline', deadline, 0, MAX_MS, false);
}
