/** The binary format of core WebAssembly, as far as a module is taken apart and put together again. */

/** Ids of sections. */
export const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  memory: 5,
  global: 6,
  export: 7,
  code: 10,
} as const;

/** Thrown for what these readers do not know: a module of newer features is then left as it is. */
export class UnknownBinary extends Error {}

/** A number as unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

/** A number of 32 bits as signed LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const byte = rest & 127;
    if (rest >> 6 === 0 || rest >> 6 === -1) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

/** Reads from the front to the end. */
export class BinaryReader {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new UnknownBinary('the module ends too early');
    return byte;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new UnknownBinary('a number is too long');
  }

  /** Steps over `count` numbers, signed or not, of any size. */
  skipNumbers(count: number): void {
    for (let i = 0; i < count; i++) while (this.byte() >= 128);
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new UnknownBinary('the module ends too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.at);
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }

  /** A number or vector type, or a plain reference; what is longer than a byte is not known here. */
  valueType(): number {
    const type = this.byte();
    if (type < 0x6f) throw new UnknownBinary(`value type 0x${type.toString(16)}`);
    return type;
  }
}

/** One section. */
export interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

export function readSections(module: Uint8Array): Section[] {
  const reader = new BinaryReader(module);
  reader.take(HEADER.length);
  const sections: Section[] = [];
  while (!reader.done) {
    const id = reader.byte();
    sections.push({ id, body: reader.take(reader.unsigned()) });
  }
  return sections;
}

export function writeSections(sections: readonly Section[]): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.from(HEADER)];
  for (const { id, body } of sections) parts.push(Uint8Array.from([id, ...unsigned(body.length)]), body);
  return new Uint8Array(Buffer.concat(parts));
}

/** A list with more items at its end: `count`, then everything that was there, then `more`. */
export function appended(list: Uint8Array, more: readonly (readonly number[])[]): Uint8Array {
  const reader = new BinaryReader(list);
  const count = reader.unsigned() + more.length;
  return new Uint8Array(
    Buffer.concat([Uint8Array.from(unsigned(count)), reader.rest(), Uint8Array.from(more.flat())]),
  );
}

/** Bytes behind the opcode of a vector instruction. */
function skipVector(reader: BinaryReader, code: number): void {
  if (code <= 11 || code === 92 || code === 93) reader.skipNumbers(2);
  else if (code === 12 || code === 13) reader.take(16);
  else if (code >= 21 && code <= 34) reader.take(1);
  else if (code >= 84 && code <= 91) {
    reader.skipNumbers(2);
    reader.take(1);
  } else if (code > 275) throw new UnknownBinary(`vector instruction ${code}`);
}

/** Bulk memory and tables. */
function skipMiscellaneous(reader: BinaryReader, code: number): void {
  if (code === 8 || code === 10 || code === 12 || code === 14) reader.skipNumbers(2);
  else if (code === 9 || code === 11 || code === 13 || (code >= 15 && code <= 17)) reader.skipNumbers(1);
  else if (code > 7) throw new UnknownBinary(`instruction 0xfc ${code}`);
}

/** Steps over one instruction and gives its opcode. */
export function skipInstruction(reader: BinaryReader): number {
  const code = reader.byte();
  // Blocks, branches and calls; variables and tables; memory; constants; references.
  if ((code >= 0x02 && code <= 0x04) || code === 0x0c || code === 0x0d || code === 0x10)
    reader.skipNumbers(1);
  else if (code === 0x12 || code === 0xd0 || code === 0xd2) reader.skipNumbers(1);
  else if (code === 0x0e) reader.skipNumbers(reader.unsigned() + 1);
  else if (code === 0x11 || code === 0x13) reader.skipNumbers(2);
  else if (code === 0x1c) reader.skipNumbers(reader.unsigned());
  else if (code >= 0x20 && code <= 0x26) reader.skipNumbers(1);
  else if (code >= 0x28 && code <= 0x3e) skipMemoryArgument(reader);
  else if (code >= 0x3f && code <= 0x42) reader.skipNumbers(1);
  else if (code === 0x43) reader.take(4);
  else if (code === 0x44) reader.take(8);
  else if (code === 0xfc) skipMiscellaneous(reader, reader.unsigned());
  else if (code === 0xfd) skipVector(reader, reader.unsigned());
  else if (![0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].includes(code) && (code < 0x45 || code > 0xc4)) {
    throw new UnknownBinary(`instruction 0x${code.toString(16)}`);
  }
  return code;
}

function skipMemoryArgument(reader: BinaryReader): void {
  // Bit 6 of the alignment says that the number of a memory follows.
  if ((reader.unsigned() & 64) !== 0) throw new UnknownBinary('several memories');
  reader.skipNumbers(1);
}
