/** A machine that is simulated: a clock that jumps from event to event, processors, and engines whose models take a given time. */
import { type AdaptiveEngine, adaptiveEngineOver } from '../../host/adaptive/adaptive_engine.js';
import type { Clock } from '../../host/adaptive/clock.js';
import type { CloudEscalation } from '../../host/adaptive/cloud/escalation.js';
import type { AnswerEngine } from '../../host/adaptive/model_slot.js';
import { type AdaptiveOptions, adaptiveSettings } from '../../host/adaptive/options.js';
import { SignalBoard } from '../../host/adaptive/signals/board.js';
import type { Classification, ClassifyOptions } from '../../host/index.js';

interface Event {
  at: number;
  order: number;
  run: () => void;
}

/** A clock that stands still while anything runs. */
export class SimulatedClock implements Clock {
  readonly #events = new Set<Event>();
  #now = 0;
  #order = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const event = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    this.#events.add(event);
    return () => this.#events.delete(event);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Lets events happen, one after the other, until `promise` is settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const mark = () => {
      settled = true;
    };
    promise.then(mark, mark);
    for (;;) {
      // All that follows from the last event has happened when the loop comes round.
      await new Promise((resolve) => setImmediate(resolve));
      if (settled) return await promise;
      let next: Event | undefined;
      for (const event of this.#events) {
        if (next === undefined || event.at < next.at || (event.at === next.at && event.order < next.order))
          next = event;
      }
      if (next === undefined)
        throw new Error('nothing will ever happen again, and the promise is not settled');
      this.#events.delete(next);
      this.#now = next.at;
      next.run();
    }
  }
}

/** A generator of numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a model says of a picture: a class and how sure it is. */
export type Opinion = { class_id: number; confidence: number };

/** A model of the simulated machine. */
export interface SimulatedModel {
  name: string;
  /** Milliseconds for the picture that starts at this time. */
  service(now: number): number;
  /** Of picture number `picture`; 0.99 sure of class 0 when absent. */
  opinion?(picture: number): Opinion;
}

/** A request that waits for a processor. */
interface Waiting {
  begin(): void;
}

/** Processors that all models share, first come, first served. */
class Processors {
  readonly #waiting: Waiting[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  take(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#pump();
  }

  leave(): void {
    this.#free++;
    this.#pump();
  }

  #pump(): void {
    while (this.#free > 0 && this.#waiting.length > 0) {
      this.#free--;
      this.#waiting.shift()?.begin();
    }
  }
}

/** What is simulated. */
export interface World {
  clock: SimulatedClock;
  engine: AdaptiveEngine;
}

/** Picture number `number`, as bytes. */
export const numbered = (number: number): Uint8Array =>
  new Uint8Array(Uint32Array.of(number).buffer as ArrayBuffer);

/** An adaptive engine on a machine of `processors` processors. */
export function simulate(
  models: readonly SimulatedModel[],
  options: Omit<AdaptiveOptions, 'models'> = {},
  processors = 1,
  cloud?: (clock: SimulatedClock) => CloudEscalation,
): World {
  const clock = new SimulatedClock();
  const machine = new Processors(processors);
  const settings = adaptiveSettings({
    signals: [],
    workers: processors,
    ...options,
    models: models.map(({ name }) => ({ name, model: name })),
  });
  const engines = models.map((model) => simulatedEngine(model, machine, clock));
  const board = new SignalBoard(settings.signals, settings.signalInterval);
  return { clock, engine: adaptiveEngineOver(engines, settings, board, cloud?.(clock), clock) };
}

function simulatedEngine(model: SimulatedModel, machine: Processors, clock: SimulatedClock): AnswerEngine {
  return {
    tasks: ['classify'],
    close: async () => {},
    answer: (_task, source, options: ClassifyOptions) => {
      const picture = new DataView((source as Uint8Array).slice().buffer).getUint32(0, true);
      return new Promise((resolve, reject) => {
        const { signal } = options;
        if (signal?.aborted) return reject(signal.reason);
        // The graph goes on; nobody waits for it.
        const abort = () => reject(signal?.reason);
        signal?.addEventListener('abort', abort);
        machine.take({
          begin() {
            if (signal?.aborted) return machine.leave();
            const took = model.service(clock.now());
            clock.after(took, () => {
              machine.leave();
              signal?.removeEventListener('abort', abort);
              resolve(classification(model.opinion?.(picture) ?? { class_id: 0, confidence: 0.99 }, took));
            });
          },
        });
      });
    },
  };
}

/** Two classes: that of the opinion, and another one that has the rest. */
function classification({ class_id, confidence }: Opinion, took: number): Classification {
  return {
    predictions: [
      { class_id, label: '', confidence },
      { class_id: class_id + 1000, label: '', confidence: 1 - confidence },
    ],
    latency_ms: took,
    timings: { decode: 0, preprocess: 0, infer: took, postprocess: 0 },
    model_version: '1',
    runtime: 'node',
    graph: { encoding: 'simulated', precision: 'f32', provider: 'none' },
    input_sha256: '',
  };
}
