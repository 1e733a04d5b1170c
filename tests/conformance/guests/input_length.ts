/** Bytes that do not fit dimensions and type are invalid_argument (1), at once. */
import { DATA, F32, openNamed, setTensor } from './nn';
import { say } from './print';
export function _start(): void {
  const context = openNamed('identity_f32');
  say('short', setTensor(context, 0, F32, 4, DATA, 12));
  say('long', setTensor(context, 0, F32, 4, DATA, 20));
}
