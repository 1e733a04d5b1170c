/** Numbers that were never given are invalid_argument (1). */
import {
  nn_compute,
  nn_get_output,
  nn_init_execution_context,
  nn_set_input,
} from '../../../assembly/nn/imports_witx';
import { BUFFER, DATA, describe, F32, OUT, TENSOR } from './nn';
import { say } from './print';
export function _start(): void {
  describe(F32, 4, DATA, 16);
  say('init_execution_context', nn_init_execution_context(41, OUT));
  say('set_input', nn_set_input(42, 0, TENSOR));
  say('compute', nn_compute(43));
  say('get_output', nn_get_output(44, 0, BUFFER, 16, OUT));
}
