/** A name that lies outside of memory is invalid_argument (1). */
import { nn_load_by_name } from '../../../assembly/nn/imports_witx';
import { OUT } from './nn';
import { say } from './print';
export function _start(): void {
  say('beyond', nn_load_by_name(0xfffffff0, 64, OUT));
  say('too long', nn_load_by_name(16, 0xfffffff0, OUT));
}
