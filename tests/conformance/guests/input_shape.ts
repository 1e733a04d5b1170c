/** A shape that the graph does not take is an error at set_input or at compute. */
import { nn_compute } from '../../../assembly/nn/imports_witx';
import { DATA, F32, openNamed, setTensor } from './nn';
import { print } from './print';
export function _start(): void {
  const context = openNamed('identity_f32');
  print(setTensor(context, 0, F32, 3, DATA, 12) != 0 || nn_compute(context) != 0 ? 'refused' : 'computed');
}
