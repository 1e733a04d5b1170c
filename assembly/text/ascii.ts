/**
 * ASCII constants: the only place that looks inside a `string`. The build packs constants (scripts/build/pack.mjs,
 * `ASCII_TEXT`); without it, as in tests, they are AssemblyScript's own UTF-16 strings.
 *
 * One constant is read at a time, from its beginning: asciiOpen, then asciiNext until it gives 0.
 */

import { PAIRS } from './packed';

const NEW_LINE: usize = 127;

let at: usize = 0;
/** End of a UTF-16 constant. */
let end: usize = 0;
/** Codes that are still to come of the code that was read last; the build keeps texts from needing more than 16. */
const STACK: usize = memory.data(16);
let depth: usize = 0;

/** Begins to read a constant. */
export function asciiOpen(text: string): void {
  at = changetype<usize>(text);
  depth = 0;
  if (!isDefined(ASCII_TEXT)) end = at + ((<usize>text.length) << 1);
}

/** The next byte of the constant, 0 at its end; not to be called again after that. */
export function asciiNext(): i32 {
  if (isDefined(ASCII_TEXT)) {
    let code: usize = 0;
    if (depth > 0) code = <usize>load<u8>(STACK + --depth);
    else code = <usize>load<u8>(at++);
    // Codes of pairs are 1..31 and 128..255: their places in PAIRS are code ^ 128, below 160.
    while (code != 0 && (code ^ 128) < 160) {
      const pair = PAIRS + ((code ^ 128) << 1);
      store<u8>(STACK + depth++, load<u8>(pair, 1));
      code = <usize>load<u8>(pair);
    }
    return code == NEW_LINE ? 0x0a : <i32>code;
  }
  if (at == end) return 0;
  at += 2;
  return <i32>load<u16>(at - 2);
}

/**
 * Texts, one a line, of which {@link asciiItem} takes one. The build takes template literals apart that are declared with
 * this type. A list stands in the function that uses it: one at the top level is in every module that has the file.
 */
export type TextList = string;

/** Item `index` of a list; the last one, `count`, for any index that is not 0..count-1. */
export function asciiItem(list: TextList, index: i32, count: i32): string {
  if (<u32>index > <u32>count) index = count;
  if (!isDefined(ASCII_TEXT)) return list.split('\n')[index];
  let item = changetype<usize>(list);
  // The list has count + 1 texts, each closed by 0.
  for (; index > 0; item++) if (load<u8>(item) == 0) index--;
  return changetype<string>(item);
}

/** Bytes of a constant. */
export function asciiLength(text: string): i32 {
  let length = 0;
  for (asciiOpen(text); asciiNext() != 0; ) length++;
  return length;
}
