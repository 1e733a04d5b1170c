/** A tensor gives back its dimensions, type and data. */
import { tensorDimensions, tensorType } from '../../../assembly/nn/imports_wit';
import { floats, printFloats, RESULT } from './nn';
import { say } from '../guests/print';
export function _start(): void {
  const tensor = floats(3, 4);
  tensorDimensions(tensor, RESULT);
  say('rank', load<u32>(RESULT, 4));
  say('dimension', load<u32>(load<usize>(RESULT)));
  say('type', tensorType(tensor));
  printFloats(tensor);
}
