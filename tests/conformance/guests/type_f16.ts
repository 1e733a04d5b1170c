/** Elements of type f16 go through unchanged. */
import { F16, roundTrip } from './nn';
export function _start(): void {
  roundTrip('identity_f16', F16, 8);
}
