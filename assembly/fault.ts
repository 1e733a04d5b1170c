/**
 * The error at hand: what the host and the user are told. Set where a status becomes a sentence, read by whoever
 * prints it: `error: WHAT (WHERE): WHY. TRY ...`, or {"error":{"code","message","hint"}}.
 */

import { put, putByte, TextWriter, writerFixed } from './text/writer';
import { putPlain } from './text/json_writer';

export const EXIT_USAGE: i32 = 2;
export const EXIT_INPUT: i32 = 3;
export const EXIT_MODEL: i32 = 4;
export const EXIT_RUNTIME: i32 = 5;
export const EXIT_SECURITY: i32 = 7;

const MESSAGE_BYTES: usize = 1024;
const HINT_BYTES: usize = 384;
const MESSAGE: usize = memory.data(1024);
const HINT: usize = memory.data(384);

/** The sentence, without a full stop. */
export const faultMessage: TextWriter = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));
/** What to try; may be empty. */
export const faultHint: TextWriter = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));
/** Stable upper-case code, e.g. INPUT_NOT_FOUND. */
export let faultCode: string = '';
/** Exit code of the process, 0 while there is no error. */
export let faultExit: i32 = 0;

/** Begins an error: forgets the former one, takes code, WHAT and exit code. */
export function faultBegin(exit: i32, code: string, what: string): void {
  faultExit = exit;
  faultCode = code;
  writerFixed(faultMessage, MESSAGE, MESSAGE_BYTES);
  writerFixed(faultHint, HINT, HINT_BYTES);
  put(faultMessage, what);
}

/** Begins an error of exit code {@link EXIT_MODEL} about the model of this name. */
export function faultModel(code: string, what: string, name: usize, length: usize): void {
  faultBegin(EXIT_MODEL, code, what);
  faultWhere(name, length);
}

/** Adds ` (WHERE)`. */
export function faultWhere(where: usize, length: usize): void {
  put(faultMessage, ' (');
  // A long path keeps its end, where the name is; the text after it must still fit.
  if (length > 512) {
    put(faultMessage, '...');
    where += length - 512;
    length = 512;
  }
  putPlain(faultMessage, where, length);
  putByte(faultMessage, 0x29);
}

/** Adds `: WHY`. */
export function faultWhy(why: string): void {
  put(faultMessage, ': ');
  put(faultMessage, why);
}

/** Sets the hint: one sentence beginning with a verb. */
export function faultTry(hint: string): void {
  put(faultHint, hint);
}

/** Forgets the error. */
export function faultClear(): void {
  faultExit = 0;
}
