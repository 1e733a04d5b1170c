/** A graph that the host does not have is not-found (6), with a text. */
import { loadName, printError, RESULT } from './nn';
import { print } from '../guests/print';
export function _start(): void {
  loadName('nobody');
  if (load<u8>(RESULT) == 0) print('loaded');
  else printError();
}
