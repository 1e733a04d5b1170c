/** An output that the graph does not have is an error. */
import { nn_compute } from '../../../assembly/nn/imports_witx';
import { getOutput, must, openNamed, setFloats } from './nn';
import { print } from './print';
export function _start(): void {
  const context = openNamed('identity_f32');
  must('set_input', setFloats(context, 0, 1));
  must('compute', nn_compute(context));
  print(getOutput(context, 3, 16) != 0 ? 'refused' : 'given');
}
