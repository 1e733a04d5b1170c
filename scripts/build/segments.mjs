/**
 * The data section of a module with neighbouring segments joined: each constant of the guest is a segment of its own,
 * with up to 7 bytes of header.
 */

import { DATA, Reader, readSections, sectionBody, signedLeb, unsignedLeb } from './binary.mjs';

/** Zeros that are cheaper than another header. */
const GAP = 6;

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
  return segmentsOf(sectionBody(readSections(binary), DATA));
}

/**
 * Joins segments that only fill memory that is zero before.
 *
 * @param {Uint8Array} body of a data section
 */
export function joinSegments(body) {
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
