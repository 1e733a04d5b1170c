/**
 * A guest that shares its memory with adapters. They take pages by `memory.grow`, and many guests believe that all of the
 * memory is theirs: the C library of WASI before 2023 (and Rust before 1.71) makes its heap of everything up to
 * `memory.size`, the allocators of AssemblyScript and TinyGo go on where their last page ended. Such a guest and the adapter
 * write over each other.
 *
 * Here the guest gets a memory of its own within the memory: it begins with RESERVED pages, which cost address space and
 * nothing else until they are touched, `memory.size` and `memory.grow` of the guest go from its own first size up to
 * that, without a gap, and the adapters' pages lie behind.
 */
import {
  appended,
  BinaryReader,
  readSections,
  SECTION,
  type Section,
  signed,
  skipInstruction,
  UnknownBinary,
  unsigned,
  writeSections,
} from './binary.js';

/** Pages that a guest can come to have: 1 GiB. */
export const RESERVED = 16_384;

const MEMORY_SIZE = 0x3f;
const MEMORY_GROW = 0x40;
const I32 = 0x7f;

/** Bytes of instructions that are written here. */
const op = {
  call: 0x10,
  localGet: 0x20,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  greater: 0x4b,
  add: 0x6a,
  sub: 0x6b,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
};

/**
 * The module with a memory of its own, as the head of this file says. A module whose code never asks for its memory's size
 * is given back as it is, and so is one that uses what is not known here (several or shared memories, garbage
 * collection).
 */
export function withOwnMemory(core: Uint8Array): Uint8Array {
  try {
    return rewrite(readSections(core)) ?? core;
  } catch (error) {
    if (error instanceof UnknownBinary) return core;
    throw error;
  }
}

function rewrite(sections: Section[]): Uint8Array | undefined {
  const body = (id: number) => sections.find((section) => section.id === id)?.body;
  const [types, functions, memories, code] = [
    body(SECTION.type),
    body(SECTION.function),
    body(SECTION.memory),
    body(SECTION.code),
  ];
  if (types === undefined || functions === undefined || memories === undefined || code === undefined)
    return undefined;
  const memory = readMemory(memories);
  if (memory.initial > RESERVED) return undefined;
  const imported = countImports(body(SECTION.import));
  const firstType = countTypes(types);
  const firstFunction = imported.functions + countOf(functions);
  const pages = imported.globals + countOf(body(SECTION.global) ?? Uint8Array.of(0));
  const rewritten = rewriteCode(code, firstFunction, firstFunction + 1);
  if (rewritten === undefined) return undefined;
  const limit = Math.min(memory.maximum ?? RESERVED, RESERVED);
  const replaced = new Map<number, Uint8Array>([
    [
      SECTION.type,
      appended(types, [
        [0x60, 0, 1, I32],
        [0x60, 1, I32, 1, I32],
      ]),
    ],
    [SECTION.function, appended(functions, [unsigned(firstType), unsigned(firstType + 1)])],
    [SECTION.memory, Uint8Array.from([1, 0, ...unsigned(RESERVED)])],
    [
      SECTION.global,
      appended(body(SECTION.global) ?? Uint8Array.of(0), [
        [I32, 1, op.i32Const, ...signed(memory.initial), op.end],
      ]),
    ],
    [SECTION.code, appended(rewritten, [sizeBody(pages), growBody(pages, limit)])],
  ]);
  return writeSections(inOrder(sections, replaced));
}

/** Sections with some of them replaced; a section of globals that was not there comes before the exports. */
function inOrder(sections: readonly Section[], replaced: ReadonlyMap<number, Uint8Array>): Section[] {
  const result: Section[] = [];
  let hasGlobals = sections.some(({ id }) => id === SECTION.global);
  for (const { id, body } of sections) {
    if (!hasGlobals && id >= SECTION.export && id < 13) {
      result.push({ id: SECTION.global, body: replaced.get(SECTION.global) ?? Uint8Array.of(0) });
      hasGlobals = true;
    }
    result.push({ id, body: replaced.get(id) ?? body });
  }
  return result;
}

