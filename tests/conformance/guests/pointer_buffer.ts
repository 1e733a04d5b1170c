/** A buffer outside of memory is invalid_argument (1). */
import { nn_compute, nn_get_output } from '../../../assembly/nn/imports_witx';
import { BUFFER, must, openNamed, OUT, setFloats } from './nn';
import { say } from './print';
export function _start(): void {
  const context = openNamed('identity_f32');
  must('set_input', setFloats(context, 0, 1));
  must('compute', nn_compute(context));
  say('buffer', nn_get_output(context, 0, 0xfffffff8, 16, OUT));
  say('written', nn_get_output(context, 0, BUFFER, 16, 0xfffffffe));
}
