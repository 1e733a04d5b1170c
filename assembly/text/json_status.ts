/**
 * Why a JSON text was refused (status codes 20..29 of the general range), and what is said about it.
 */

import { asciiItem, TextList } from './ascii';
import { OUT_OF_MEMORY } from '../status';

export const JSON_END: i32 = 20;
export const JSON_UNEXPECTED: i32 = 21;
export const JSON_ESCAPE: i32 = 22;
export const JSON_UTF8: i32 = 23;
export const JSON_CONTROL: i32 = 24;
export const JSON_DEEP: i32 = 25;
export const JSON_LARGE: i32 = 26;
export const JSON_BAD_NUMBER: i32 = 27;
export const JSON_TRAILING: i32 = 28;
export const JSON_LONG: i32 = 29;

/** One clear sentence for one of these statuses. */
export function jsonErrorText(code: i32): string {
  // Texts in the order of the codes from JSON_END to JSON_LONG, then that of any other.
  const texts: TextList = `the JSON text ends too early
unexpected character in the JSON text
bad escape in a JSON string
the JSON text is not valid UTF-8
control character in a JSON string
the JSON text nests deeper than 64 levels
the JSON text is larger than 256 MiB, or a key in it than 16 MiB
malformed number in the JSON text
unexpected text after the JSON value
a number in the JSON text has more than 1000 characters
unexpected character in the JSON text`;
  if (code == OUT_OF_MEMORY) return 'not enough memory for the JSON text';
  return asciiItem(texts, code - JSON_END, JSON_LONG - JSON_END + 1);
}
