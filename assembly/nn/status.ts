/**
 * Status codes 300..329 of the folder nn. WITX errno n is 300 + n (100..103 become 320..323), WIT error-code n
 * is 310 + n; the backend's own words, where it has any, are in {@link nnDetail}.
 */

import { asciiItem, TextList } from '../text/ascii';
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
  // Texts of 301 to 323 (302 stands for 311, 305..308 for 313..316), then that of any other.
  const texts: TextList = `the runtime calls an argument invalid
the runtime does not know this encoding
the runtime reports missing memory
the runtime is busy
the backend failed
the runtime does not support this operation or backend
the runtime calls it too large
the runtime did not find it
this encoding has no number that all runtimes share
the runtime calls an argument invalid

the runtime timed out




the runtime refuses it for security
the runtime failed without a known reason
the runtime failed without a known reason
end of sequence
the context is full
the prompt is too long
the runtime did not find the model
the runtime failed without a known reason`;
  if (status == 311) status = 302;
  if (status >= 313 && status <= 316) status -= 8;
  return asciiItem(texts, status - 301, 23);
}
