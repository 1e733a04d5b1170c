/** Memory that grows between set_input and compute moves nothing. */
import { computeAndPrint, must, openNamed, setFloats } from './nn';
export function _start(): void {
  const context = openNamed('identity_f32');
  must('set_input', setFloats(context, 0, 1));
  memory.grow(64);
  computeAndPrint(context);
}
