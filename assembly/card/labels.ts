/**
 * The labels file: one a line, line 1 is class 0. CRLF is taken, a last empty line is not a label.
 */

import { utf8Sequence } from '../text/utf8';
import { plan } from './plan';
import { residentKeep, residentTake } from './resident';
import { CARD_LABELS_UTF8, CARD_MANY_LABELS, CARD_NO_LABELS } from './status';

const MAX_LABELS: i32 = 1000000;

/** Keeps the labels in the resident place and their rows {offset, length} in the plan; status. */
export function readLabels(from: usize, length: usize): i32 {
  // A byte order mark is no part of the first label.
  if (length >= 3 && load<u8>(from) == 0xef && load<u8>(from, 1) == 0xbb && load<u8>(from, 2) == 0xbf) {
    from += 3;
    length -= 3;
  }
  const end = from + length;
  let lines = 0;
  for (let at = from; at < end; ) {
    const count = utf8Sequence(at, end);
    if (count == 0) return CARD_LABELS_UTF8;
    if (load<u8>(at) == 0x0a) lines++;
    at += count;
  }
  if (length > 0 && load<u8>(end - 1) != 0x0a) lines++;
  if (lines == 0) return CARD_NO_LABELS;
  if (lines > MAX_LABELS) return CARD_MANY_LABELS;
  plan.labelBytes = residentKeep(from, length);
  plan.labelOffsets = residentTake((<usize>lines) << 3);
  if (plan.labelBytes == 0 || plan.labelOffsets == 0) return 0;
  let start = from;
  for (let i = 0; i < lines; i++) {
    let stop = start;
    while (stop < end && load<u8>(stop) != 0x0a) stop++;
    let size = stop - start;
    if (size > 0 && load<u8>(start + size - 1) == 0x0d) size--;
    const row = plan.labelOffsets + ((<usize>i) << 3);
    store<u32>(row, <u32>(start - from));
    store<u32>(row, <u32>size, 4);
    start = stop + 1;
  }
  plan.labelCount = lines;
  return 0;
}
