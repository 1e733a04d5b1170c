/** The worker thread: opens a model once, then answers one job at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { toEdgeInferError } from '../errors.js';
import { toWire } from './failures.js';
import { Instance } from './instance.js';
import { type FromWorker, type Job, SLOT, type ToWorker, type WorkerSeat } from './jobs.js';
import { NativeGate } from './native_gate.js';

/** Serves the engine that started this thread. `before` sees each job first: tests break workers with it. */
export function serve(before: (job: Job) => void = () => {}): void {
  const { control } = workerData as WorkerSeat;
  const gate = new NativeGate(control);
  let instance: Instance | undefined;
  let broken = false;
  const post = (message: FromWorker, transfer: ArrayBuffer[] = []) =>
    parentPort?.postMessage(message, transfer);
  const answer = (id: number, job: Job) => {
    if (instance === undefined) return;
    try {
      before(job);
      const result = instance.run(job);
      const transfer = 'data' in result ? [result.data.buffer] : [];
      post({ id, answer: result, memory: instance.memoryBytes }, transfer);
    } catch (thrown) {
      const error = toEdgeInferError(thrown);
      broken = error.code === 'GUEST_TRAPPED' || error.code === 'INTERNAL';
      if (broken) post({ trapped: error.message });
      else post({ id, error: toWire(error), memory: instance.memoryBytes });
    }
  };
  parentPort?.on('message', async (message: ToWorker) => {
    if ('open' in message) {
      try {
        instance = await Instance.open(message.module, message.open, (body) => gate.through(body));
        post({ opened: true, memory: instance.memoryBytes });
      } catch (thrown) {
        post({ openFailed: toWire(toEdgeInferError(thrown)) });
      }
      return;
    }
    // What this thread does not begin any more goes to another one.
    if (broken) return;
    const { id, slot, job } = message;
    // Whoever is first decides: a job that was cancelled is not begun, one that was begun is not taken back.
    if (Atomics.compareExchange(control, slot, SLOT.waiting, SLOT.started) === SLOT.waiting) answer(id, job);
    else post({ id, cancelled: true });
  });
}
