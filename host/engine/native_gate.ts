/**
 * Keeps a thread from being ended while native code runs in it.
 *
 * A worker that is terminated inside a call of onnxruntime-node takes the whole process along: the addon throws a C++
 * exception that nobody catches ("terminate called after throwing an instance of 'Napi::Error'"; seen with 1.30.0 on
 * Node 20 and 24). JavaScript and WebAssembly, endless loops included, can be ended at any time. So native calls go
 * through a gate that the other side closes first:
 *
 *   OPEN <-> BUSY (native code runs) -> CLOSING (it shall not come back) -> CLOSED
 *   OPEN  -> CLOSED
 */

const OPEN = 0;
const BUSY = 1;
const CLOSING = 2;
const CLOSED = 3;

type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
) => { async: false } | { async: true; value: Promise<string> };
const { waitAsync } = Atomics as unknown as { waitAsync: WaitAsync };

/** One side of the gate; both sides have the same word of shared memory. */
export class NativeGate {
  readonly #word: Int32Array;

  constructor(word: Int32Array) {
    this.#word = word;
  }

  /** The thread's side: runs native code. Never returns when the gate is closed: the thread sleeps until it is ended. */
  through<T>(body: () => T): T {
    if (Atomics.compareExchange(this.#word, 0, OPEN, BUSY) !== OPEN) this.#sleep();
    try {
      return body();
    } finally {
      if (Atomics.compareExchange(this.#word, 0, BUSY, OPEN) !== BUSY) {
        Atomics.store(this.#word, 0, CLOSED);
        Atomics.notify(this.#word, 0);
        this.#sleep();
      }
    }
  }

  /** The other side: resolves when the thread is outside of native code and will not enter it again. */
  async close(): Promise<void> {
    while (this.#shut() === CLOSING) {
      const wait = waitAsync(this.#word, 0, CLOSING);
      if (wait.async) await wait.value;
    }
  }

  /** {@link close} for the end of the process, where nothing can be awaited. Gives up after `limitMs`. */
  closeNow(limitMs: number): void {
    if (this.#shut() === CLOSING) Atomics.wait(this.#word, 0, CLOSING, limitMs);
  }

  /** Takes the next step towards CLOSED; the state then. */
  #shut(): number {
    if (Atomics.compareExchange(this.#word, 0, OPEN, CLOSED) === OPEN) return CLOSED;
    Atomics.compareExchange(this.#word, 0, BUSY, CLOSING);
    const state = Atomics.load(this.#word, 0);
    // It came out of native code between the two exchanges.
    return state === OPEN ? this.#shut() : state;
  }

  #sleep(): never {
    for (;;) Atomics.wait(this.#word, 0, CLOSED);
  }
}
