/** One function for one picture, for a list of them, and for as many as come. */

/** Options that every request has. */
export interface RequestOptions {
  /**
   * Takes the request back: its promise rejects with the signal's reason at once. A graph that runs is not interrupted,
   * its answer is dropped.
   */
  signal?: AbortSignal;
  /**
   * Milliseconds from the call (of many: from when a picture is taken up) to the answer. A request that is past it fails
   * with `DEADLINE_EXCEEDED`; an instance that was running it is replaced.
   */
  deadline?: number;
}

/** Work on inputs: one, a list, or as many as come. */
export interface BatchCall<Input, Options extends RequestOptions, Result> {
  /** One input; rejects when it fails. */
  (input: Input, options?: Options): Promise<Result>;
  /** A list: results in its order, each its own success or failure. Waits for room in the queue. */
  (inputs: readonly Input[], options?: Options): Promise<PromiseSettledResult<Result>[]>;
  /**
   * As many as come: results in their order, each its own success or failure. Inputs are taken only a little ahead of what
   * is consumed; leaving the loop takes back what is under way.
   *
   * @example
   * for await (const result of engine.classify.each(frames)) {
   *   if (result.status === 'fulfilled') console.log(result.value.predictions[0]);
   * }
   */
  each(
    inputs: Iterable<Input> | AsyncIterable<Input>,
    options?: Options,
  ): AsyncGenerator<PromiseSettledResult<Result>, void, undefined>;
}

/** How one input is sent: `wait` for room in the queue, or be refused. */
type Send<Input, Options, Result> = (input: Input, options: Options, wait: boolean) => Promise<Result>;

/**
 * Makes the three forms of one function.
 *
 * @param ahead how many inputs are under way at once
 */
export function batchCall<Input, Options extends RequestOptions, Result>(
  send: Send<Input, Options, Result>,
  ahead: () => number,
): BatchCall<Input, Options, Result> {
  async function* each(
    inputs: Iterable<Input> | AsyncIterable<Input>,
    options = {} as Options,
  ): AsyncGenerator<PromiseSettledResult<Result>, void, undefined> {
    const left = new AbortController();
    const { signal } = left;
    const abort = () => left.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', abort);
    if (options.signal?.aborted) abort();
    const underWay: Promise<PromiseSettledResult<Result>>[] = [];
    try {
      for await (const input of inputs) {
        signal.throwIfAborted();
        underWay.push(settled(send(input, { ...options, signal }, true)));
        if (underWay.length >= ahead()) yield await (underWay.shift() as (typeof underWay)[0]);
      }
      for (const result of underWay) yield await result;
    } finally {
      options.signal?.removeEventListener('abort', abort);
      left.abort();
    }
  }
  const call = async (input: Input | readonly Input[], options = {} as Options) => {
    if (!Array.isArray(input)) return await send(input as Input, options, false);
    const results: PromiseSettledResult<Result>[] = [];
    for await (const result of each(input as readonly Input[], options)) results.push(result);
    return results;
  };
  return Object.assign(call as BatchCall<Input, Options, Result>, { each });
}

async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}
