/** A context computes any number of times; each call consumes its tensors. */
import { compute, floats, must, openNamed, printOutput, putInput, RESULT } from './nn';
export function _start(): void {
  const context = openNamed('identity_f32');
  for (let i = 1; i <= 3; i++) {
    putInput(0, 'x', floats(4, <f32>i));
    compute(context, 1);
    must('compute');
    printOutput(load<usize>(RESULT, 4), 0);
  }
}
