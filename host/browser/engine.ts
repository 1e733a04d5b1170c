/** The embedding API of browsers. */
import { EdgeInferError, EXIT } from '../errors.js';
import type { Answers, Call } from './messages.js';
import { type BrowserEngineOptions, settingsOf } from './options.js';
import { type BrowserImageSource, readPicture, transferOf } from './pictures.js';
import type { BrowserAnswers, BrowserClassification, BrowserTensor, OpenedModel } from './pipeline.js';
import type { BrowserTask, Wanted } from './postprocess.js';
import { type CallThread, InlineThread, WorkerThread } from './threads.js';

/** What one request may be told. */
export interface BrowserRequestOptions {
  /** Aborted: the promise rejects at once with the signal's reason; a graph that runs goes on and its answer is dropped. */
  signal?: AbortSignal;
}

/** Options of `classify`. */
export interface BrowserClassifyOptions extends BrowserRequestOptions {
  /** How many predictions. Default: 5. */
  top?: number;
  /** Least confidence, 0 to 1. Default: 0. */
  threshold?: number;
}

/** Options of `detect`. */
export interface BrowserDetectOptions extends BrowserRequestOptions {
  /** How many boxes at most. Default: what the card says. */
  top?: number;
  /** Least confidence, above 0 up to 1. Default: what the card says. */
  threshold?: number;
  /** Boxes that overlap a better one by more are suppressed, above 0 up to 1. Default: what the card says. */
  iou?: number;
}

/** Options of `segment`. */
export interface BrowserSegmentOptions extends BrowserRequestOptions {
  /** Size of the mask: that of the picture (the default) or that which the model gives. */
  size?: 'picture' | 'model';
}

/** Counts since the engine was made. */
export interface BrowserEngineStats {
  model: OpenedModel;
  /** Requests that wait or run. */
  pending: number;
  done: number;
  failed: number;
  refused: number;
  /** Bytes of the module's memory: it never shrinks, so this is its high-water mark. */
  memoryBytes: number;
  /** Milliseconds until the engine was ready. */
  opened_ms: number;
}

const DEFAULT_QUEUE = 16;
const DEFAULT_TOP = 5;
const AS_THE_CARD: Wanted = { top: 0, threshold: 0, iou: 0, ownMask: 0 };

/** A model that is ready. Made by {@link createBrowserEngine}. */
export class BrowserEngine {
  readonly #counts = { pending: 0, done: 0, failed: 0, refused: 0 };
  #closed = false;

  /** @internal */
  constructor(
    private readonly thread: CallThread,
    private readonly model: OpenedModel,
    private readonly queue: number,
    private readonly openedMs: number,
  ) {}

  /**
   * Says what is on a picture.
   *
   * @throws EdgeInferError as the other hosts do; `QUEUE_FULL` when too many requests wait
   */
  async classify(
    source: BrowserImageSource,
    options: BrowserClassifyOptions = {},
  ): Promise<BrowserClassification> {
    const { top = DEFAULT_TOP, threshold = 0, signal } = options;
    if (!Number.isInteger(top) || top < 1) throw usage('top', top, 'a whole number from 1 on');
    if (!(threshold >= 0 && threshold <= 1)) throw usage('threshold', threshold, 'a number from 0 to 1');
    return await this.#request(source, signal, (picture) => ({ kind: 'classify', picture, top, threshold }));
  }

  /** The things on a picture and where they are, for a model whose card has the task `detect`. */
  async detect(
    source: BrowserImageSource,
    { top = 0, threshold = 0, iou = 0, signal }: BrowserDetectOptions = {},
  ): Promise<BrowserAnswers['detect']> {
    if (!Number.isInteger(top) || top < 0) throw usage('top', top, 'a whole number from 1 on');
    for (const [name, value] of Object.entries({ threshold, iou })) {
      if (!(value >= 0 && value <= 1)) throw usage(name, value, 'a number from 0 to 1');
    }
    return await this.#answer('detect', source, { top, threshold, iou, ownMask: 0 }, signal);
  }

