/** A type that the graph does not take is an error with a text. */
import { tensorNew } from '../../../assembly/nn/imports_wit';
import { compute, openNamed, putInput, RESULT, U8 } from './nn';
import { print } from '../guests/print';
export function _start(): void {
  const context = openNamed('identity_f32');
  const dimensions = memory.data<u32>([4]);
  putInput(0, 'x', tensorNew(dimensions, 1, U8, dimensions, 4));
  compute(context, 1);
  print(load<u8>(RESULT) != 0 ? 'refused' : 'computed');
}
