/** The three forms of each function: one picture, a list, and a stream whose frames may be skipped. */
import { type BatchCall, batchCall, type RequestOptions } from '../engine/batches.js';
import { compileModules } from '../engine/modules.js';
import { PictureHasher } from '../engine/picture_hash.js';
import { type ImageSource, readSource } from '../engine/sources.js';
import { EdgeInferError, EXIT } from '../errors.js';
import type { WasmModule } from '../wasm.js';
import type { AdaptiveCore } from './adaptive_core.js';
import type { Clock } from './clock.js';
import type { Decided, SkippedFrame } from './decision.js';
import { type Frame, FrameGate, LiveFrames, type Skip } from './frames.js';
import type { AdaptiveSettings } from './options.js';
import type { Picture } from './request.js';

/** Frames that were not computed, by why. */
export interface FrameCounts {
  age: number;
  similar: number;
}

type Answer = Decided<object>;
type Call = BatchCall<ImageSource, RequestOptions, Answer>;

/** The functions of pictures that the engines have, by name. */
export function pictureCalls(
  tasks: readonly string[],
  core: AdaptiveCore,
  settings: AdaptiveSettings,
  clock: Clock,
  skipped: FrameCounts,
): object {
  const make = (task: string) => pictureCall(task, core, settings, clock, skipped);
  return Object.fromEntries(tasks.map((task) => [task, make(task)]));
}

function pictureCall(
  task: string,
  core: AdaptiveCore,
  settings: AdaptiveSettings,
  clock: Clock,
  skipped: FrameCounts,
): Call {
  const ahead = () => settings.parallel * 2;
  const answer = async (source: ImageSource, options: RequestOptions, wait: boolean) => {
    const began = clock.now();
    const picture = await readPicture(source, options, settings);
    return await core.answer({ task, picture, options, wait, began });
  };
  const each: Call['each'] = (inputs, options) => {
    const { maxAge, similar } = settings.frames;
    if (maxAge === undefined && similar === undefined) return plain.each(inputs, options);
    const stream = new FrameStream(task, core, settings, clock, skipped);
    // A frame is judged by the answers before it: what runs at once is no more than what can be computed at once.
    const frames = batchCall<Frame<ImageSource>, RequestOptions, Answer>(
      (frame, asked) => stream.answer(frame, asked),
      () => settings.parallel,
    );
    return frames.each(stream.read(inputs), options);
  };
  const plain = batchCall<ImageSource, RequestOptions, Answer>(answer, ahead);
  const call = ((input: ImageSource, options?: RequestOptions) => plain(input, options)) as Call;
  return Object.assign(call, { each });
}

/** One stream, frame by frame. */
class FrameStream {
  readonly #live: LiveFrames<ImageSource>;
  readonly #gate: FrameGate<Answer>;
  #hasher: Promise<PictureHasher> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly task: string,
    readonly core: AdaptiveCore,
    readonly settings: AdaptiveSettings,
    readonly clock: Clock,
    readonly skipped: FrameCounts,
  ) {
    this.#live = new LiveFrames(clock, settings.frames.maxAge ?? Number.POSITIVE_INFINITY);
    this.#gate = new FrameGate(settings.frames, clock);
  }

  async *read(
    inputs: Iterable<ImageSource> | AsyncIterable<ImageSource>,
  ): AsyncGenerator<Frame<ImageSource>> {
    if (this.settings.frames.maxAge !== undefined) {
      yield* this.#live.read(inputs);
      return;
    }
    let number = 0;
    for await (const input of inputs) yield { number: number++, input, arrived: this.clock.now() };
  }

  /** The frame's own answer, or the one that is carried over to it. */
  async answer(frame: Frame<ImageSource>, options: RequestOptions): Promise<Answer> {
    // Frames are judged one after the other, in their order; their answers come as they may.
    const judged = this.#turn.then(() => this.#judge(frame, options));
    this.#turn = judged.catch(() => {});
    const verdict = await judged;
    if ('computed' in verdict) return await verdict.computed;
    return await this.#carryOver(verdict);
  }

  async #judge(
    frame: Frame<ImageSource>,
    options: RequestOptions,
  ): Promise<Skip<Answer> | { computed: Promise<Answer> }> {
    const old = this.#gate.tooOld(frame, this.#live.isBehind(frame));
    if (old !== undefined) return old;
    if (frame.input === undefined) throw frameLetGo(frame.number);
    const began = this.clock.now();
    const picture = await readPicture(frame.input, options, this.settings);
    const hash = this.settings.frames.similar === undefined ? undefined : await this.#hash(picture);
    const alike = hash === undefined ? undefined : this.#gate.similar(frame, hash);
    if (alike !== undefined) return alike;
    const computed = this.core.answer({ task: this.task, picture, options, wait: true, began });
    this.#gate.computing(frame.number, hash, computed);
    return { computed };
  }

  /** The dHash of a picture, computed in this thread; undefined for what is no picture: the engine says why. */
  async #hash({ bytes, form }: Picture): Promise<readonly [number, number] | undefined> {
    this.#hasher ??= compileModules(true).then(({ kernels }) => PictureHasher.create(kernels as WasmModule));
    const hasher = await this.#hasher;
    try {
      return hasher.hash({ bytes, ...form });
    } catch {
      return undefined;
    }
  }

  async #carryOver({ answer, frame }: Skip<Answer>): Promise<Answer> {
    const known = await answer;
    this.skipped[frame.why]++;
    const reason = { code: 'frame_carried_over' as const, text: reasonOf(frame) };
    const decision = {
      ...known.decision,
      reasons: [reason, ...known.decision.reasons],
      skipped_frame: frame,
    };
    return { ...structuredClone(known), decision };
  }
}

function frameLetGo(number: number): EdgeInferError {
  return new EdgeInferError({
    code: 'FRAME_LET_GO',
    message: `frame ${number} was too old when its turn came, and no frame before it has an answer`,
    hint: 'raise frames.maxAge',
    exitCode: EXIT.runtime,
  });
}

function reasonOf({ why, carried_from, age_ms, distance }: SkippedFrame): string {
  const because =
    why === 'age'
      ? `${age_ms.toFixed(0)} ms old while newer frames waited`
      : `its hash differs in ${distance} of 64 bits`;
  return `the answer of frame ${carried_from}: ${because}`;
}

async function readPicture(
  source: ImageSource,
  { signal }: RequestOptions,
  { maxInputBytes: limit }: AdaptiveSettings,
): Promise<Picture> {
  const never = new AbortController();
  const allocate = (size: number) => new Uint8Array(new SharedArrayBuffer(size));
  const { bytes, form } = await readSource(source, { limit, signal: signal ?? never.signal, allocate });
  // Raw pixels stay as they were given; everything else is bytes by now, as it may be needed twice.
  return { source: form.layout === 0 ? bytes : source, bytes, form };
}
