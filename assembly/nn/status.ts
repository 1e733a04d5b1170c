/**
 * Status codes 300..329 of the folder nn. WITX errno n is 300 + n (100..103 become 320..323), WIT error-code n
 * is 310 + n; the backend's own words, where it has any, are in {@link nnDetail}.
 */

import { TextWriter, writerFixed } from '../text/writer';

/** The encoding is none that every runtime numbers alike. */
export const NN_NOT_PORTABLE: i32 = 309;
/** A failure that the runtime gives no known number. */
export const NN_UNKNOWN: i32 = 329;

const DETAIL: usize = memory.data(240);
/** What the backend said beside its error number; may be empty. */
export const nnDetail: TextWriter = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));

/** Forgets the backend's words. */
export function nnClearDetail(): void {
  writerFixed(nnDetail, DETAIL, 240);
}

/** Status of a WITX errno. */
export function fromWitx(errno: u32): i32 {
  if (errno == 0) return 0;
  if (errno <= 8) return 300 + <i32>errno;
  if (errno >= 100 && errno <= 103) return 220 + <i32>errno;
  return NN_UNKNOWN;
}

/** Status of a WIT error-code. */
export function fromWit(code: i32): i32 {
  return code >= 0 && code <= 8 ? 310 + code : NN_UNKNOWN;
}

/** One clear sentence without a full stop. */
export function nnErrorText(status: i32): string {
  if (status == 301 || status == 310) return 'the runtime calls an argument invalid';
  if (status == 302 || status == 311) return 'the runtime does not know this encoding';
  if (status == 303) return 'the runtime reports missing memory';
  if (status == 304) return 'the runtime is busy';
  if (status == 305 || status == 313) return 'the backend failed';
  if (status == 306 || status == 314) return 'the runtime does not support this operation or backend';
  if (status == 307 || status == 315) return 'the runtime calls it too large';
  if (status == 308 || status == 316) return 'the runtime did not find it';
  if (status == NN_NOT_PORTABLE) return 'this encoding has no number that all runtimes share';
  if (status == 312) return 'the runtime timed out';
  if (status == 317) return 'the runtime refuses it for security';
  if (status == 320) return 'end of sequence';
  if (status == 321) return 'the context is full';
  if (status == 322) return 'the prompt is too long';
  if (status == 323) return 'the runtime did not find the model';
  return 'the runtime failed without a known reason';
}
