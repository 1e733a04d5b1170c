/** Only byte 8 of a tensor is its type: the three bytes behind it may hold anything. */
import { computeAndPrint, must, openNamed, setTensor, DATA, fillF32 } from './nn';
export function _start(): void {
  const context = openNamed('identity_f32');
  fillF32(DATA, 1);
  must('set_input', setTensor(context, 0, 0x00100301, 4, DATA, 16));
  computeAndPrint(context);
}
