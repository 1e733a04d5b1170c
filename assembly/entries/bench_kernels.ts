/** Entry of the benchmark (scripts/bench): kernels one by one, compiled as the artifacts are. Not part of any artifact. */

import { answer } from '../answer';
import { normalizeRow, normalizeTableBuild, normalizeTableBytes } from '../kernels/normalize';
import { DTYPE_F32, SCALE_DIVIDE } from '../kernels/types';
import { arenaAlloc } from '../memory/arena';
import { tensorFromEncoded } from '../pipeline';
import { callBegin, callEnd } from '../reactor/results';
import { sha256 } from '../digest';

export { edge_alloc, edge_open_card, edge_reset } from './edge_kernels';
export { horizontalPass, resizePicture, verticalPass } from '../bench/resize';
export { dequantize } from '../kernels/quantize';
export { softmaxTopK } from '../kernels/softmax';
export { sha256 };

const MEAN_STD: usize = memory.data<f32>([1, 1, 1, 1, 1, 1]);
let tables: usize = 0;

/** Encoded picture -> address of the tensor of the open card, without its hash; 0 on failure. */
export function tensorOf(image: usize, length: usize): usize {
  callBegin();
  const status = tensorFromEncoded(image, length);
  callEnd();
  return status == 0 ? answer.tensor : 0;
}

/** Makes the tables of x / 127.5 - 1 in f32 for RGB; call once, before the first normalizePicture. */
export function normalizePrepare(): void {
  tables = arenaAlloc(normalizeTableBytes(DTYPE_F32, 3));
  normalizeTableBuild(DTYPE_F32, 3, SCALE_DIVIDE, 127.5, MEAN_STD, MEAN_STD + 12, 1, 0, tables);
}

/** u8[height][width][3] -> f32 tensor of the layout. */
export function normalizePicture(src: usize, width: i32, height: i32, layout: i32, dst: usize): void {
  for (let y = 0; y < height; y++, src += <usize>width * 3) {
    normalizeRow(src, width, 3, tables, dst, y, height, layout, DTYPE_F32);
  }
}

/** What a copy of `bytes` bytes takes. */
export function copyBytes(dst: usize, src: usize, bytes: usize): void {
  memory.copy(dst, src, bytes);
}
