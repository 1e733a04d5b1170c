/** A larger buffer is left alone behind the output. */
import { nn_compute } from '../../../assembly/nn/imports_witx';
import { BUFFER, getOutput, must, openNamed, OUT, setFloats } from './nn';
import { print, say } from './print';
export function _start(): void {
  const context = openNamed('identity_f32');
  must('set_input', setFloats(context, 0, 1));
  must('compute', nn_compute(context));
  memory.fill(BUFFER, 0x55, 64);
  must('get_output', getOutput(context, 0, 64));
  say('written', load<u32>(OUT));
  print(load<u8>(BUFFER + 16) == 0x55 && load<u8>(BUFFER + 63) == 0x55 ? 'untouched' : 'written to');
}
