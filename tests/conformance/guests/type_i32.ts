/** Elements of type i32 go through unchanged. */
import { I32, roundTrip } from './nn';
export function _start(): void {
  roundTrip('identity_i32', I32, 16);
}
