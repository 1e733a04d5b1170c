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

function begin(type: string): void {
  writerFixed(w, HEAD, HEAD_BYTES);
  putByte(w, 0x93);
  put(w, 'NUMPY');
  putByte(w, 1);
  putByte(w, 0);
  putByte(w, <i32>HEAD_BYTES - 10);
  putByte(w, 0);
  put(w, "{'descr': '");
  put(w, type);
  put(w, "', 'fortran_order': False, 'shape': (");
}

/** Closes the header and writes the file; status. */
function finish(path: usize, length: usize, data: usize, bytes: usize): i32 {
  put(w, '), }');
  // The longest shape leaves room: 10 + 79 + 3 * 5 < 127.
  while (w.used < HEAD_BYTES - 1) putByte(w, 0x20);
  putByte(w, 0x0a);
  return writeFile(path, length, HEAD, HEAD_BYTES, data, bytes);
}

/** Writes the tensor at hand; status. */
export function writeNpy(path: usize, length: usize): i32 {
  const dtype = plan.dtype;
  begin(dtype == DTYPE_F32 ? '<f4' : dtype == DTYPE_F16 ? '<f2' : dtype == DTYPE_U8 ? '|u1' : '|i1');
  const planar = plan.layout == LAYOUT_NCHW;
  put(w, '1, ');
  putI32(w, planar ? plan.channels : plan.height);
  put(w, ', ');
  putI32(w, planar ? plan.height : plan.width);
  put(w, ', ');
  putI32(w, planar ? plan.width : plan.channels);
  return finish(path, length, answer.tensor, answer.tensorLength);
}

/** Writes the mask at hand, rows and columns; status. */
export function writeMask(path: usize, length: usize): i32 {
  begin(answer.maskBytes == 2 ? '<u2' : '|u1');
  putI32(w, answer.maskHeight);
  put(w, ', ');
  putI32(w, answer.maskWidth);
  const pixels = <usize>answer.maskHeight * <usize>answer.maskWidth;
  return finish(path, length, answer.mask, pixels * <usize>answer.maskBytes);
}
