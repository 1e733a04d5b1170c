/**
 * Shorter vector constants. `v128.const` takes 18 bytes wherever it stands; most constants of the guest repeat one lane,
 * or stand in a function several times, or are zero, as a local is that nobody sets.
 *
 * Engines make the same machine code of it: to them a local that is set once is the value itself.
 */
import { CODE, FUNCTION, Reader, sectionBody, signedLeb, TYPE, unsignedLeb } from './binary.mjs';
import { instructionsOf } from './instructions.mjs';

const VECTOR = 0x7b;
const I32_CONST = 0x41;
const F32_CONST = 0x43;
const [I8X16_SPLAT, I16X8_SPLAT, I32X4_SPLAT, F32X4_SPLAT] = [15, 16, 17, 19];

/** @param {Uint8Array} instruction */
function isConstant(instruction) {
  return instruction[0] === 0xfd && instruction[1] === 12;
}

/** True when the bytes of a vector repeat after `period`. @param {Uint8Array} lanes @param {number} period */
function repeats(lanes, period) {
  return lanes.every((byte, i) => byte === lanes[i % period]);
}

/**
 * The shortest instructions that make the vector of a constant.
 *
 * @param {Uint8Array} constant
 * @returns {number[]}
 */
function shortest(constant) {
  const lanes = constant.slice(2);
  const view = new DataView(lanes.buffer);
  if (repeats(lanes, 1)) return [I32_CONST, ...signedLeb(view.getInt8(0)), 0xfd, I8X16_SPLAT];
  if (repeats(lanes, 2)) return [I32_CONST, ...signedLeb(view.getInt16(0, true)), 0xfd, I16X8_SPLAT];
  if (!repeats(lanes, 4)) return [...constant];
  const integer = [I32_CONST, ...signedLeb(view.getInt32(0, true)), 0xfd, I32X4_SPLAT];
  return integer.length <= 7 ? integer : [F32_CONST, ...lanes.slice(0, 4), 0xfd, F32X4_SPLAT];
}

/**
 * Body of one function with its constants shortened.
 *
 * @param {Uint8Array} body
 * @param {number} parameters how many the function has
 */
function shortenFunction(body, parameters) {
  const reader = new Reader(body);
  const groups = reader.unsigned();
  let locals = parameters;
  for (let i = 0; i < groups; i++) {
    locals += reader.unsigned();
    reader.take(1);
  }
  const declared = body.subarray(unsignedLeb(groups).length, reader.at);
  const instructions = instructionsOf(body.subarray(reader.at));
  /** @type {Map<string, {constant: Uint8Array, count: number}>} */
  const constants = new Map();
  for (const constant of instructions.filter(isConstant)) {
    const entry = constants.get(constant.join());
    if (entry === undefined) constants.set(constant.join(), { constant, count: 1 });
    else entry.count++;
  }
  /** @type {number[]} */
  const prologue = [];
  /** @type {Map<string, number[]>} */
  const replacements = new Map();
  const before = locals;
  for (const [key, { constant, count }] of constants) {
    const made = shortest(constant);
    const zero = constant.subarray(2).every((byte) => byte === 0);
    const get = [0x20, ...unsignedLeb(locals)];
    const set = zero ? [] : [...made, 0x21, ...unsignedLeb(locals)];
    if (set.length + count * get.length < count * made.length) {
      locals++;
      prologue.push(...set);
      replacements.set(key, get);
    } else replacements.set(key, made);
  }
  const added = locals - before;
  return Uint8Array.from([
    ...unsignedLeb(groups + (added > 0 ? 1 : 0)),
    ...declared,
    ...(added > 0 ? [...unsignedLeb(added), VECTOR] : []),
    ...prologue,
    ...instructions.flatMap((bytes) =>
      isConstant(bytes) ? (replacements.get(bytes.join()) ?? []) : [...bytes],
    ),
  ]);
}

/**
 * How many parameters each function of the code section has.
 *
 * @param {import('./binary.mjs').Section[]} sections
 */
function parameterCounts(sections) {
  const types = new Reader(sectionBody(sections, TYPE));
  const counts = Array.from({ length: types.unsigned() }, () => {
    types.take(1);
    const parameters = types.unsigned();
    types.take(parameters);
    types.take(types.unsigned());
    return parameters;
  });
  const functions = new Reader(sectionBody(sections, FUNCTION));
  return Array.from({ length: functions.unsigned() }, () => counts[functions.unsigned()] ?? 0);
}

/**
 * The code section with shorter vector constants.
 *
 * @param {import('./binary.mjs').Section[]} sections of the module
 */
export function shortenVectors(sections) {
  const parameters = parameterCounts(sections);
  const reader = new Reader(sectionBody(sections, CODE));
  const bodies = Array.from({ length: reader.unsigned() }, (_, i) =>
    shortenFunction(reader.take(reader.unsigned()), parameters[i] ?? 0),
  );
  return Uint8Array.from([
    ...unsignedLeb(bodies.length),
    ...bodies.flatMap((body) => [...unsignedLeb(body.length), ...body]),
  ]);
}
