/** Where an engine's calls go: a worker, or this thread. */
import { EdgeInferError, EXIT } from '../errors.js';
import { Browser, type BrowserWorker } from './dom.js';
import { type Answers, type Call, errorOf, type Reply } from './messages.js';
import { Runner } from './runner.js';

/** Takes calls; answers come in the order of the calls. */
export interface CallThread {
  readonly memoryBytes: number;
  run(call: Call, transfer: readonly object[]): Promise<Answers[Call['kind']]>;
  close(): Promise<void>;
}

/** The page's own thread: simple, and it stands still while a graph runs. */
export class InlineThread implements CallThread {
  readonly #runner = new Runner();

  get memoryBytes(): number {
    return this.#runner.memoryBytes;
  }

  run(call: Call): Promise<Answers[Call['kind']]> {
    return this.#runner.run(call);
  }

  close(): Promise<void> {
    return this.#runner.close();
  }
}

interface Waiting {
  resolve(answer: Answers[Call['kind']]): void;
  reject(error: unknown): void;
}

/** A module worker of this package. */
export class WorkerThread implements CallThread {
  readonly #worker: BrowserWorker;
  readonly #waiting = new Map<number, Waiting>();
  #memoryBytes = 0;
  #nextId = 1;
  #dead: EdgeInferError | undefined;

  constructor() {
    const worker = new Browser.Worker(new URL('./worker.js', import.meta.url), {
      type: 'module',
      name: 'edge-infer',
    });
    this.#worker = worker;
    worker.addEventListener('message', ({ data }) => this.#settle(data as Reply));
    for (const kind of ['error', 'messageerror'] as const) {
      worker.addEventListener(kind, ({ message }) => this.#die(message ?? 'its file could not be loaded'));
    }
  }

  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  run(call: Call, transfer: readonly object[]): Promise<Answers[Call['kind']]> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== undefined) {
        reject(this.#dead);
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call }, transfer);
    });
  }

  async close(): Promise<void> {
    this.#worker.terminate();
    this.#die('the engine was closed');
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    this.#memoryBytes = reply.memoryBytes;
    if ('error' in reply) waiting?.reject(errorOf(reply.error));
    else waiting?.resolve(reply.answer);
  }

  #die(why: string): void {
    this.#dead ??= new EdgeInferError({
      code: 'WORKER_TRAPPED',
      message: `the engine's worker ended: ${why}`,
      hint: 'make a new engine',
      exitCode: EXIT.runtime,
    });
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }
}
