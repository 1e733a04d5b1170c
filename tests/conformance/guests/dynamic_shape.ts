/** A free dimension may change from one compute to the next. */
import { computeAndPrint, DATA, F32, fillF32, must, openNamed, setTensor } from './nn';
export function _start(): void {
  const context = openNamed('dynamic_f32');
  fillF32(DATA, 1);
  must('set_input', setTensor(context, 0, F32, 2, DATA, 8));
  computeAndPrint(context);
  must('set_input', setTensor(context, 0, F32, 4, DATA, 16));
  computeAndPrint(context);
}
