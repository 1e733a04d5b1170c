/**
 * The tensor as a NumPy file, format version 1.0:
 *
 *   6 magic | 1 0 | header length u16 | header text, padded by spaces so that the data begins at a multiple of 64
 */

import { answer } from '../answer';
import { DTYPE_F16, DTYPE_F32, DTYPE_U8, LAYOUT_NCHW, plan } from '../card/plan';
import { putI32 } from '../text/numbers';
import { put, putByte, TextWriter, writerFixed } from '../text/writer';
import { writeFile } from '../wasi/files';

const HEAD_BYTES: usize = 128;
const HEAD: usize = memory.data(128);
const w: TextWriter = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));

/** Writes the tensor at hand; status. */
export function writeNpy(path: usize, length: usize): i32 {
  writerFixed(w, HEAD, HEAD_BYTES);
  putByte(w, 0x93);
  put(w, 'NUMPY');
  putByte(w, 1);
  putByte(w, 0);
  putByte(w, <i32>HEAD_BYTES - 10);
  putByte(w, 0);
  const dtype = plan.dtype;
  put(w, "{'descr': '");
  put(w, dtype == DTYPE_F32 ? '<f4' : dtype == DTYPE_F16 ? '<f2' : dtype == DTYPE_U8 ? '|u1' : '|i1');
  put(w, "', 'fortran_order': False, 'shape': (1, ");
  const planar = plan.layout == LAYOUT_NCHW;
  putI32(w, planar ? plan.channels : plan.height);
  put(w, ', ');
  putI32(w, planar ? plan.height : plan.width);
  put(w, ', ');
  putI32(w, planar ? plan.width : plan.channels);
  put(w, '), }');
  // The longest shape leaves room: 10 + 79 + 3 * 5 < 127.
  while (w.used < HEAD_BYTES - 1) putByte(w, 0x20);
  putByte(w, 0x0a);
  return writeFile(path, length, HEAD, HEAD_BYTES, answer.tensor, answer.tensorLength);
}
