/** What a WASI-NN host has done for its guest: the numbers behind {@link Stats}. */

/** Numbers of one WASI-NN host since it was made. */
export interface Stats {
  /** Calls of either ABI, those that failed among them. */
  readonly calls: number;
  /** Input bytes that were copied on their way from the guest to the library. */
  readonly bytesCopiedIn: number;
  /** Output bytes that were copied on their way from the library to the guest. */
  readonly bytesCopiedOut: number;
  /** Milliseconds spent in computations, their time in the library. */
  readonly computeMs: number;
  /** Graphs that are open now, each counted once however many names and handles it has. */
  readonly graphs: number;
  /** Contexts that are open now. */
  readonly contexts: number;
  /** Bytes of the graphs that are open now. */
  readonly openBytes: number;
}

/** Counters that grow only. Whoever copies a tensor's bytes adds them here. */
export class Counters {
  calls = 0;
  bytesCopiedIn = 0;
  bytesCopiedOut = 0;
}
