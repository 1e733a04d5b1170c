/** Parts of a graph outside of memory are invalid_argument (1). */
import { nn_load } from '../../../assembly/nn/imports_witx';
import { BUILDER, CPU, ONNX, OUT } from './nn';
import { say } from './print';
export function _start(): void {
  say('builder', nn_load(0xfffffff8, 1, ONNX, CPU, OUT));
  store<u32>(BUILDER, 0xffff0000);
  store<u32>(BUILDER, 0x20000, 4);
  say('part', nn_load(BUILDER, 1, ONNX, CPU, OUT));
}
