/** Elements of type u8 go through unchanged. */
import { U8, roundTrip } from './nn';
export function _start(): void {
  roundTrip('identity_u8', U8, 4);
}
