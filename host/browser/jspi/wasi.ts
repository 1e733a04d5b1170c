/** As much of WASI preview 1 as edge_infer.wasm imports: arguments, a clock, two streams, and folders that are addresses. */
import type { WasmMemory } from '../../wasm.js';

const ERRNO = { success: 0, acces: 2, badf: 8, fault: 21, inval: 28, noent: 44 } as const;
const STDOUT = 1;
const STDERR = 2;
const FIRST_PREOPEN = 3;
const REGULAR_FILE = 4;
const FILESTAT_BYTES = 64;

/** Thrown by proc_exit through the guest. */
export class GuestExit extends Error {
  constructor(readonly exitCode: number) {
    super(`exit code ${exitCode}`);
  }
}

/** Gets a file beneath a preopened folder; undefined when there is none. */
export type FileReader = (folder: string, path: string) => Promise<Uint8Array | undefined>;

interface OpenFile {
  readonly bytes: Uint8Array;
  position: number;
}

type Numeric = number | bigint;

/** One guest's view of the world. `path_open` waits for the network, so it suspends the guest. */
export class BrowserWasi {
  readonly #memory: () => WasmMemory;
  readonly #files = new Map<number, OpenFile>();
  readonly #output = { [STDOUT]: [] as Uint8Array[], [STDERR]: [] as Uint8Array[] };
  readonly #args: readonly Uint8Array[];
  #next: number;

  constructor(
    memory: () => WasmMemory,
    args: readonly string[],
    private readonly preopens: readonly string[],
    private readonly read: FileReader,
  ) {
    this.#memory = memory;
    this.#args = args.map((arg) => new TextEncoder().encode(`${arg}\0`));
    this.#next = FIRST_PREOPEN + preopens.length;
  }

  /** What was written to standard output (1) or error (2). */
  text(descriptor: 1 | 2): string {
    const decoder = new TextDecoder();
    return (
      this.#output[descriptor].map((bytes) => decoder.decode(bytes, { stream: true })).join('') +
      decoder.decode()
    );
  }

  readonly immediate: Readonly<Record<string, (...args: never[]) => number>> = {
    args_sizes_get: (count: number, bytes: number) => {
      this.#setU32(count, this.#args.length);
      this.#setU32(
        bytes,
        this.#args.reduce((sum, arg) => sum + arg.length, 0),
      );
      return ERRNO.success;
    },
    args_get: (pointers: number, buffer: number) => {
      let at = buffer;
      for (const [i, arg] of this.#args.entries()) {
        this.#setU32(pointers + i * 4, at);
        this.#bytes.set(arg, at);
        at += arg.length;
      }
      return ERRNO.success;
    },
    clock_time_get: (_clock: number, _precision: bigint, out: number) => {
      this.#view.setBigUint64(out, BigInt(Math.round(performance.now() * 1e6)), true);
      return ERRNO.success;
    },
    proc_exit: (code: number) => {
      throw new GuestExit(code);
    },
    fd_prestat_get: (descriptor: number, out: number) => {
      const name = this.preopens[descriptor - FIRST_PREOPEN];
      if (name === undefined) return ERRNO.badf;
      this.#setU32(out, 0);
      this.#setU32(out + 4, new TextEncoder().encode(name).length);
      return ERRNO.success;
    },
    fd_prestat_dir_name: (descriptor: number, at: number, length: number) => {
      const name = this.preopens[descriptor - FIRST_PREOPEN];
      if (name === undefined) return ERRNO.badf;
      this.#bytes.set(new TextEncoder().encode(name).subarray(0, length), at);
      return ERRNO.success;
    },
    fd_filestat_get: (descriptor: number, out: number) => {
      const file = this.#files.get(descriptor);
      if (file === undefined) return ERRNO.badf;
      this.#bytes.fill(0, out, out + FILESTAT_BYTES);
      this.#bytes[out + 16] = REGULAR_FILE;
      this.#view.setBigUint64(out + 32, BigInt(file.bytes.length), true);
      return ERRNO.success;
    },
    fd_read: (descriptor: number, vectors: number, count: number, out: number) => {
      const file = this.#files.get(descriptor);
      if (file === undefined) return ERRNO.badf;
      let total = 0;
      for (const [at, length] of this.#vectors(vectors, count)) {
        const part = file.bytes.subarray(file.position, file.position + length);
        this.#bytes.set(part, at);
        file.position += part.length;
        total += part.length;
      }
      this.#setU32(out, total);
      return ERRNO.success;
    },
    fd_write: (descriptor: number, vectors: number, count: number, out: number) => {
      if (descriptor !== STDOUT && descriptor !== STDERR) return ERRNO.badf;
      let total = 0;
      for (const [at, length] of this.#vectors(vectors, count)) {
        this.#output[descriptor].push(this.#bytes.slice(at, at + length));
        total += length;
      }
      this.#setU32(out, total);
      return ERRNO.success;
    },
    fd_close: (descriptor: number) => (this.#files.delete(descriptor) ? ERRNO.success : ERRNO.badf),
  };

  readonly suspending: Readonly<Record<string, (...args: Numeric[]) => Promise<number>>> = {
    path_open: async (folder, _lookup, at, length, flags, _rights, _inherited, _fdflags, out) => {
      const name = this.preopens[Number(folder) - FIRST_PREOPEN];
      if (name === undefined) return ERRNO.badf;
      // Creating, and opening of folders.
      if (flags !== 0) return ERRNO.acces;
      const path = new TextDecoder().decode(this.#bytes.slice(Number(at), Number(at) + Number(length)));
      if (path.startsWith('/') || path.split('/').includes('..')) return ERRNO.acces;
      const bytes = await this.read(name, path);
      if (bytes === undefined) return ERRNO.noent;
      this.#files.set(this.#next, { bytes, position: 0 });
      this.#setU32(Number(out), this.#next++);
      return ERRNO.success;
    },
  };

  /** Made afresh: the memory may have grown since. Addresses outside of it throw, which ends the guest. */
  get #bytes(): Uint8Array {
    return new Uint8Array(this.#memory().buffer);
  }

  get #view(): DataView {
    return new DataView(this.#memory().buffer);
  }

  #setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  #vectors(at: number, count: number): (readonly [at: number, length: number])[] {
    const view = this.#view;
    return Array.from({ length: count }, (_, i) => [
      view.getUint32(at + i * 8, true),
      view.getUint32(at + i * 8 + 4, true),
    ]);
  }
}
