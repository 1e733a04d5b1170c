/** Frames of a stream that are not worth to be computed: too old, or like the last one that was. */
import { hammingDistance } from '../engine/picture_hash.js';
import type { Clock } from './clock.js';
import type { SkippedFrame } from './decision.js';
import type { FrameRule } from './options.js';

/** One frame on its way. */
export interface Frame<Input> {
  /** Counted from 0. */
  readonly number: number;
  /** Undefined once it is known that it will be skipped: its pixels are let go. */
  input: Input | undefined;
  /** When it came. */
  readonly arrived: number;
}

/** Most frames that wait with their pixels, whatever their age. */
const MOST_WAITING = 64;

/** Reads a stream as fast as it comes, and lets the pixels of frames go that will be skipped. */
export class LiveFrames<Input> {
  readonly #clock: Clock;
  readonly #maxAge: number;
  readonly #waiting: Frame<Input>[] = [];
  #arrived = 0;
  #ended = false;
  #error: { thrown: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(clock: Clock, maxAge: number) {
    this.#clock = clock;
    this.#maxAge = maxAge;
  }

  /** Whether a newer frame has come. */
  isBehind(frame: Frame<Input>): boolean {
    return frame.number < this.#arrived - 1;
  }

  /** The frames in order. Leaving the loop leaves the stream. */
  async *read(inputs: Iterable<Input> | AsyncIterable<Input>): AsyncGenerator<Frame<Input>, void, undefined> {
    const iterator =
      Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
    void this.#pump(iterator);
    try {
      for (;;) {
        const frame = this.#waiting.shift();
        if (frame !== undefined) yield frame;
        else if (this.#error !== undefined) throw this.#error.thrown;
        else if (this.#ended) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      if (!this.#ended) {
        this.#ended = true;
        void Promise.resolve(iterator.return?.()).catch(() => {});
      }
    }
  }

  async #pump(iterator: Iterator<Input> | AsyncIterator<Input>): Promise<void> {
    try {
      while (!this.#ended) {
        const next = await iterator.next();
        if (next.done === true || this.#ended) break;
        this.#waiting.push({ number: this.#arrived++, input: next.value, arrived: this.#clock.now() });
        this.#letGo();
        this.#wake();
        // A list gives its frames without a pause: the others get their turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (thrown) {
      this.#error = { thrown };
    }
    this.#ended = true;
    this.#wake();
  }

  #letGo(): void {
    const now = this.#clock.now();
    for (const [place, frame] of this.#waiting.entries()) {
      const newest = place === this.#waiting.length - 1;
      const tooMany = this.#waiting.length - place > MOST_WAITING;
      if (!newest && (tooMany || now - frame.arrived > this.#maxAge)) frame.input = undefined;
    }
  }
}

type PictureHash = readonly [number, number];

/** The frame that was computed last, or is being computed. */
interface Computed<Answer> {
  number: number;
  hash: PictureHash | undefined;
  answer: Promise<Answer>;
}

/** Why a frame is skipped, and whose answer it gets. */
export interface Skip<Answer> {
  answer: Promise<Answer>;
  frame: SkippedFrame;
}

/** Decides frame by frame. */
export class FrameGate<Answer> {
  readonly #rule: FrameRule;
  readonly #clock: Clock;
  #last: Computed<Answer> | undefined;
  skipped = { age: 0, similar: 0 };

  constructor(rule: FrameRule, clock: Clock) {
    this.#rule = rule;
    this.#clock = clock;
  }

  /** Says that a frame is computed. */
  computing(number: number, hash: PictureHash | undefined, answer: Promise<Answer>): void {
    this.#last = { number, hash, answer };
    // One that fails has no answer to carry over.
    answer.catch(() => {
      if (this.#last?.answer === answer) this.#last = undefined;
    });
  }

  /** Skips a frame that is too old, when there is an answer to carry over and a newer frame. */
  tooOld(frame: Frame<unknown>, behind: boolean): Skip<Answer> | undefined {
    const { maxAge } = this.#rule;
    const age_ms = this.#clock.now() - frame.arrived;
    const old = frame.input === undefined || (maxAge !== undefined && behind && age_ms > maxAge);
    return old ? this.#skip(frame, 'age', age_ms) : undefined;
  }

  /** Skips a frame that looks like the last computed one. */
  similar(frame: Frame<unknown>, hash: PictureHash): Skip<Answer> | undefined {
    const last = this.#last?.hash;
    const { similar } = this.#rule;
    if (similar === undefined || last === undefined) return undefined;
    const distance = hammingDistance(hash, last);
    if (distance > similar.distance) return undefined;
    return this.#skip(frame, 'similar', this.#clock.now() - frame.arrived, distance);
  }

  #skip(
    frame: Frame<unknown>,
    why: SkippedFrame['why'],
    age_ms: number,
    distance?: number,
  ): Skip<Answer> | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    this.skipped[why]++;
    const seen = distance === undefined ? {} : { distance };
    return {
      answer: last.answer,
      frame: { carried_from: last.number, frame: frame.number, why, age_ms, ...seen },
    };
  }
}
