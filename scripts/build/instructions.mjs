/** Where the instructions of a function begin and end, for the features that the guest uses. */
import { Reader } from './binary.mjs';

/** @param {Reader} reader @param {number} count */
function skipNumbers(reader, count) {
  // Signed or not, a number ends with its first byte below 128.
  for (let i = 0; i < count; i++) while (((reader.take(1)[0] ?? 0) & 128) !== 0);
}

/**
 * Bytes after the opcode of a vector instruction.
 *
 * @param {Reader} reader
 * @param {number} code
 */
function skipVector(reader, code) {
  if (code <= 11 || code === 92 || code === 93) skipNumbers(reader, 2);
  else if (code === 12 || code === 13) reader.take(16);
  else if (code >= 21 && code <= 34) reader.take(1);
  else if (code >= 84 && code <= 91) {
    skipNumbers(reader, 2);
    reader.take(1);
  }
}

/**
 * @param {Reader} reader
 * @param {number} code
 */
function skipMiscellaneous(reader, code) {
  if (code === 10) reader.take(2);
  else if (code === 11) reader.take(1);
  else if (code > 7) throw new Error(`instruction 0xfc ${code} is not known here`);
}

/**
 * Steps over one instruction.
 *
 * @param {Reader} reader
 */
function skipInstruction(reader) {
  const code = reader.take(1)[0] ?? 0;
  // block, loop, if; branches, calls and variables; memory size and grow; constants.
  if ((code >= 0x02 && code <= 0x04) || code === 0x0c || code === 0x0d || code === 0x10)
    skipNumbers(reader, 1);
  else if (code === 0x0e) skipNumbers(reader, reader.unsigned() + 1);
  else if (code === 0x11) skipNumbers(reader, 2);
  else if (code === 0x1c) skipNumbers(reader, reader.unsigned());
  else if (code >= 0x20 && code <= 0x24) skipNumbers(reader, 1);
  else if (code >= 0x28 && code <= 0x3e) skipNumbers(reader, 2);
  else if (code >= 0x3f && code <= 0x42) skipNumbers(reader, 1);
  else if (code === 0x43) reader.take(4);
  else if (code === 0x44) reader.take(8);
  else if (code === 0xfc) skipMiscellaneous(reader, reader.unsigned());
  else if (code === 0xfd) skipVector(reader, reader.unsigned());
  else if (code > 0xc4) throw new Error(`instruction 0x${code.toString(16)} is not known here`);
}

/**
 * @param {Uint8Array} body instructions of one function
 * @returns {Uint8Array[]}
 */
export function instructionsOf(body) {
  const reader = new Reader(body);
  const instructions = [];
  while (reader.at < body.length) {
    const start = reader.at;
    skipInstruction(reader);
    instructions.push(body.subarray(start, reader.at));
  }
  return instructions;
}
