/** The other ends of `SyncWorker`: the worker thread, and a process behind it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerData } from 'node:worker_threads';
import { toNnError } from '../errors.js';
import { ANSWERED, buffersOf, ENDED, PROCESS, type WorkerAnswer, type WorkerSeat } from './sync_worker.js';

/** Methods that the caller's thread may call; what they throw becomes an error of the caller. */
export type WorkerMethods = Readonly<Record<string, (...args: never[]) => unknown>>;

type Message = readonly [method: string, args: never[]];

async function answerTo(methods: WorkerMethods, [method, args]: Message): Promise<WorkerAnswer> {
  try {
    const call = methods[method];
    if (call === undefined) throw new Error(`no method ${method}`);
    return { result: await call(...args) };
  } catch (thrown) {
    const { kind, message } = toNnError(thrown);
    return { kind, message };
  }
}

/** Takes the worker's seat: gives what is asked to `handle` until the worker is ended; returns how to answer. */
function takeSeat(handle: (message: Message) => void): (answer: WorkerAnswer) => void {
  const { port, signal } = workerData as WorkerSeat;
  const wake = (state: number) => {
    Atomics.store(signal, 0, state);
    Atomics.notify(signal, 0);
  };
  // A library that calls process.exit or throws outside of a call must not leave the caller asleep.
  process.on('exit', () => wake(ENDED));
  port.on('message', handle);
  return (answer) => {
    const moved = 'result' in answer && Array.isArray(answer.result) ? buffersOf(answer.result) : [];
    port.postMessage(answer, moved);
    wake(ANSWERED);
  };
}

/** Answers calls in this thread, one at a time, until the worker is ended. */
export function answerCalls(methods: WorkerMethods): void {
  const answer = takeSeat(async (message) => answer(await answerTo(methods, message)));
}

/** Hands calls on to a process that runs `module`; the worker ends with it. */
export function relayCalls(module: URL): void {
  const { signal } = workerData as WorkerSeat;
  const child = fork(fileURLToPath(module), [], {
    serialization: 'advanced',
    // Standard output belongs to the guest.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  Atomics.store(signal, PROCESS, child.pid ?? 0);
  const ended = () => {
    Atomics.store(signal, PROCESS, 0);
    process.exit();
  };
  child.once('exit', ended);
  child.once('error', ended);
  const answer = takeSeat((message) => child.send(message));
  child.on('message', (message) => answer(message as WorkerAnswer));
}

/** Answers calls in a process that `relayCalls` has started. */
export function answerProcessCalls(methods: WorkerMethods): void {
  process.on('message', async (message) => process.send?.(await answerTo(methods, message as Message)));
  // Whoever started it is gone: nobody else would end it.
  process.on('disconnect', () => process.exit());
}
