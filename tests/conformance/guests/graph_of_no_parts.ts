/** A graph of no parts is an error. */
import { nn_load } from '../../../assembly/nn/imports_witx';
import { BUILDER, CPU, ONNX, OUT } from './nn';
import { print } from './print';
export function _start(): void {
  print(nn_load(BUILDER, 0, ONNX, CPU, OUT) != 0 ? 'refused' : 'taken');
}
