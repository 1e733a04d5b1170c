/** An input that the graph does not have is an error at set_input or at compute. */
import { nn_compute } from '../../../assembly/nn/imports_witx';
import { must, openNamed, setFloats } from './nn';
import { print } from './print';
export function _start(): void {
  const context = openNamed('identity_f32');
  must('set_input 0', setFloats(context, 0, 1));
  print(setFloats(context, 5, 1) != 0 || nn_compute(context) != 0 ? 'refused' : 'computed');
}
