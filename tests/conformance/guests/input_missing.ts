/** Computing before every input is set is an error, and setting it then helps. */
import { nn_compute } from '../../../assembly/nn/imports_witx';
import { computeAndPrint, must, openNamed, setFloats } from './nn';
import { print } from './print';
export function _start(): void {
  const context = openNamed('sum_product');
  must('set_input', setFloats(context, 0, 1));
  print(nn_compute(context) != 0 ? 'refused' : 'computed');
  must('set_input', setFloats(context, 1, 1));
  computeAndPrint(context);
}
