/** A buffer that is too small is too_large (7), the size needed is written, and not a byte of output. */
import { nn_compute } from '../../../assembly/nn/imports_witx';
import { BUFFER, getOutput, must, openNamed, OUT, setFloats } from './nn';
import { print, say } from './print';
export function _start(): void {
  const context = openNamed('identity_f32');
  must('set_input', setFloats(context, 0, 1));
  must('compute', nn_compute(context));
  memory.fill(BUFFER, 0x55, 64);
  store<u32>(OUT, 0);
  say('get_output', getOutput(context, 0, 8));
  say('needed', load<u32>(OUT));
  let touched = 0;
  for (let i: usize = 0; i < 64; i++) if (load<u8>(BUFFER + i) != 0x55) touched++;
  print(touched == 0 ? 'untouched' : 'written to');
}
