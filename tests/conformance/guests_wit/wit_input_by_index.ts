/** An input goes by its decimal index as well. */
import { compute, floats, must, openNamed, printOutput, putInput, RESULT } from './nn';
export function _start(): void {
  const context = openNamed('identity_f32');
  putInput(0, '0', floats(4, 2));
  compute(context, 1);
  must('compute');
  printOutput(load<usize>(RESULT, 4), 0);
}
