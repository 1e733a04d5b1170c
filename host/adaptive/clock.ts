/** Time as the adaptive engine knows it: the process's own, or one that a simulation moves. */

/** A clock and its timers. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Calls `run` in `ms` milliseconds, unless the function that it gives is called before. */
  after(ms: number, run: () => void): () => void;
}

/** Longest time that a timer of Node takes. */
const MAX_MS = 2 ** 31 - 1;

/** The clock of the process. */
export const processClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(ms, 0), MAX_MS));
    return () => clearTimeout(timer);
  },
};

/** A signal that is aborted when `parent` is or when time is over, whichever comes first; `release` forgets both. */
export function abortAfter(
  clock: Clock,
  ms: number,
  parent: AbortSignal | undefined,
): { signal: AbortSignal; expired: () => boolean; release: () => void } {
  const controller = new AbortController();
  let expired = false;
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  parent?.addEventListener('abort', follow);
  const cancel = Number.isFinite(ms)
    ? clock.after(ms, () => {
        expired = true;
        controller.abort(new DOMException('out of time', 'TimeoutError'));
      })
    : () => {};
  return {
    signal: controller.signal,
    expired: () => expired,
    release: () => {
      cancel();
      parent?.removeEventListener('abort', follow);
    },
  };
}

/** The promise, or the signal's reason as soon as it is aborted, whatever the promise does then. */
export async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
