/** There is no output before compute. */
import { getOutput, must, openNamed, setFloats } from './nn';
import { print } from './print';
export function _start(): void {
  const context = openNamed('identity_f32');
  must('set_input', setFloats(context, 0, 1));
  print(getOutput(context, 0, 16) != 0 ? 'refused' : 'given');
}
