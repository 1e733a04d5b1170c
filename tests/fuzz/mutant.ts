/** A file on its way to become hostile: bytes that are changed in place, without a copy for each change. */

/** Reproducible numbers 0..2^32-1; `seeded` of tests/support/pictures.ts makes one. */
export type Random = () => number;

/** No mutant gets longer. */
export const MAX_BYTES = 1 << 16;

const EXTREMES_8 = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
const EXTREMES_16 = [0, 1, 2, 7, 8, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff];
const EXTREMES_32 = [0, 1, 0xff, 0xffff, 0x10000, 0x1000000, 0x7fffffff, 0x80000000, 0xfffffff4, 0xffffffff];

export const pick = <T>(list: readonly T[], random: Random): T => list[random() % list.length]!;

/** The bytes at hand and the operations on them; whatever does not fit is left out, and nothing ever throws. */
export class Mutant {
  readonly bytes = new Uint8Array(MAX_BYTES);
  readonly #view = new DataView(this.bytes.buffer);
  length = 0;

  /** The bytes at hand, not a copy. */
  get file(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  load(file: Uint8Array): void {
    this.length = Math.min(file.length, MAX_BYTES);
    this.bytes.set(file.subarray(0, this.length));
  }

  u16(at: number): number {
    return at + 2 <= this.length ? this.#view.getUint16(at) : 0;
  }

  u32(at: number): number {
    return at + 4 <= this.length ? this.#view.getUint32(at) : 0;
  }

  set8(at: number, value: number): void {
    if (at < this.length) this.bytes[at] = value;
  }

  /** Big-endian unless told. */
  set16(at: number, value: number, little = false): void {
    if (at + 2 <= this.length) this.#view.setUint16(at, value, little);
  }

  set32(at: number, value: number, little = false): void {
    if (at + 4 <= this.length) this.#view.setUint32(at, value, little);
  }

  remove(at: number, count: number): void {
    if (at >= this.length || count <= 0) return;
    const end = Math.min(this.length, at + count);
    this.bytes.copyWithin(at, end, this.length);
    this.length -= end - at;
  }

  insert(at: number, piece: Uint8Array): void {
    if (at > this.length || this.length + piece.length > MAX_BYTES) return;
    this.bytes.copyWithin(at + piece.length, at, this.length);
    this.bytes.set(piece, at);
    this.length += piece.length;
  }

  replace(at: number, count: number, piece: Uint8Array): void {
    this.remove(at, count);
    this.insert(Math.min(at, this.length), piece);
  }

  /** A copy of a part. */
  part(at: number, end: number): Uint8Array {
    return this.bytes.slice(at, Math.min(end, this.length));
  }

  truncate(length: number): void {
    this.length = Math.min(this.length, length);
  }
}

/** What havoc draws from besides numbers. */
export interface Material {
  /** Whole files, for splices. */
  readonly seeds: readonly Uint8Array[];
  /** Words of the format. */
  readonly words: readonly Uint8Array[];
}

/** One change without any knowledge of the format, between `from` and `end`. */
export function havocOnce(m: Mutant, random: Random, material: Material, from = 0, end = m.length): void {
  const span = Math.min(end, m.length) - from;
  if (span <= 0) return;
  const at = from + (random() % span);
  const run = 1 + (random() % (random() % 4 === 0 ? 200 : 8));
  switch (random() % 14) {
    case 0:
    case 1:
      m.set8(at, m.bytes[at]! ^ (1 << (random() & 7)));
      break;
    case 2:
      m.set8(at, random());
      break;
    case 3:
      m.set8(at, pick(EXTREMES_8, random));
      break;
    case 4:
      m.set8(at, m.bytes[at]! + (random() % 71) - 35);
      break;
    case 5:
      m.set16(at, pick(EXTREMES_16, random), (random() & 1) === 1);
      break;
    case 6:
      m.set32(at, pick(EXTREMES_32, random), (random() & 1) === 1);
      break;
    case 7:
      m.remove(at, run);
      break;
    case 8:
      m.insert(at, m.part(at, at + run));
      break;
    case 9:
      m.bytes.copyWithin(at, from + (random() % span), Math.min(m.length, at + run));
      break;
    case 10:
      m.bytes.fill(random(), at, Math.min(m.length, at + run));
      break;
    case 11:
      if (material.words.length > 0) m.insert(at, pick(material.words, random));
      break;
    case 12:
      if (material.words.length > 0) {
        const word = pick(material.words, random);
        m.replace(at, word.length, word);
      }
      break;
    default: {
      const other = pick(material.seeds, random);
      const piece = other.subarray(random() % (other.length + 1));
      if (random() % 4 === 0) {
        m.truncate(at);
        m.insert(at, piece);
      } else m.replace(at, run, piece.subarray(0, 1 + (random() % 64)));
    }
  }
}

/** One to eight changes, few more often than many; one file in twelve is cut off. */
export function havoc(m: Mutant, random: Random, material: Material): void {
  for (let left = 1 + (random() % (1 + (random() % 8))); left > 0; left -= 1) havocOnce(m, random, material);
  if (random() % 12 === 0) m.truncate(random() % (m.length + 1));
}

/** Texts as words. */
export const words = (...list: (string | readonly number[])[]): Uint8Array[] =>
  list.map((word) =>
    typeof word === 'string' ? new Uint8Array(Buffer.from(word, 'utf8')) : Uint8Array.from(word),
  );
