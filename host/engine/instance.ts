/** One instance of the module with the session of one model: what a worker is for. */
import { createWasiNN, type WasiNN } from '../wasi-nn/index.js';
import { GraphHost, type NativeCall } from './graph_host.js';
import type { Answer, Answers, GraphJob, Job, ModelChoice, Modules, Question } from './jobs.js';
import { PictureHasher } from './picture_hash.js';
import { Reactor, type ReactorImage } from './reactor.js';
import type { ResultReader } from './result_reader.js';
import {
  readAnswered,
  readDetection,
  readPredictions,
  readSegmentation,
  readTensor,
  readTensorPlace,
  readVector,
  type Size,
} from './results.js';

/** Asks whether the answer to a picture is known by now. */
export type Ask = (question: Question) => Promise<boolean>;

/** Runs a call of a plug-in that may take `ms`, where whoever started this thread can end it. */
export type Limited = <T>(ms: number, body: () => T) => T;

/** A model that is open: takes one job at a time. */
export interface OpenModel {
  /** Bytes of linear memory. */
  readonly memoryBytes: number;
  /** Does the work; undefined when the answer was known by whoever was asked. */
  run(job: Job, ask: Ask): Promise<Answer | undefined>;
  /** Frees the session. */
  close(): void;
}

/** A gray pixel: the smallest picture there is. */
const WARM_UP: ReactorImage = { bytes: Uint8Array.of(128), width: 1, height: 1, layout: 1 };
const CALLS = {
  classify: 'edge_classify',
  detect: 'edge_detect',
  segment: 'edge_segment',
  embed: 'edge_embed',
} as const;

/** An answer to a picture that a graph gave. */
type GraphAnswer = Answers[GraphJob['kind']];

/** Takes one job at a time. */
export class Instance implements OpenModel {
  readonly #nn: WasiNN;
  readonly #reactor: Reactor;
  readonly #graphs: GraphHost;
  readonly #hasher: PictureHasher | undefined;
  readonly #task: ModelChoice['task'];

  private constructor(
    task: ModelChoice['task'],
    nn: WasiNN,
    reactor: Reactor,
    graphs: GraphHost,
    hasher: PictureHasher | undefined,
  ) {
    this.#task = task;
    this.#nn = nn;
    this.#reactor = reactor;
    this.#graphs = graphs;
    this.#hasher = hasher;
  }

  /**
   * Opens a model. With `preload` its graph runs once, so that the first caller waits for nothing.
   *
   * @throws EdgeInferError for a model that cannot be opened or run
   */
  static async open(modules: Modules, model: ModelChoice, native: NativeCall): Promise<Instance> {
    const graphs = new GraphHost(model, native);
    const { root, strictTarget } = model;
    const nn = createWasiNN({ inputs: 'view', strictTarget, backends: graphs.backends });
    const reactor = await Reactor.create(modules.core, root, nn);
    const hasher = modules.kernels === undefined ? undefined : PictureHasher.create(modules.kernels);
    const instance = new Instance(model.task, nn, reactor, graphs, hasher);
    if (model.preload) instance.#warmUp();
    else if (model.task !== 'raw' && model.task !== 'text') instance.#call('edge_preprocess', WARM_UP);
    return instance;
  }

  /** Bytes of the linear memory. */
  get memoryBytes(): number {
    return this.#reactor.memoryBytes;
  }

  /**
   * Does the work; undefined when the answer was known by whoever was asked.
   *
   * @throws EdgeInferError the guest's; `GUEST_TRAPPED` when the instance is of no more use
   */
  async run(job: Job, ask: Ask): Promise<Answer | undefined> {
    switch (job.kind) {
      case 'classify':
      case 'detect':
      case 'segment':
      case 'embed':
        return await this.#answer(job, ask);
      case 'preprocess':
        return readTensor(this.#call('edge_preprocess', pictureOf(job)));
      case 'run':
        // Through the guest where it would load the graph as well: one session is enough.
        if (this.#graphs.graph === undefined) this.#warmUp();
        return this.#graphs.run(job.inputs, job.parts);
    }
  }

  /** Frees the session. */
  close(): void {
    this.#nn.close();
  }

  async #answer(job: GraphJob, ask: Ask): Promise<GraphAnswer | undefined> {
    const image = pictureOf(job);
    const spent = { decode: 0, preprocess: 0 };
    if (job.asking?.picture && this.#hasher !== undefined) {
      const began = performance.now();
      const picture = this.#hasher.hash(image);
      spent.preprocess = performance.now() - began;
      const size = sizeFor(job, this.#hasher.size);
      if (await ask({ picture, size, timings: spent })) return undefined;
    }
    const wanted = job.kind === 'embed' ? {} : job;
    if (job.asking?.tensor !== true) {
      return this.#read(job, this.#call(CALLS[job.kind], image, wanted), undefined, spent);
    }
    const place = readTensorPlace(this.#call('edge_preprocess', image));
    const { input_sha256, timings } = place;
    spent.decode += timings.decode;
    spent.preprocess += timings.preprocess;
    if (await ask({ input_sha256, size: sizeFor(job, place.picture), timings: spent })) return undefined;
    const result = this.#checked(() => this.#reactor.callWithTensor(CALLS[job.kind], place, wanted));
    return this.#read(job, result, input_sha256, spent);
  }

  #call(...asked: Parameters<Reactor['call']>): ResultReader {
    return this.#checked(() => this.#reactor.call(...asked));
  }

  /** A file that is not the card's is told in our words: the guest only sees that its graph was refused. */
  #checked(body: () => ResultReader): ResultReader {
    try {
      const result = body();
      this.#graphs.throwIfRefused();
      return result;
    } catch (error) {
      this.#graphs.throwIfRefused();
      throw error;
    }
  }

  #read(
    { kind }: GraphJob,
    result: ResultReader,
    input_sha256: string | undefined,
    spent: { decode: number; preprocess: number },
  ): GraphAnswer {
    const provider = this.#graphs.graph?.provider.actual ?? 'unknown';
    const answered = readAnswered(result, provider, input_sha256, spent);
    switch (kind) {
      case 'classify':
        return { predictions: readPredictions(result), ...answered };
      case 'detect':
        return { ...readDetection(result), ...answered };
      case 'segment':
        return { ...readSegmentation(result), ...answered };
      case 'embed':
        return { vector: readVector(result), ...answered };
    }
  }

  #warmUp(): void {
    const task = this.#task;
    if (task in CALLS) this.#call(CALLS[task as keyof typeof CALLS], WARM_UP);
    else {
      this.#graphs.load();
      this.#graphs.runOnZeros();
    }
  }
}

/** What an answer in pixels depends on beside the tensor: the same tensor may be of pictures of several sizes. */
function sizeFor({ kind }: GraphJob, { width, height }: Size): string {
  return kind === 'detect' || kind === 'segment' ? `${width}x${height}` : '';
}

function pictureOf({ parts, form }: Extract<Job, { form: unknown }>): ReactorImage {
  return { ...form, bytes: parts[0] ?? new Uint8Array() };
}
