/** Limits of one WASI-NN host, and what it has used of them. */
import { NnError } from './errors.js';

/** Limits of one WASI-NN host. Passing one makes the call fail, never the host. */
export interface Limits {
  /** Graphs open at once. Default 64. */
  graphs: number;
  /** Contexts open at once. Default 4096. */
  contexts: number;
  /** Bytes of one graph, all parts together. Default 2 GiB. */
  graphBytes: number;
  /** Bytes of one tensor. Default 1 GiB. */
  tensorBytes: number;
  /** Bytes of all graphs that are open, each counted once. Default 4 GiB. */
  allGraphBytes: number;
  /** Milliseconds of one `compute`. Default: no limit. */
  computeMs: number;
  /** Milliseconds of all computations together. Default: no limit. */
  allComputeMs: number;
}

/** The limits that hold unless others are given. */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  graphs: 64,
  contexts: 4096,
  graphBytes: 2 ** 31,
  tensorBytes: 2 ** 30,
  allGraphBytes: 2 ** 32,
  computeMs: Number.POSITIVE_INFINITY,
  allComputeMs: Number.POSITIVE_INFINITY,
};

/** What one host has used of its limits. */
export class Budget {
  graphBytes = 0;
  computeMs = 0;

  constructor(readonly limits: Limits) {}

  /** Makes room for a graph of `bytes`. */
  takeGraph(bytes: number): void {
    const { graphBytes, allGraphBytes } = this.limits;
    if (bytes > graphBytes) {
      throw new NnError('too_large', `a graph of ${bytes} bytes is over the limit of ${graphBytes}`);
    }
    if (this.graphBytes + bytes > allGraphBytes) {
      throw new NnError(
        'too_large',
        `open graphs of ${this.graphBytes + bytes} bytes are over the limit of ${allGraphBytes}`,
      );
    }
    this.graphBytes += bytes;
  }

  /**
   * Runs a computation within what is left of the time. A backend that cannot be interrupted is late at most by its
   * one computation, whose answer is then refused.
   */
  timed<T>(run: (timeLimitMs: number) => T): T {
    const limit = Math.min(this.limits.computeMs, this.limits.allComputeMs - this.computeMs);
    if (limit <= 0) {
      throw new NnError('busy', `the compute time of ${this.limits.allComputeMs} ms is used up`);
    }
    const started = performance.now();
    try {
      return run(limit);
    } finally {
      const took = performance.now() - started;
      this.computeMs += took;
      if (took > limit) {
        // biome-ignore lint/correctness/noUnsafeFinally: a late answer counts as none, and so does a late failure.
        throw new NnError(
          'busy',
          `a computation took ${Math.round(took)} ms, the limit is ${Math.round(limit)} ms`,
        );
      }
    }
  }
}
