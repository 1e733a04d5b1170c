/**
 * Why a JSON text was refused (status codes 20..28 of the general range), and what is said about it.
 */

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

/** One clear sentence for one of these statuses. */
export function jsonErrorText(code: i32): string {
  if (code == JSON_END) return 'the JSON text ends too early';
  if (code == JSON_ESCAPE) return 'bad escape in a JSON string';
  if (code == JSON_UTF8) return 'the JSON text is not valid UTF-8';
  if (code == JSON_CONTROL) return 'control character in a JSON string';
  if (code == JSON_DEEP) return 'the JSON text nests deeper than 64 levels';
  if (code == JSON_LARGE) return 'the JSON text is too large';
  if (code == JSON_BAD_NUMBER) return 'malformed number in the JSON text';
  if (code == JSON_TRAILING) return 'unexpected text after the JSON value';
  if (code == OUT_OF_MEMORY) return 'not enough memory for the JSON text';
  return 'unexpected character in the JSON text';
}
