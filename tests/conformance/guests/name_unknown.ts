/** A name that the host does not have is not_found (8). */
import { loadName } from './nn';
import { say } from './print';
export function _start(): void {
  say('load_by_name', loadName('nobody'));
}
