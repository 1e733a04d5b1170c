/** Type 3 with four bytes an element is the i32 of old bindings (wasi-nn <= 0.5). */
import { roundTrip } from './nn';
export function _start(): void {
  roundTrip('identity_i32', 3, 16);
}
