/** Reads FlatBuffers: tables, vectors, strings. Every offset is checked; a bad one is an error, never a wild read. */
import { NnError } from '../errors.js';

/** A table: where it lies and where its fields are. */
export class FlatTable {
  readonly #vtable: number;
  readonly #vtableBytes: number;

  constructor(
    readonly view: DataView,
    readonly at: number,
  ) {
    this.#vtable = at - readI32(view, at);
    this.#vtableBytes = readU16(view, this.#vtable);
  }

  /** The root table of a file. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, readU32(view, 0));
  }

  /** Address of field `id`, 0 when it has its default. */
  #field(id: number): number {
    const entry = 4 + 2 * id;
    if (entry + 2 > this.#vtableBytes) return 0;
    const offset = readU16(this.view, this.#vtable + entry);
    return offset === 0 ? 0 : this.at + offset;
  }

  #reference(id: number): number {
    const at = this.#field(id);
    return at === 0 ? 0 : at + readU32(this.view, at);
  }

  byte(id: number, otherwise = 0): number {
    const at = this.#field(id);
    if (at === 0) return otherwise;
    check(this.view, at, 1);
    return this.view.getInt8(at);
  }

  uint(id: number, otherwise = 0): number {
    const at = this.#field(id);
    return at === 0 ? otherwise : readU32(this.view, at);
  }

  /** UTF-8 text, empty when absent. */
  text(id: number): string {
    const at = this.#reference(id);
    if (at === 0) return '';
    const length = readU32(this.view, at);
    check(this.view, at + 4, length);
    return new TextDecoder().decode(new Uint8Array(this.view.buffer, this.view.byteOffset + at + 4, length));
  }

  /** A vector of i32; undefined when absent. */
  ints(id: number): number[] | undefined {
    const at = this.#reference(id);
    if (at === 0) return undefined;
    const length = readU32(this.view, at);
    check(this.view, at + 4, length * 4);
    return Array.from({ length }, (_, i) => this.view.getInt32(at + 4 + i * 4, true));
  }

  /** A vector of tables, empty when absent. */
  tables(id: number): FlatTable[] {
    const at = this.#reference(id);
    if (at === 0) return [];
    const length = readU32(this.view, at);
    check(this.view, at + 4, length * 4);
    return Array.from({ length }, (_, i) => {
      const element = at + 4 + i * 4;
      return new FlatTable(this.view, element + readU32(this.view, element));
    });
  }
}

function check(view: DataView, at: number, bytes: number): void {
  if (at < 0 || at + bytes > view.byteLength) {
    throw new NnError('invalid_encoding', 'the graph is cut off or damaged: an offset leads out of the file');
  }
}

function readU16(view: DataView, at: number): number {
  check(view, at, 2);
  return view.getUint16(at, true);
}

function readU32(view: DataView, at: number): number {
  check(view, at, 4);
  return view.getUint32(at, true);
}

function readI32(view: DataView, at: number): number {
  check(view, at, 4);
  return view.getInt32(at, true);
}
