/** Reading and writing the binary format of WebAssembly: numbers, sections. */

export const TYPE = 1;
export const IMPORT = 2;
export const FUNCTION = 3;
export const CODE = 10;
export const DATA = 11;
export const DATA_COUNT = 12;

const HEADER = 8;

/** @param {number} value */
export function unsignedLeb(value) {
  const bytes = [];
  do {
    const rest = value >>> 7;
    bytes.push((value & 127) | (rest === 0 ? 0 : 128));
    value = rest;
  } while (value !== 0);
  return bytes;
}

/** @param {number} value */
export function signedLeb(value) {
  const bytes = [];
  while (true) {
    const byte = value & 127;
    value >>= 7;
    if ((value === 0 && (byte & 64) === 0) || (value === -1 && (byte & 64) !== 0)) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

export class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  unsigned() {
    let value = 0;
    let shift = 0;
    let byte;
    do {
      byte = this.bytes[this.at++] ?? 0;
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    return value >>> 0;
  }
  /** @param {number} length */
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/**
 * @typedef {object} Section
 * @property {number} id
 * @property {Uint8Array} body
 */

/**
 * @param {Uint8Array} binary
 * @returns {Section[]} in their order
 */
export function readSections(binary) {
  const reader = new Reader(binary);
  reader.take(HEADER);
  const sections = [];
  while (reader.at < binary.length) {
    const id = reader.take(1)[0] ?? 0;
    sections.push({ id, body: reader.take(reader.unsigned()) });
  }
  return sections;
}

/**
 * The body of the section with an id; that of an empty one when there is none.
 *
 * @param {Section[]} sections
 * @param {number} id
 */
export function sectionBody(sections, id) {
  return sections.find((section) => section.id === id)?.body ?? new Uint8Array([0]);
}

/** @param {Section[]} sections */
export function writeSections(sections) {
  const parts = [Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])];
  for (const { id, body } of sections) parts.push(Uint8Array.from([id, ...unsignedLeb(body.length)]), body);
  return new Uint8Array(Buffer.concat(parts));
}