const countOf = (list: Uint8Array): number => new BinaryReader(list).unsigned();

function readMemory(section: Uint8Array): { initial: number; maximum: number | undefined } {
  const reader = new BinaryReader(section);
  if (reader.unsigned() !== 1) throw new UnknownBinary('several memories');
  const flags = reader.byte();
  if (flags > 1) throw new UnknownBinary('a shared memory, or one of 64 bits');
  return { initial: reader.unsigned(), maximum: flags === 1 ? reader.unsigned() : undefined };
}

/** How many function types there are; other types are not known here. */
function countTypes(section: Uint8Array): number {
  const reader = new BinaryReader(section);
  const count = reader.unsigned();
  for (let i = 0; i < count; i++) {
    if (reader.byte() !== 0x60) throw new UnknownBinary('a type that is no function');
    for (const _ of ['parameters', 'results']) {
      for (let k = reader.unsigned(); k > 0; k--) reader.valueType();
    }
  }
  return count;
}

function countImports(section: Uint8Array | undefined): { functions: number; globals: number } {
  const counts = { functions: 0, globals: 0 };
  if (section === undefined) return counts;
  const reader = new BinaryReader(section);
  for (let i = reader.unsigned(); i > 0; i--) {
    reader.name();
    reader.name();
    const kind = reader.byte();
    if (kind === 0) {
      counts.functions++;
      reader.unsigned();
    } else if (kind === 3) {
      counts.globals++;
      reader.valueType();
      reader.byte();
    } else throw new UnknownBinary('a table or memory is imported');
  }
  return counts;
}

/** All bodies, `memory.size` and `memory.grow` in them as calls; undefined when there is none of either. */
function rewriteCode(section: Uint8Array, size: number, grow: number): Uint8Array | undefined {
  const reader = new BinaryReader(section);
  const count = reader.unsigned();
  const parts: Uint8Array[] = [Uint8Array.from(unsigned(count))];
  let found = false;
  for (let i = 0; i < count; i++) {
    const body = reader.take(reader.unsigned());
    const calls = callsIn(body, size, grow);
    found ||= calls.length > 1;
    const length = calls.reduce((sum, part) => sum + part.length, 0);
    parts.push(Uint8Array.from(unsigned(length)), ...calls);
  }
  return found ? new Uint8Array(Buffer.concat(parts)) : undefined;
}

function callsIn(body: Uint8Array, size: number, grow: number): Uint8Array[] {
  const reader = new BinaryReader(body);
  for (let groups = reader.unsigned(); groups > 0; groups--) {
    reader.unsigned();
    reader.valueType();
  }
  const parts: Uint8Array[] = [];
  let copied = 0;
  while (!reader.done) {
    const start = reader.at;
    const code = skipInstruction(reader);
    if (code !== MEMORY_SIZE && code !== MEMORY_GROW) continue;
    const called = code === MEMORY_SIZE ? size : grow;
    parts.push(body.subarray(copied, start), Uint8Array.from([op.call, ...unsigned(called)]));
    copied = reader.at;
  }
  parts.push(body.subarray(copied));
  return parts;
}

const bodyOf = (instructions: readonly number[]): number[] => {
  const body = [0, ...instructions, op.end];
  return [...unsigned(body.length), ...body];
};

const sizeBody = (pages: number) => bodyOf([op.globalGet, ...unsigned(pages)]);

/** `delta > limit - pages ? -1 : (old = pages, pages += delta, old)`, compared without signs. */
function growBody(pages: number, limit: number): number[] {
  const get = [op.globalGet, ...unsigned(pages)];
  const room = [op.i32Const, ...signed(limit), ...get, op.sub];
  const more = [...get, op.localGet, 0, op.add, op.globalSet, ...unsigned(pages)];
  return bodyOf([
    ...[op.localGet, 0, ...room, op.greater, op.if, I32],
    ...[op.i32Const, ...signed(-1), op.else, ...get, ...more, op.end],
  ]);
}
