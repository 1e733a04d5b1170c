/** A place for the answer that lies outside of memory is invalid_argument (1). */
import { nn_init_execution_context, nn_load_by_name } from '../../../assembly/nn/imports_witx';
import { loadName, must, OUT } from './nn';
import { say } from './print';
export function _start(): void {
  const name = String.UTF8.encode('identity_f32');
  say('load_by_name', nn_load_by_name(changetype<usize>(name), name.byteLength, 0xfffffffc));
  must('load_by_name', loadName('identity_f32'));
  say('init_execution_context', nn_init_execution_context(load<u32>(OUT), 0xfffffffe));
}
