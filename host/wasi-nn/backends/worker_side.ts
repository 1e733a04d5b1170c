/** The other end of `SyncWorker`: runs inside the worker thread. */
import { workerData } from 'node:worker_threads';
import { toNnError } from '../errors.js';
import { ANSWERED, buffersOf, ENDED, type WorkerAnswer, type WorkerSeat } from './sync_worker.js';

/** Methods that the caller's thread may call; what they throw becomes an error of the caller. */
export type WorkerMethods = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Answers calls, one at a time, until the worker is ended. */
export function answerCalls(methods: WorkerMethods): void {
  const { port, signal } = workerData as WorkerSeat;
  const wake = (state: number) => {
    Atomics.store(signal, 0, state);
    Atomics.notify(signal, 0);
  };
  // A library that calls process.exit or throws outside of a call must not leave the caller asleep.
  process.on('exit', () => wake(ENDED));
  port.on('message', async ([method, args]: [string, never[]]) => {
    let answer: WorkerAnswer;
    let moved: ArrayBuffer[] = [];
    try {
      const call = methods[method];
      if (call === undefined) throw new Error(`no method ${method}`);
      const result = await call(...args);
      answer = { result };
      if (Array.isArray(result)) moved = buffersOf(result);
    } catch (thrown) {
      const { kind, message } = toNnError(thrown);
      answer = { kind, message };
    }
    port.postMessage(answer, moved);
    wake(ANSWERED);
  });
}
