/**
 * Packs texts by byte pairs (P. Gage, "A new algorithm for data compression", 1994): what stands together most often gets
 * a code of its own, again and again. assembly/text/ascii.ts unpacks.
 *
 *   0 end of a text | 1..31 and 128..255 pairs | 32..126 the character | 127 new line
 */

const END = 0;
const NEW_LINE = 127;
/** Codes that stand for two others, in the order of their places in the table: code ^ 128. */
const PAIR_CODES = [...range(128, 255), ...range(1, 31)];
/** The unpacker's stack; assembly/text/ascii.ts has as many bytes. */
const MAX_DEPTH = 16;

/** @param {number} first @param {number} last */
function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** @param {string} text */
function characters(text) {
  return [...text].map((character) => {
    if (character === '\0') return END;
    const code = character === '\n' ? NEW_LINE : character.charCodeAt(0);
    if (code < 32 || code > 127 || character === '\x7f') throw new Error(`texts must be ASCII: ${text}`);
    return code;
  });
}

/** @param {number[][]} texts */
function commonestPair(texts) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const codes of texts) {
    let last = -1;
    for (let i = 1; i < codes.length; i++) {
      const pair = ((codes[i - 1] ?? 0) << 8) | (codes[i] ?? 0);
      // Of three equal codes only two make a pair. The texts of a list stay apart.
      last = pair === last || pair >> 8 === END || (pair & 255) === END ? -1 : pair;
      if (last !== -1) counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
  }
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0]);
}

/** @param {number[]} codes @param {number} pair @param {number} code */
function withPair(codes, pair, code) {
  const out = [];
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] === pair >> 8 && codes[i + 1] === (pair & 255)) {
      out.push(code);
      i++;
    } else out.push(codes[i] ?? 0);
  }
  return out;
}

/**
 * @typedef {object} PackedTexts
 * @property {number[]} bytes
 * @property {number[]} pairs two codes for each place of PAIR_CODES; the place of code 0 is not used
 * @property {Map<string, number>} offsets where in `bytes` each text begins
 */

/**
 * @param {string[]} texts without repeats
 * @returns {PackedTexts}
 */
export function packTexts(texts) {
  texts = texts.toSorted((a, b) => a.length - b.length);
  let packed = texts.map(characters);
  /** @type {number[]} */
  const pairs = [];
  /** @type {Map<number, number>} */
  const depths = new Map();
  for (const code of PAIR_CODES) {
    const [pair, count] = commonestPair(packed);
    if (count < 3) break;
    const depth = 1 + Math.max(depths.get(pair >> 8) ?? 0, depths.get(pair & 255) ?? 0);
    if (depth > MAX_DEPTH) throw new Error('texts are packed deeper than the unpacker can follow');
    depths.set(code, depth);
    pairs[(code ^ 128) * 2] = pair >> 8;
    pairs[(code ^ 128) * 2 + 1] = pair & 255;
    packed = packed.map((codes) => withPair(codes, pair, code));
  }
  /** @type {Map<string, number>} */
  const offsets = new Map();
  /** @type {number[]} */
  const bytes = [];
  for (const [i, text] of texts.entries()) {
    offsets.set(text, bytes.length);
    bytes.push(...(packed[i] ?? []), END);
  }
  return { bytes, pairs: Array.from(pairs, (code) => code ?? 0), offsets };
}