  /** The classes of the pixels of a picture, for a model whose card has the task `segment`. */
  async segment(
    source: BrowserImageSource,
    { size = 'picture', signal }: BrowserSegmentOptions = {},
  ): Promise<BrowserAnswers['segment']> {
    const ownMask = size === 'model' ? 1 : 0;
    return await this.#answer('segment', source, { ...AS_THE_CARD, ownMask }, signal);
  }

  /** The vector of a picture, for a model whose card has the task `embed`. */
  async embed(
    source: BrowserImageSource,
    { signal }: BrowserRequestOptions = {},
  ): Promise<BrowserAnswers['embed']> {
    return await this.#answer('embed', source, AS_THE_CARD, signal);
  }

  /** The exact tensor that the graph would be fed. */
  async preprocess(
    source: BrowserImageSource,
    { signal }: BrowserRequestOptions = {},
  ): Promise<BrowserTensor> {
    return await this.#request(source, signal, (picture) => ({ kind: 'preprocess', picture }));
  }

  stats(): BrowserEngineStats {
    const { memoryBytes } = this.thread;
    return { model: this.model, ...this.#counts, memoryBytes, opened_ms: this.openedMs };
  }

  /** Ends the engine; what is under way rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.thread.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #answer<Task extends BrowserTask>(
    task: Task,
    source: BrowserImageSource,
    wanted: Wanted,
    signal: AbortSignal | undefined,
  ): Promise<BrowserAnswers[Task]> {
    const answer = await this.#request(source, signal, (picture) => ({ kind: task, picture, wanted }));
    return answer as BrowserAnswers[Task];
  }

  async #request<C extends Call>(
    source: BrowserImageSource,
    signal: AbortSignal | undefined,
    makeCall: (picture: Extract<Call, { picture: unknown }>['picture']) => C,
  ): Promise<Answers[C['kind']]> {
    signal?.throwIfAborted();
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      this.#counts.refused += 1;
      throw refusal;
    }
    this.#counts.pending += 1;
    try {
      const answer = await unlessAborted(signal, async () => {
        const picture = await readPicture(source);
        return await this.thread.run(makeCall(picture), transferOf(picture));
      });
      this.#counts.done += 1;
      return answer as Answers[C['kind']];
    } catch (thrown) {
      this.#counts.failed += 1;
      throw thrown;
    } finally {
      this.#counts.pending -= 1;
    }
  }

  #refusal(): EdgeInferError | undefined {
    if (!this.#closed && this.#counts.pending < this.queue) return undefined;
    const [code, message, hint] = this.#closed
      ? ['ENGINE_CLOSED', 'the engine is closed', 'make a new engine']
      : [
          'QUEUE_FULL',
          `${this.queue} requests wait already`,
          'wait for an answer, or raise the option queue',
        ];
    return new EdgeInferError({ code, message, hint, exitCode: EXIT.runtime });
  }
}

function usage(name: string, value: unknown, expected: string): EdgeInferError {
  return new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `${name} is wrong (${String(value)}): expected ${expected}`,
    exitCode: EXIT.usage,
  });
}

/** The outcome of `body`, or the reason of the signal as soon as it is aborted. */
function unlessAborted<T>(signal: AbortSignal | undefined, body: () => Promise<T>): Promise<T> {
  if (signal === undefined) return body();
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    body()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/**
 * Opens a model: gets the package and checks every hash, starts the worker, compiles the module and the graph.
 *
 * @throws EdgeInferError of the network (exit 6), the model (4), the runtime (5) or security (7)
 * @example
 * const engine = await createBrowserEngine({ model: '/models/cifar10/', provider: 'wasm' });
 * const { predictions, input_sha256 } = await engine.classify(fileInput.files[0], { top: 3 });
 */
export async function createBrowserEngine(options: BrowserEngineOptions): Promise<BrowserEngine> {
  const began = performance.now();
  const settings = settingsOf(options);
  const thread = options.worker === false ? new InlineThread() : new WorkerThread();
  try {
    const model = (await thread.run({ kind: 'open', settings }, [])) as OpenedModel;
    return new BrowserEngine(thread, model, options.queue ?? DEFAULT_QUEUE, performance.now() - began);
  } catch (thrown) {
    await thread.close().catch(() => undefined);
    throw thrown;
  }
}
