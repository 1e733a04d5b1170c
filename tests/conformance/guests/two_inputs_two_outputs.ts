/** Indices say which input and which output; the order in which inputs are set does not matter. */
import { nn_compute } from '../../../assembly/nn/imports_witx';
import { must, openNamed, printFloats, setFloats } from './nn';
export function _start(): void {
  const context = openNamed('sum_product');
  must('set_input 1', setFloats(context, 1, 10));
  must('set_input 0', setFloats(context, 0, 1));
  must('compute', nn_compute(context));
  printFloats(context, 1);
  printFloats(context, 0);
}
