/** Elements of type i64 go through unchanged. */
import { I64, roundTrip } from './nn';
export function _start(): void {
  roundTrip('identity_i64', I64, 32);
}
