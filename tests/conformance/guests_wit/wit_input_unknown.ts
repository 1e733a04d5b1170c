/** A name that the graph does not have is an error with a text. */
import { compute, floats, openNamed, putInput, RESULT } from './nn';
import { print } from '../guests/print';
export function _start(): void {
  const context = openNamed('identity_f32');
  putInput(0, 'nobody', floats(4, 1));
  compute(context, 1);
  print(load<u8>(RESULT) != 0 ? 'refused' : 'computed');
}
