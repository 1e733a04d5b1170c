/** Type 2 with one byte an element is the u8 of old bindings (wasi-nn <= 0.5). */
import { roundTrip } from './nn';
export function _start(): void {
  roundTrip('identity_u8', 2, 4);
}
