/** A type that the graph does not take is an error at set_input or at compute. */
import { nn_compute } from '../../../assembly/nn/imports_witx';
import { DATA, I32, openNamed, setTensor } from './nn';
import { print } from './print';
export function _start(): void {
  const context = openNamed('identity_f32');
  print(setTensor(context, 0, I32, 4, DATA, 16) != 0 || nn_compute(context) != 0 ? 'refused' : 'computed');
}
