/** Runs the calls of an engine, in this thread or in the worker: one after another, in the order in which they came. */
import type { Answers, Call } from './messages.js';
import { Pipeline } from './pipeline.js';

/** One pipeline and its queue. */
export class Runner {
  #pipeline: Pipeline | undefined;
  #last: Promise<unknown> = Promise.resolve();

  get memoryBytes(): number {
    return this.#pipeline?.memoryBytes ?? 0;
  }

  run(call: Call): Promise<Answers[Call['kind']]> {
    const result = this.#last.then(() => this.#do(call));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#pipeline?.close();
  }

  async #do(call: Call): Promise<Answers[Call['kind']]> {
    if (call.kind === 'open') {
      this.#pipeline = await Pipeline.open(call.settings);
      return this.#pipeline.opened;
    }
    if (this.#pipeline === undefined) throw new Error('the engine is not open');
    if (call.kind === 'preprocess') return await this.#pipeline.preprocess(call.picture);
    if (call.kind === 'classify') {
      return await this.#pipeline.classify(call.picture, call.top, call.threshold);
    }
    return await this.#pipeline.answer(call.kind, call.picture, call.wanted);
  }
}
