/**
 * Synchronous calls into a worker thread. WASI-NN calls return their result, libraries such as LiteRT and llama.cpp for
 * Node only promise it: the library runs in a worker, and the caller's thread sleeps until the answer is there.
 *
 * `Atomics.wait` ends the sleep and `receiveMessageOnPort` takes the answer, so nothing of the caller's event loop runs in
 * between. A call costs about 70 us and one copy of what is sent. Because the worker can be ended, a call has a time limit
 * that holds even in native code that never returns.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { NnError, type NnErrorName } from '../errors.js';

/** What the worker is started with, beside the caller's own data. */
export interface WorkerSeat {
  port: MessagePort;
  /** Two i32: 0 waiting, 1 answered, 2 the worker has ended; the process that the worker has started, 0 for none. */
  signal: Int32Array;
}

/** What a worker answers. */
export type WorkerAnswer =
  | { readonly result: unknown }
  | { readonly kind: NnErrorName; readonly message: string };

export const WAITING = 0;
export const ANSWERED = 1;
export const ENDED = 2;
/** Place in the signal of the worker's process. */
export const PROCESS = 1;

/** Longest that one call may take unless the caller says otherwise: a worker that died in silence is noticed then. */
const LONGEST_MS = 15 * 60_000;

/** A worker thread that is called like a function. */
export class SyncWorker {
  readonly #port: MessagePort;
  readonly #worker: Worker;
  readonly #signal = new Int32Array(new SharedArrayBuffer(8));
  #gone: string | undefined;

  /**
   * @param module file of the worker, which calls `answerCalls`
   * @param what the library, for messages: `LiteRT`
   */
  constructor(
    module: URL,
    readonly what: string,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const seat: WorkerSeat = { port: port2, signal: this.#signal };
    // Standard output belongs to the guest: what the library prints is dropped unless the worker reports it.
    this.#worker = new Worker(module, {
      workerData: seat,
      transferList: [port2],
      stdout: true,
      stderr: true,
      execArgv: [],
    });
    this.#worker.on('error', () => {});
    this.#worker.unref();
    this.#port.unref();
  }

  /** True when the worker has died or was ended: every further call fails. */
  get hasEnded(): boolean {
    return this.#gone !== undefined || Atomics.load(this.#signal, 0) === ENDED;
  }

  /**
   * Calls `method` of the worker and waits for its answer.
   *
   * @param args tensors among them are moved: give copies (a view of a guest's memory would take all of it along)
   * @param timeLimitMs the worker is ended when it takes longer
   * @throws NnError that the worker gave, or `busy` after the time limit, or `runtime_error` when the worker has died
   */
  call<T>(method: string, args: readonly unknown[], timeLimitMs = LONGEST_MS): T {
    if (this.#gone !== undefined) throw new NnError('runtime_error', this.#gone);
    if (Atomics.load(this.#signal, 0) === ENDED) throw this.#end('has ended by itself');
    Atomics.store(this.#signal, 0, WAITING);
    this.#port.postMessage([method, args], buffersOf(args));
    const limit = Math.max(1, Math.min(timeLimitMs, LONGEST_MS));
    if (Atomics.wait(this.#signal, 0, WAITING, limit) === 'timed-out') {
      const error = this.#end(`was ended: ${method} took longer than ${limit} ms`);
      throw new NnError('busy', error.message);
    }
    const message = receiveMessageOnPort(this.#port)?.message as WorkerAnswer | undefined;
    if (message === undefined) throw this.#end('has ended by itself');
    if ('kind' in message) throw new NnError(message.kind, message.message);
    return message.result as T;
  }

  /** Calls `method` when there still is somebody to call; what it answers is of no interest. */
  tell(method: string, args: readonly unknown[]): void {
    if (this.hasEnded) return;
    try {
      this.call(method, args);
    } catch {
      // The worker has ended by itself, and all that it held with it.
    }
  }

  /** Ends the worker and frees all that it holds. */
  close(): void {
    if (this.#gone === undefined) this.#end('is closed');
  }

  #end(why: string): NnError {
    this.#gone = `${this.what} ${why}`;
    this.#port.close();
    this.#endProcess();
    void this.#worker.terminate();
    return new NnError('runtime_error', this.#gone);
  }

  /** A native library may be ended with its process only: ending the thread under it would end the host. */
  #endProcess(): void {
    const id = Atomics.exchange(this.#signal, PROCESS, 0);
    if (id === 0) return;
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** The buffers of the byte arrays in `values`, which may lie in lists: what can be moved instead of copied. */
export function buffersOf(values: readonly unknown[]): ArrayBuffer[] {
  return values.flatMap((value) => {
    if (Array.isArray(value)) return buffersOf(value);
    if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) return [value.buffer];
    return [];
  });
}
