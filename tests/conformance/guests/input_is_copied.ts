/** The host takes a copy at set_input: the buffer may be used for something else before compute. */
import { computeAndPrint, DATA, must, openNamed, setFloats } from './nn';
export function _start(): void {
  const context = openNamed('identity_f32');
  must('set_input', setFloats(context, 0, 1));
  memory.fill(DATA, 0, 16);
  computeAndPrint(context);
}
