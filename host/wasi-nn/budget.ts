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
  /** Bytes of all inputs and outputs that contexts hold. Default 4 GiB. */
  allTensorBytes: number;
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
  allTensorBytes: 2 ** 32,
  computeMs: Number.POSITIVE_INFINITY,
  allComputeMs: Number.POSITIVE_INFINITY,
};

/** What one host has used of its limits. */
export class Budget {
  graphs = 0;
  graphBytes = 0;
  tensorBytes = 0;
  computeMs = 0;

  constructor(readonly limits: Readonly<Limits>) {}

  /** Whether a further graph of `bytes` is within the limits of all graphs. */
  hasRoom(bytes: number): boolean {
    return this.graphs < this.limits.graphs && this.graphBytes + bytes <= this.limits.allGraphBytes;
  }

  /** Makes room for a graph of `bytes`. */
  takeGraph(bytes: number): void {
    const { graphs, graphBytes, allGraphBytes } = this.limits;
    if (this.graphs >= graphs) throw new NnError('too_large', `more than ${graphs} graphs are open`);
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
    this.graphs++;
  }

  giveGraph(bytes: number): void {
    this.graphBytes -= bytes;
    this.graphs--;
  }

  /** Checks the size of one tensor. */
  checkTensor(bytes: number): void {
    const { tensorBytes } = this.limits;
    if (bytes > tensorBytes) {
      throw new NnError('too_large', `a tensor of ${bytes} bytes is over the limit of ${tensorBytes}`);
    }
  }

  /** Makes room for tensors that a context holds; a negative number gives it back. */
  holdTensors(bytes: number): void {
    const { allTensorBytes } = this.limits;
    if (bytes > 0 && this.tensorBytes + bytes > allTensorBytes) {
      throw new NnError(
        'too_large',
        `tensors of ${this.tensorBytes + bytes} bytes are over the limit of ${allTensorBytes}`,
      );
    }
    this.tensorBytes += bytes;
  }

  /** Milliseconds that a computation may take now. */
  computeLimit(): number {
    const { computeMs, allComputeMs } = this.limits;
    const left = allComputeMs - this.computeMs;
    if (left <= 0) throw new NnError('busy', `the compute time of ${allComputeMs} ms is used up`);
    return Math.min(computeMs, left);
  }

  /**
   * Books a computation that took `took` of at most `limit` milliseconds. A backend that cannot be interrupted is late at
   * most by its one computation, whose answer is then refused.
   */
  bookCompute(took: number, limit: number): void {
    this.computeMs += took;
    if (took > limit) {
      throw new NnError(
        'busy',
        `a computation took ${Math.round(took)} ms, the limit is ${Math.round(limit)} ms`,
      );
    }
  }
}
