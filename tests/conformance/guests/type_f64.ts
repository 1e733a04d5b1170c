/** Elements of type f64 go through unchanged. */
import { F64, roundTrip } from './nn';
export function _start(): void {
  roundTrip('identity_f64', F64, 32);
}
