/**
 * Why a tokenizer or a text was refused (status codes 350..369), and what is said about it.
 */

import { OUT_OF_MEMORY } from '../status';
import { asciiItem, TextList } from '../text/ascii';

export const TOKENS_HEADER: i32 = 350;
export const TOKENS_BOUNDS: i32 = 351;
export const TOKENS_PIECES: i32 = 352;
export const TOKENS_COLLIDE: i32 = 353;
export const TOKENS_MERGES: i32 = 354;
export const TOKENS_ADDED: i32 = 355;
export const TOKENS_TEMPLATE: i32 = 356;
export const TOKENS_UNKNOWN: i32 = 357;
export const TOKENS_UTF8: i32 = 358;
export const TOKENS_CLOSED: i32 = 359;
export const TOKENS_SHORT: i32 = 360;
export const TOKENS_NO_PAIR: i32 = 361;
export const TOKENS_LONG: i32 = 362;

/** One clear sentence for one of these statuses. */
export function tokenizerErrorText(code: i32): string {
  // Texts in the order of the codes from TOKENS_HEADER to TOKENS_LONG, then that of any other.
  const texts: TextList = `this is not a tokenizer of this version
a table of the tokenizer lies outside of it
a piece of the vocabulary is longer than 4 KiB or lies outside, or an id has none
too many pieces of the vocabulary cannot be told apart quickly
a merge names a piece that is not in the vocabulary
an added token is empty, too long, not UTF-8 or of an unknown kind
the template has an unknown part or too many
the word is unknown and the vocabulary has no piece for that
the text is not valid UTF-8
no tokenizer is open
the text to cut is too short for the length that is asked for
there is no second text to cut
the text is larger than 64 MiB
unexpected failure`;
  if (code == OUT_OF_MEMORY) return 'not enough memory for the tokenizer or the text';
  return asciiItem(texts, code - TOKENS_HEADER, TOKENS_LONG - TOKENS_HEADER + 1);
}
