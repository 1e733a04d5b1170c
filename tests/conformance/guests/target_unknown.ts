/** A target that nobody knows is invalid_argument (1). */
import { nn_load } from '../../../assembly/nn/imports_witx';
import { BUILDER, ONNX, OUT } from './nn';
import { readFile, say } from './print';
export function _start(): void {
  const bytes = readFile('identity_f32/model.onnx');
  store<usize>(BUILDER, changetype<usize>(bytes));
  store<usize>(BUILDER, bytes.byteLength, 4);
  say('load', nn_load(BUILDER, 1, ONNX, 77, OUT));
}
