/**
 * The data section of a module with neighbouring segments joined: each constant of the guest is a segment of its own,
 * with up to 7 bytes of header.
 */

const DATA = 11;
/** Zeros that are cheaper than another header. */
const GAP = 6;

/** @param {number} value */
function unsignedLeb(value) {
  const bytes = [];
  do {
    const rest = value >>> 7;
    bytes.push((value & 127) | (rest === 0 ? 0 : 128));
    value = rest;
  } while (value !== 0);
  return bytes;
}

/** @param {number} value */
function signedLeb(value) {
  const bytes = [];
  while (true) {
    const byte = value & 127;
    value >>= 7;
    if ((value === 0 && (byte & 64) === 0) || (value === -1 && (byte & 64) !== 0)) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

class Reader {
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
 * @param {Uint8Array} body of a data section
 * @returns {{start: number, bytes: Uint8Array}[]} sorted by address
 */
function segmentsOf(body) {
  const reader = new Reader(body);
  const count = reader.unsigned();
  const segments = [];
  for (let i = 0; i < count; i++) {
    // Active, memory 0, i32.const ... end. Addresses are below 2^31 and positive: unsigned reading is right.
    const plain = reader.unsigned() === 0 && reader.take(1)[0] === 0x41;
    const start = reader.unsigned();
    if (!plain || reader.take(1)[0] !== 0x0b) throw new Error('a data segment has no constant address');
    segments.push({ start, bytes: reader.take(reader.unsigned()) });
  }
  return segments.sort((a, b) => a.start - b.start);
}

/**
 * The data segments of a module.
 *
 * @param {Uint8Array} binary
 */
export function dataSegments(binary) {
  const reader = new Reader(binary);
  reader.take(8);
  while (reader.at < binary.length) {
    const id = reader.take(1)[0];
    const body = reader.take(reader.unsigned());
    if (id === DATA) return segmentsOf(body);
  }
  return [];
}

/** @param {Uint8Array} body */
function joined(body) {
  /** @type {{start: number, bytes: number[]}[]} */
  const out = [];
  for (const { start, bytes } of segmentsOf(body)) {
    const last = out.at(-1);
    const gap = last === undefined ? Number.POSITIVE_INFINITY : start - last.start - last.bytes.length;
    if (gap < 0) throw new Error('data segments overlap');
    if (last !== undefined && gap <= GAP) last.bytes.push(...new Array(gap).fill(0), ...bytes);
    else out.push({ start, bytes: [...bytes] });
  }
  return Uint8Array.from([
    ...unsignedLeb(out.length),
    ...out.flatMap(({ start, bytes }) => [
      0,
      0x41,
      ...signedLeb(start),
      0x0b,
      ...unsignedLeb(bytes.length),
      ...bytes,
    ]),
  ]);
}

/**
 * @param {Uint8Array} binary a core module whose segments only fill memory that is zero before
 * @returns {Uint8Array}
 */
export function joinSegments(binary) {
  const reader = new Reader(binary);
  const parts = [reader.take(8)];
  /** @type {Uint8Array | undefined} */
  let data;
  while (reader.at < binary.length) {
    const start = reader.at;
    const id = reader.take(1)[0];
    const body = reader.take(reader.unsigned());
    if (id === 12) continue;
    if (id !== DATA) parts.push(binary.subarray(start, reader.at));
    else {
      data = joined(body);
      parts.push(Uint8Array.from([DATA, ...unsignedLeb(data.length)]), data);
    }
  }
  // The data count section is dropped: it is needed for memory.init only, which the guest does not use.
  return Buffer.concat(parts);
}
