/** Inputs stay set: a second compute gives the same. */
import { computeAndPrint, must, openNamed, setFloats } from './nn';
export function _start(): void {
  const context = openNamed('identity_f32');
  must('set_input', setFloats(context, 0, 1));
  computeAndPrint(context);
  computeAndPrint(context);
  must('set_input', setFloats(context, 0, 3));
  computeAndPrint(context);
}
