/**
 * AssemblyScript stores text as UTF-16 with a header of 20 bytes. The guest only prints ASCII constants, which are most of
 * its data: before compilation each becomes an address in one block of packed texts (pack.mjs), still typed `string`.
 * assembly/text/ascii.ts is the only place that looks inside; it follows `ASCII_TEXT`.
 */
import path from 'node:path';
import ts from 'typescript';
import { dataSegments } from './segments.mjs';

/** The file that the build writes itself, see there. */
export const PACKED_FILE = 'assembly/text/packed.ts';
/** Bytes, or elements of a table, from which on static memory is placed behind what is addressed more often. */
const LARGE = 320;
/** An address that nothing has: what lies there is 0, the end of a text. */
const EMPTY = 8;
/** How the bytes begin that stand for a text while it is not known which texts a module has. */
const MARK = [0xff, 0xfe];

/** @param {ts.Node} node */
function staysText(node) {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent))
    return true;
  if (!ts.isCallExpression(parent)) return false;
  return (
    ts.isDecorator(parent.parent) ||
    (ts.isIdentifier(parent.expression) && parent.expression.text === 'offsetof')
  );
}

/**
 * The characters of a constant; those of a `TextList` are several texts, each closed by 0 (the last one by what closes
 * every constant).
 *
 * @param {ts.StringLiteralLike} node
 */
function characters(node) {
  const { parent } = node;
  const isList = ts.isVariableDeclaration(parent) && parent.type?.getText() === 'TextList';
  return isList ? node.text.replaceAll('\n', '\0') : node.text;
}

/**
 * True for `const X: usize = memory.data(...)` of many bytes, and for constant texts, at the top level.
 *
 * @param {ts.Node} node
 */
function isLarge(node) {
  if (!ts.isVariableStatement(node) || !ts.isSourceFile(node.parent)) return false;
  const call = node.declarationList.declarations[0]?.initializer;
  if (call === undefined) return false;
  if (ts.isStringLiteralLike(call)) return (node.declarationList.flags & ts.NodeFlags.Const) !== 0;
  if (!ts.isCallExpression(call) || call.expression.getText() !== 'memory.data') return false;
  const data = call.arguments[0];
  if (data === undefined) return false;
  return ts.isArrayLiteralExpression(data)
    ? data.elements.length >= LARGE
    : !ts.isNumericLiteral(data) || Number(data.text) >= LARGE;
}

/**
 * The source text with all string constants replaced; lines stay where they are.
 *
 * @param {string} file
 * @param {string} source
 * @param {(text: string) => string} address an expression, the address of a text
 */
function replaceTexts(file, source, address) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
  /** @type {{start: number, end: number, text: string}[]} */
  const edits = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    // Static memory is laid out as it is compiled, what is lazy last. Low addresses make short instructions.
    if (isLarge(node)) edits.push({ start: node.getStart(), end: node.getStart(), text: '@lazy ' });
    if (ts.isStringLiteralLike(node) && !staysText(node)) {
      const lines = '\n'.repeat(source.slice(node.getStart(), node.getEnd()).split('\n').length - 1);
      const text = `changetype<string>(${address(characters(node))})${lines}`;
      edits.push({ start: node.getStart(), end: node.getEnd(), text });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  let result = source;
  for (const { start, end, text } of edits.reverse())
    result = result.slice(0, start) + text + result.slice(end);
  return result;
}

/** Finds out which texts a module has: compile with `source`, then ask `found`. */
export class TextCensus {
  /** @type {string[]} */
  #texts = [];

  /** @param {string} file @param {string} source */
  source(file, source) {
    return replaceTexts(file, source, (text) => {
      const id = this.#texts.push(text) - 1;
      return `memory.data<u8>([${[...MARK, id & 255, id >> 8]}],1)`;
    });
  }

  /**
   * The distinct texts of the functions that were compiled, in order of their appearance.
   *
   * @param {Uint8Array} binary compiled without optimisation
   */
  found(binary) {
    /** @type {Set<string>} */
    const texts = new Set();
    for (const { bytes } of dataSegments(binary)) {
      if (bytes.length !== 4 || bytes[0] !== MARK[0] || bytes[1] !== MARK[1]) continue;
      const text = this.#texts[(bytes[2] ?? 0) | ((bytes[3] ?? 0) << 8)];
      if (text !== undefined) texts.add(text);
    }
    return [...texts];
  }
}

/**
 * The source text with the addresses of packed texts in place of its string constants.
 *
 * @param {string} file
 * @param {string} source
 * @param {import('./pack.mjs').PackedTexts} packed
 */
export function packedSource(file, source, packed) {
  if (file === PACKED_FILE) {
    return [
      ...[`@lazy export const TEXTS: usize = memory.data<u8>([${packed.bytes}], 1);`],
      ...[`@lazy export const PAIRS: usize = memory.data<u8>([${packed.pairs}], 1);`],
    ].join('\n');
  }
  let count = 0;
  const result = replaceTexts(file, source, (text) => {
    if (text === '') return String(EMPTY);
    count++;
    const offset = packed.offsets.get(text);
    // Code that is never compiled may name what does not exist.
    return offset === undefined ? 'TEXT_THAT_WAS_NOT_FOUND' : `PACKED_TEXTS+${offset}`;
  });
  // The entry ends the small statics of all files; the texts follow them, then what is lazy.
  const isEntry = file.startsWith('assembly/entries/');
  if (isEntry) count++;
  if (count === 0) return result;
  const from = path.posix.relative(path.posix.dirname(file), PACKED_FILE).replace(/\.ts$/, '');
  const last = isEntry ? 'export const LAST_SMALL_STATIC:usize=PACKED_TEXTS;' : '';
  return `${result}\nimport{TEXTS as PACKED_TEXTS}from"${from.startsWith('.') ? from : `./${from}`}";${last}\n`;
}
