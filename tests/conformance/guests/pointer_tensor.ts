/** A tensor, its dimensions or its data outside of memory are invalid_argument (1). */
import { nn_set_input } from '../../../assembly/nn/imports_witx';
import { DATA, describe, F32, openNamed, setTensor, TENSOR } from './nn';
import { say } from './print';
export function _start(): void {
  const context = openNamed('identity_f32');
  say('tensor', nn_set_input(context, 0, 0xfffffff0));
  describe(F32, 4, DATA, 16);
  store<u32>(TENSOR, 0xfffffff0);
  say('dimensions', nn_set_input(context, 0, TENSOR));
  say('data', setTensor(context, 0, F32, 4, 0xfffffff8, 16));
}
