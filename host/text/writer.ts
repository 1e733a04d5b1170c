/** Writes texts with a GGML model, piece by piece, in a thread of its own. One text at a time; others wait. */
import { Worker } from 'node:worker_threads';
import { EdgeInferError, EXIT } from '../errors.js';
import type { GgmlOptions } from '../wasi-nn/backends/ggml_options.js';

/** What the thread is started with. */
export interface WriterSeat {
  file: string;
  /** Word 0: the number of the text that is to be stopped. */
  stopped: Int32Array;
}

export interface ToWriter {
  readonly id: number;
  readonly prompt: string;
  readonly options: GgmlOptions;
}

export type FromWriter =
  | { readonly opened: true }
  | { readonly openFailed: string }
  | { readonly id: number; readonly text: string }
  | { readonly id: number; readonly ended: 'end' | 'full' | 'stopped' }
  | { readonly id: number; readonly failed: string };

function failed(why: string, exitCode: 4 | 5): EdgeInferError {
  return new EdgeInferError({
    code: exitCode === EXIT.model ? 'MODEL_REFUSED' : 'GENERATE_FAILED',
    message: `cannot write texts with the model: ${why}`,
    hint: 'run edge-infer doctor',
    exitCode,
  });
}

export class Writer {
  readonly #worker: Worker;
  readonly #stopped: Int32Array;
  #next = 1;
  #before: Promise<void> = Promise.resolve();

  private constructor(worker: Worker, stopped: Int32Array) {
    this.#worker = worker;
    this.#stopped = stopped;
  }

  /** @throws EdgeInferError `MODEL_REFUSED` (exit 4) when llama.cpp is missing or does not take the file */
  static async open(file: string): Promise<Writer> {
    const stopped = new Int32Array(new SharedArrayBuffer(4));
    const workerData: WriterSeat = { file, stopped };
    const worker = new Worker(new URL('./writer_worker.js', import.meta.url), { workerData });
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: FromWriter) => {
        if ('openFailed' in message) reject(failed(message.openFailed, EXIT.model));
        else resolve();
      });
    }).catch(async (error: unknown) => {
      await worker.terminate();
      throw error;
    });

    return new Writer(worker, stopped);
  }

  /** The pieces of a text, as they are made. */
  async *write(prompt: string, options: GgmlOptions, signal?: AbortSignal): AsyncGenerator<string, void> {
    const before = this.#before;
    let done = () => {};
    this.#before = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    const id = this.#next++;
    const pieces: FromWriter[] = [];
    let wake = () => {};
    const wakeUp = () => wake();
    const heard = (message: FromWriter) => {
      if (!('id' in message) || message.id !== id) return;
      pieces.push(message);
      wake();
    };
    const died = (error: Error) => heard({ id, failed: error.message });
    const gone = () => heard({ id, failed: 'its thread has ended' });
    let ended = false;
    try {
      signal?.throwIfAborted();
      this.#worker.on('message', heard).on('error', died).on('exit', gone);
      signal?.addEventListener('abort', wakeUp);
      this.#worker.postMessage({ id, prompt, options } satisfies ToWriter);
      for (;;) {
        signal?.throwIfAborted();
        const piece = pieces.shift();
        if (piece === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else if ('text' in piece) yield piece.text;
        else {
          ended = true;
          if ('failed' in piece) throw failed(piece.failed, EXIT.runtime);
          return;
        }
      }
    } finally {
      signal?.removeEventListener('abort', wakeUp);
      if (!ended) Atomics.store(this.#stopped, 0, id);
      this.#worker.off('message', heard).off('error', died).off('exit', gone);
      done();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
