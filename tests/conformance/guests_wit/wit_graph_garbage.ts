/** Bytes that are no graph are an error with a text. */
import { graphLoad } from '../../../assembly/nn/imports_wit';
import { RESULT } from './nn';
import { print } from '../guests/print';
export function _start(): void {
  const bytes = new ArrayBuffer(64);
  memory.fill(changetype<usize>(bytes), 0x77, 64);
  const builder = memory.data(8, 4);
  store<usize>(builder, changetype<usize>(bytes));
  store<u32>(builder, 64, 4);
  graphLoad(builder, 1, 1, 0, RESULT);
  print(load<u8>(RESULT) != 0 ? 'refused' : 'loaded');
}
