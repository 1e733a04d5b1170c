/** An input goes by the name that it has in the graph; the output carries its own. */
import { compute, floats, must, openNamed, printOutput, putInput, RESULT } from './nn';
export function _start(): void {
  const context = openNamed('identity_f32');
  putInput(0, 'x', floats(4, 1));
  compute(context, 1);
  must('compute');
  printOutput(load<usize>(RESULT, 4), 0);
}
