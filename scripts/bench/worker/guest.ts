/** An instance of a module that has no imports. */
import { readFileSync } from 'node:fs';
import { Wasm, type WasmMemory } from '../../../host/wasm.js';

/** An instance with what all of its calls need. */
export class Guest {
  readonly memory: WasmMemory;
  readonly call: Readonly<Record<string, (...args: number[]) => number>>;

  private constructor(exports: Readonly<Record<string, unknown>>) {
    this.memory = exports.memory as WasmMemory;
    this.call = exports as Guest['call'];
  }

  static async load(file: string): Promise<Guest> {
    const { exports } = await Wasm.instantiate(await Wasm.compile(readFileSync(file)), {});
    return new Guest(exports);
  }

  /** Memory of the host inside the instance. */
  take(bytes: number): number {
    const address = (this.call.edge_alloc?.(bytes) ?? 0) >>> 0;
    if (address === 0) throw new Error(`no memory for ${bytes} bytes`);
    return address;
  }

  put(bytes: Uint8Array): number {
    const address = this.take(bytes.length);
    this.bytes(address, bytes.length).set(bytes);
    return address;
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length);
  }

  /** u32 fields of a result struct at 4-byte `places`. */
  words(address: number, ...places: number[]): number[] {
    const view = new DataView(this.memory.buffer, address);
    return places.map((place) => view.getUint32(place, true));
  }

  /** Throws what a result says when it is an error. */
  check(result: number): void {
    const [status, , , text = 0, length = 0] = this.words(result, 0, 4, 8, 12, 16);
    if (status !== 0) throw new Error(Buffer.from(this.bytes(text, length)).toString());
  }

  openCard(file: string): void {
    const card = readFileSync(file);
    const result = (this.call.edge_open_card?.(this.put(card), card.length, 0, 0) ?? 0) >>> 0;
    this.check(result);
  }
}
